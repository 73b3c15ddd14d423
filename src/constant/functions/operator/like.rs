//! `LIKE`, with or without an escape character.

use super::super::{Body, Function};
use super::arithmetic::not_numbers;
use crate::constant::cast::padded;
use crate::constant::memo::Memo;
use crate::constant::{EvalError, Value};
use crate::types::Type;

thread_local! {
    static PATTERNS: Memo<Vec<Step>> = Memo::new();
    /// Those with an escape character, which stands before the pattern in the key.
    static ESCAPED: Memo<Vec<Step>> = Memo::new();
}

/// One step of a pattern.
#[derive(Debug, PartialEq)]
enum Step {
    /// `%`: any characters, or none.
    Any,
    /// `_`: one character.
    One,
    /// This character.
    Just(char),
}

/// Finds `LIKE` over text.
pub(super) fn lookup(arguments: &[Type]) -> Option<Body> {
    let text = |ty: &Type| matches!(ty, Type::Varchar(_) | Type::Unknown);
    let [value, pattern, escape @ ..] = arguments else { return None };
    let known = value.is_text() && text(pattern) && escape.len() <= 1 && escape.iter().all(text);
    known.then_some(Body::Strict(like))
}

fn like(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let (Value::Varchar(text), Value::Varchar(pattern)) = (&values[0], &values[1]) else {
        return Err(not_numbers(&values[0]));
    };
    let escape = match values.get(2) {
        Some(Value::Varchar(escape)) => Some(single(escape)?),
        _ => None,
    };
    let steps = match escape {
        None => PATTERNS.with(|patterns| patterns.get(pattern, |pattern| compile(pattern, None))),
        Some(escape) => {
            let key = format!("{escape}{pattern}");
            ESCAPED.with(|patterns| patterns.get(&key, |_| compile(pattern, Some(escape))))
        }
    }?;
    let matched = match function.arguments[0] {
        Type::Char(width) => matches(&padded(text, width), &steps),
        _ => matches(text, &steps),
    };
    Ok(Value::Boolean(matched))
}

fn single(escape: &str) -> Result<char, EvalError> {
    let mut chars = escape.chars();
    match (chars.next(), chars.next()) {
        (Some(escape), None) => Ok(escape),
        _ => Err(EvalError::new("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")),
    }
}

fn compile(pattern: &str, escape: Option<char>) -> Result<Vec<Step>, EvalError> {
    let mut steps = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        steps.push(if Some(c) == escape {
            match chars.next() {
                Some(next) if next == '%' || next == '_' || Some(next) == escape => Step::Just(next),
                _ => {
                    let message = "Escape character must be followed by '%', '_' or the escape character itself";
                    return Err(EvalError::new("INVALID_FUNCTION_ARGUMENT", message));
                }
            }
        } else {
            match c {
                '%' => Step::Any,
                '_' => Step::One,
                c => Step::Just(c),
            }
        });
    }
    steps.dedup_by(|next, before| *next == Step::Any && *before == Step::Any);
    Ok(steps)
}

/// Walks both; where they part, the last `%` takes one character more.
fn matches(text: &str, steps: &[Step]) -> bool {
    let (mut rest, mut at) = (text.chars(), 0);
    let mut retry: Option<(std::str::Chars<'_>, usize)> = None;
    loop {
        let mut ahead = rest.clone();
        match (steps.get(at), ahead.next()) {
            (Some(Step::Any), _) => {
                at += 1;
                retry = Some((rest.clone(), at));
                continue;
            }
            (Some(Step::One), Some(_)) => {
                rest = ahead;
                at += 1;
                continue;
            }
            (Some(Step::Just(wanted)), Some(c)) if *wanted == c => {
                rest = ahead;
                at += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((mut from, step)) = retry else { return false };
        if from.next().is_none() {
            return false;
        }
        rest = from.clone();
        at = step;
        retry = Some((from, step));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (text, pattern, expected) in [
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "%b%", true),
            ("abc", "a_c", true),
            ("aXbXc", "%X%X%X", false),
            ("ab", "a_c", false),
            ("", "", true),
            ("", "%%", true),
            ("abc", "", false),
            ("😀", "_", true),
            ("a\nb", "a%b", true),
            ("mississippi", "%iss%ip%", true),
        ] {
            let steps = compile(pattern, None).expect("no escape, no error");
            assert_eq!(matches(text, &steps), expected, "{text} like {pattern}");
        }
        assert!(compile("a#b", Some('#')).is_err());
        assert!(matches("a%b", &compile("a#%b", Some('#')).expect("well formed")));
    }
    #[test]
    fn what_is_remembered_belongs_to_its_escape() {
        let call = |arguments: &[&str]| {
            let found =
                crate::constant::functions::function("like", &vec![Type::VARCHAR; arguments.len()], &Type::Boolean);
            let arguments: Vec<Value> = arguments.iter().map(Value::varchar).collect();
            like(&found.expect("there is one"), &arguments)
        };
        assert_eq!(call(&["", "\u{0}#"]), Ok(Value::Boolean(false)));
        assert_eq!(call(&["", "", "#"]), Ok(Value::Boolean(true)));
        assert_eq!(call(&["", "#%"]), Ok(Value::Boolean(false)));
        assert_eq!(call(&["%", "%", "#"]), Ok(Value::Boolean(true)));
    }
}
