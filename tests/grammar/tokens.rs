//! Tokens: where they begin and end, and what no other tokenizer cuts like Trino does.

use athplan::source::{Fault, Source, Symbol, TokenKind, lex};
use athplan::spec::parse_expression;
use proptest::prelude::*;

use super::spans::check_nodes;

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

/// Expressions and queries as text, made by the grammar.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        &[
            "a",
            "\"b c\"",
            "t.a",
            "1",
            "1.5",
            "'x'",
            "U&'\\0041'",
            "X'00'",
            "NULL",
            "TRUE",
            ":p",
            "DATE '2019-04-01'",
            "INTERVAL -'1' DAY",
            "current_date",
            "ARRAY[]",
            "count(*)",
            "json_exists(a, 'lax $')",
            "json_object('a' : a, KEY b VALUE json_array(1 NULL ON NULL) FORMAT JSON)",
        ][..],
    );
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        let infix = prop::sample::select(
            &["+", "-", "*", "/", "%", "||", "=", "<>", "AND", "OR", "IS DISTINCT FROM", "LIKE", "NOT LIKE", ","][..],
        );
        let around = prop::sample::select(
            &[
                ("(", ")"),
                ("-(", ")"),
                ("(NOT (", "))"),
                ("f(DISTINCT ", ")"),
                ("(x -> ", ")"),
                ("((y, z) -> ", ")"),
                ("CAST(", " AS row(a integer, array(varchar(3))))"),
                ("(SELECT ", " FROM t, (u CROSS JOIN v) LIMIT 1)"),
                ("((VALUES ", "))"),
                ("sum(a) FILTER (WHERE ", ") OVER (ORDER BY b)"),
                ("(a IN (", "))"),
                ("EXISTS (FOREACH k IN (TABLE t) SELECT ", ")"),
                ("trim(LEADING 'x' FROM ", ")"),
                ("position('x' IN (", "))"),
                ("ARRAY[", "][1]"),
                ("(", ").a AT TIME ZONE 'UTC'"),
                ("(a = ANY (SELECT ", "))"),
            ][..],
        );
        prop_oneof![
            (two.clone(), infix).prop_map(|((a, b), operator)| format!("({a} /* ü */ {operator}\n{b})")),
            (inner, around).prop_map(|(a, (open, close))| format!("{open}{a}{close}")),
            three.prop_map(|(a, b, c)| format!("CASE WHEN {a} THEN {b} ELSE {c} END")),
            two.prop_map(|(a, b)| format!("(({a}) BETWEEN ({b}) AND 2)")),
        ]
    })
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

    /// Whatever the grammar makes is read, and every node comes back from its span.
    #[test]
    fn made_expressions_are_read_and_their_spans_are_exact(text in expression()) {
        let source = Source::new("made", text);
        match parse_expression(&source) {
            Ok(tree) => prop_assert!(check_nodes(&source, &tree) > 0),
            Err(errors) => prop_assert!(false, "{}: {errors:?}", source.text),
        }
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
