//! Patterns of LIKE and of regular expressions over any text: no panic, an end in bounded time, and answers that
//! agree with each other and, for LIKE, with a matcher of a few lines.
//!
//! The first line is the pattern, the second the escape character and the replacement, the rest the text.
#![no_main]

use athplan::constant::functions::function;
use athplan::constant::{EvalError, Expr, Value, evaluate};
use athplan::types::Type;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(3, '\n');
    let (pattern, middle, text) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    like(text, pattern, None);
    if let Some(escape) = middle.chars().next() {
        like(text, pattern, Some(escape));
    }
    regular(text, pattern, middle);
});

fn call(name: &str, result: Type, arguments: &[&str]) -> Result<Value, EvalError> {
    let types = vec![Type::VARCHAR; arguments.len()];
    let found = function(name, &types, &result).unwrap_or_else(|| panic!("there is no {name}"));
    let arguments = arguments.iter().map(|text| Expr::Literal(Value::varchar(text))).collect();
    evaluate(&Expr::Call(found, arguments), &[])
}

fn like(text: &str, pattern: &str, escape: Option<char>) {
    let escape_text = escape.map(String::from).unwrap_or_default();
    let arguments = [text, pattern, &escape_text];
    let given = call("like", Type::Boolean, &arguments[..if escape.is_some() { 3 } else { 2 }]);
    let given = given.ok().map(|value| value == Value::Boolean(true));
    assert_eq!(given, expected_like(text, pattern, escape), "{text:?} LIKE {pattern:?} ESCAPE {escape:?}");
}

/// What LIKE says; none if an escape stands before anything but a wildcard or itself.
fn expected_like(text: &str, pattern: &str, escape: Option<char>) -> Option<bool> {
    let mut steps = Vec::new();
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        steps.push(match next {
            _ if Some(next) == escape => match rest.next()? {
                escaped if escaped == '%' || escaped == '_' || Some(escaped) == escape => (escaped, false),
                _ => return None,
            },
            '%' | '_' => (next, true),
            _ => (next, false),
        });
    }
    // Which of the text's prefixes the steps so far match.
    let text: Vec<char> = text.chars().collect();
    let mut matched = vec![false; text.len() + 1];
    matched[0] = true;
    for step in steps {
        let before = matched.clone();
        for at in 0..=text.len() {
            matched[at] = match step {
                ('%', true) => before[..=at].contains(&true),
                ('_', true) => at > 0 && before[at - 1],
                (character, _) => at > 0 && before[at - 1] && text[at - 1] == character,
            };
        }
    }
    Some(matched[text.len()])
}

fn regular(text: &str, pattern: &str, replacement: &str) {
    let list = Type::Array(std::sync::Arc::new(Type::VARCHAR));
    let matches = call("regexp_like", Type::Boolean, &[text, pattern]);
    let all = call("regexp_extract_all", list.clone(), &[text, pattern]);
    let count = call("regexp_count", Type::BigInt, &[text, pattern]);
    let parts = call("regexp_split", list, &[text, pattern]);
    let first = call("regexp_extract", Type::VARCHAR, &[text, pattern]);
    let position = call("regexp_position", Type::Integer, &[text, pattern]);
    let itself = call("regexp_replace", Type::VARCHAR, &[text, pattern, "$0"]);
    let _ = call("regexp_replace", Type::VARCHAR, &[text, pattern, replacement]);
    let _ = call("regexp_replace", Type::VARCHAR, &[text, pattern]);
    let (Ok(Value::Boolean(matches)), Ok(Value::Array(all)), Ok(Value::Integer(count))) = (matches, all, count) else {
        return;
    };
    let (Ok(Value::Array(parts)), Ok(first), Ok(Value::Integer(position))) = (parts, first, position) else { return };
    assert_eq!(i64::try_from(all.len()), Ok(count));
    assert_eq!(parts.len(), all.len() + 1);
    assert_eq!(matches, count > 0);
    // Of the empty text Trino says that no position is in it.
    assert_eq!(position > 0, matches && !text.is_empty());
    assert_eq!(first, all.first().cloned().unwrap_or(Value::Null));
    if let Ok(itself) = itself {
        assert_eq!(itself, Value::varchar(text), "every match is replaced by itself");
    }
}
