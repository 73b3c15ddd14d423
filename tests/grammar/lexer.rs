//! Tokens: where they begin and end, and what no other tokenizer cuts like Trino does.

use athplan::source::{Fault, Source, Symbol, TokenKind, lex};
use athplan::spec::parse_expression;
use proptest::prelude::*;

/// The tokens' texts.
fn cut(text: &str) -> Vec<String> {
    let source = Source::new("tokens", text);
    lex(&source).iter().map(|token| source.slice(token.span).to_owned()).collect()
}

#[test]
fn tokens_are_cut_where_trino_cuts_them() {
    let cases = [
        ("a.b . c", "a|.|b|.|c"),
        ("1.5 .5 5. 1e3 1.5E-8 1_000", "1.5|.5|5.|1e3|1.5E-8|1_000"),
        ("1e 1e+", "1e|1e|+"),
        ("(r)._x", "(|r|)|.|_x"),
        ("x->y a=>b a->-b", "x|->|y|a|=>|b|a|->|-|b"),
        ("a<-1 a<=-1 a<>b a!=b a>=b", "a|<|-|1|a|<=|-|1|a|<>|b|a|!=|b|a|>=|b"),
        ("a||b array<array<int>>", "a||||b|array|<|array|<|int|>|>"),
        (":name : ?", ":|name|:|?"),
        ("'it''s' '' \"a \"\"b\"\"\" `x``y`", "'it''s'|''|\"a \"\"b\"\"\"|`x``y`"),
        ("U&'\\0041' u&'' X'00' x'' U & 'a'", "U&'\\0041'|u&''|X'00'|x''|U|&|'a'"),
        ("a--b\n-c -- d", "a|-|c"),
        ("a --b\r, c", "a|,|c"),
        ("/**/a/* ' */b/***/c/* /* */d", "a|b|c|d"),
        ("'😀' = \"größe\"/**/😀", "'😀'|=|\"größe\"|😀"),
    ];
    for (text, expected) in cases {
        assert_eq!(cut(text).join("|"), expected, "{text}");
    }
}

#[test]
fn values_are_decoded() {
    let kinds = |text: &str| lex(&Source::new("tokens", text)).into_iter().map(|token| token.kind).collect::<Vec<_>>();
    assert_eq!(kinds("'it''s \\n'"), [TokenKind::Text("it's \\n".into())]);
    assert_eq!(kinds("\"a \"\"b\"\"\""), [TokenKind::Name("a \"b\"".into(), '"')]);
    assert_eq!(kinds("X'00 ff'"), [TokenKind::Binary("00 ff".into())]);
    assert_eq!(kinds("\u{a0}"), [TokenKind::Bad(Fault::Character('\u{a0}'))]);
    assert_eq!(kinds("0x1F"), [TokenKind::Bad(Fault::NumberRunsIntoName)]);
    assert_eq!(kinds("1 'a"), [TokenKind::Number, TokenKind::Bad(Fault::UnclosedText)]);
    let hive = kinds(r#"CREATE EXTERNAL "a\"b" 'c\'\\d\t\u0041\101\%'; "e" '\'"#);
    assert_eq!(
        hive[2..],
        [
            TokenKind::Text("a\"b".into()),
            TokenKind::Text("c'\\d\tAA\\%".into()),
            TokenKind::Symbol(Symbol::Semicolon),
            TokenKind::Name("e".into(), '"'),
            TokenKind::Text("\\".into()),
        ]
    );
}

#[test]
fn a_long_string_is_one_token_and_read_at_once() {
    let text = format!("'{}ü{}'", "x".repeat(1 << 20), "''".repeat(1 << 20));
    assert_eq!(cut(&text), [text.as_str()]);
    assert!(parse_expression(&Source::new("long", text)).is_ok());
}

proptest! {
    /// Nothing is lost and nothing overlaps, whatever the text: between tokens stand only blanks and comments.
    #[test]
    fn tokens_cover_the_text(text in "[ -~\n\r\t]{0,60}|\\PC{0,40}") {
        let source = Source::new("any", text.clone());
        let mut end = 0;
        for token in lex(&source) {
            let between = text.get(end..token.span.start).expect("tokens are in order and on character boundaries");
            prop_assert!(between.is_empty() || between.starts_with(['\n', '\r', '\t', ' ', '-', '/']));
            prop_assert!(token.span.start < token.span.end);
            end = token.span.end;
        }
        prop_assert!(text.get(end..).is_some());
    }

    /// No text of SQL's own words makes the parser panic.
    #[test]
    fn no_text_panics(words in prop::collection::vec(prop::sample::select(WORDS), 0..25)) {
        let source = Source::new("any", words.join(" "));
        let _ = athplan::spec::parse(&source);
        let _ = parse_expression(&source);
    }
}

const WORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "a",
    "(",
    ")",
    ",",
    ".",
    "*",
    "FOREACH",
    "IN",
    "k",
    "VALUES",
    "1",
    "'x'",
    "JOIN",
    "ON",
    "->",
    "[",
    "]",
    "CASE",
    "WHEN",
    "THEN",
    "END",
    "CAST",
    "AS",
    "array",
    "<",
    ">",
    "row",
    "INTERVAL",
    "DAY",
    "TO",
    ":",
    "ORDER",
    "BY",
    "LIMIT",
    "OVER",
    "ROWS",
    "CREATE",
    "EXTERNAL",
    "TABLE",
    "PARTITION",
    "LOCATION",
    ";",
    "NOT",
    "BETWEEN",
    "AND",
    "UNION",
    "WITH",
    "TRIM",
    "=",
    "-",
    "\"q\"",
    "`b`",
    "U&'\\0041'",
    "UESCAPE",
    "GROUP",
    "LATERAL",
    "UNNEST",
];
