//! The parser, held to the recorded expressions of a real Trino and to `grammar/`.

mod examples;
mod spans;
mod tokens;

use athplan::source::Source;
use athplan::spec::{DEPTH_LIMIT, ParseError, parse, parse_expression, parse_query};

use spans::check_nodes;

/// The recorded expressions; a trailing `FROM …` makes a query of one.
fn recorded() -> Vec<&'static str> {
    let answers = include_str!("data/trino/answers.tsv");
    let rows = answers.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').nth(1).expect("the second column is the expression")).collect()
}

#[test]
fn every_recorded_expression_is_read_and_its_spans_are_exact() {
    let expressions = recorded();
    assert!(expressions.len() > 3000, "the recorded answers are missing");
    let mut nodes = 0;
    for expression in expressions {
        let source = Source::new("answers", format!("SELECT {expression}"));
        match parse_query(&source) {
            Ok(query) => nodes += check_nodes(&source, &query),
            Err(errors) => panic!("{expression}: {errors:?}"),
        }
    }
    assert!(nodes > 10_000, "only {nodes} nodes were compared");
}

/// Runs with the stack of a thread that Rust starts, which is smaller than the main thread's.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(work);
    thread.expect("a thread can be started").join().expect("nothing overflowed or panicked");
}

/// Every construct that holds another of its kind: what opens it, what closes it, around `1`.
const NESTS: [(&str, &str); 20] = [
    ("(", ")"),
    ("NOT ", ""),
    ("- ", ""),
    ("f(", ")"),
    ("ARRAY[", "]"),
    ("x -> ", ""),
    ("a[", "]"),
    ("CASE WHEN ", " THEN 1 END"),
    ("CAST(", " AS integer)"),
    ("TRIM(", " FROM a)"),
    ("(a + (b || ", "))"),
    ("(SELECT ", ")"),
    ("EXISTS (SELECT 1 FROM (SELECT 1) WHERE ", ")"),
    ("(SELECT 1 FROM a JOIN b ON ", ")"),
    ("(FOREACH k IN (SELECT 1) (SELECT ", "))"),
    ("sum(x) FILTER (WHERE ", ")"),
    ("json_value(", ", 'lax $')"),
    ("json_value(a, 'lax $' DEFAULT ", " ON EMPTY)"),
    ("json_object('a' : ", ")"),
    ("sum(x) OVER (PARTITION BY ", ")"),
];

#[test]
fn nesting_of_every_kind_ends_in_an_error_and_not_in_an_overflow() {
    for (open, close) in NESTS {
        on_a_small_stack(move || {
            for depth in [20, DEPTH_LIMIT / 2, DEPTH_LIMIT - 2, DEPTH_LIMIT, 100_000] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                match parse_expression(&Source::new("deep", text)) {
                    // What was read can be compared, printed and dropped, as all that walks a tree would.
                    Ok(tree) => assert_eq!(format!("{tree:?}"), format!("{:?}", tree.clone())),
                    Err(errors) => {
                        assert!(depth > 20, "{open} is refused at depth {depth}: {errors:?}");
                        assert!(matches!(errors[..], [ParseError::TooDeep { .. }]), "{open}: {errors:?}");
                    }
                }
            }
        });
    }
}

#[test]
fn nested_types_queries_and_joins_end_in_an_error_too() {
    on_a_small_stack(|| {
        for depth in [10, 100, 1_000, 100_000] {
            let nested =
                |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            let texts = [
                format!("SELECT CAST(NULL AS {})", nested("array(", "integer", ")")),
                format!("CREATE EXTERNAL TABLE t (a {})", nested("struct<a:array<", "int", ">>")),
                format!("SELECT * FROM {}", nested("(", "a", ")")),
                format!("SELECT * FROM {} {}", nested("a JOIN ", "b", ""), "ON true ".repeat(depth)),
                nested("(", "SELECT 1", ")"),
                nested("FOREACH k IN (SELECT 1) ", "SELECT 1", ""),
                nested("WITH a AS (", "SELECT 1", ") SELECT 1"),
                nested("SELECT * FROM (", "SELECT 1", ") a"),
            ];
            for text in texts {
                let start: String = text.chars().take(30).collect();
                match parse(&Source::new("deep", text)) {
                    Ok(spec) => assert!(depth <= 100 && format!("{spec:?}").len() > 10),
                    Err(errors) => assert!(
                        depth > 10 && matches!(errors[..], [ParseError::TooDeep { .. }]),
                        "{start} at depth {depth}: {errors:?}"
                    ),
                }
            }
        }
    });
}

#[test]
fn a_chain_of_operators_is_bounded_too_but_and_or_union_and_lists_are_not() {
    on_a_small_stack(|| {
        for (link, limited) in [
            (" || a", true),
            (" + a", true),
            (".a", true),
            ("[1]", true),
            (" AT TIME ZONE 'UTC'", true),
            (" AND a", false),
            (" OR a", false),
        ] {
            let chain = |links: usize| parse_expression(&Source::new("chain", format!("a{}", link.repeat(links))));
            assert!(chain(150).is_ok(), "{link}");
            match chain(20_000) {
                Ok(tree) => assert!(!limited && tree == tree.clone(), "{link}"),
                Err(errors) => assert!(limited && matches!(errors[..], [ParseError::TooDeep { .. }]), "{errors:?}"),
            }
        }
        for (link, limited) in [
            (" UNION ALL TABLE a", false),
            (" UNION TABLE a", false),
            (" EXCEPT TABLE a", true),
            (" INTERSECT TABLE a", true),
            (" UNION TABLE a UNION ALL TABLE b", true),
        ] {
            let chain = |links: usize| parse(&Source::new("chain", format!("TABLE a{}", link.repeat(links))));
            assert!(chain(100).is_ok(), "{link}");
            match chain(20_000) {
                Ok(tree) => assert!(!limited && tree == tree.clone(), "{link}"),
                Err(errors) => assert!(limited && matches!(errors[..], [ParseError::TooDeep { .. }]), "{errors:?}"),
            }
        }
        // Chains inside the first operand of chains add up.
        let steps = (0..40).fold("a".to_owned(), |inner, _| format!("({inner}){}", " || a".repeat(20)));
        assert!(
            matches!(parse_expression(&Source::new("chain", steps)), Err(errors) if matches!(errors[..], [ParseError::TooDeep { .. }]))
        );
    });
}
