//! The functions of SQL/JSON beyond the recorded answers: what is said of mistakes and where, and that hostile
//! JSON and hostile paths end in an answer or an error.

use std::collections::BTreeMap;

use athplan::bind::{BindOptions, NoTables, bind_query};
use athplan::constant::{EvalError, Value, Zone, evaluate};
use athplan::source::Source;
use athplan::spec::parse_query;
use athplan::types::Dialect;
use miette::Diagnostic;

use crate::answers::{Prepared, prepare};

/// The first mistake in an expression: its headline, and the text it points at.
fn mistake(expression: &str) -> (String, String) {
    let source = Source::new("query.sql", format!("SELECT {expression}"));
    let parsed = parse_query(&source).unwrap_or_else(|errors| panic!("{expression}\n{errors:#?}"));
    let arguments = BTreeMap::new();
    let now = Value::TimestampWithTimeZone(0, Zone::UTC);
    let options = BindOptions { dialect: Dialect::Athena, now, arguments: &arguments, catalog: &NoTables };
    let errors = bind_query(&parsed, &source, &options).expect_err(expression);
    let label = errors[0].labels().and_then(|mut labels| labels.next()).expect("a mistake has a place");
    let place = label.offset()..label.offset() + label.len();
    (errors[0].to_string(), source.slice(athplan::source::Span::new(place.start, place.end)).to_owned())
}

#[test]
fn mistakes_are_said_where_they_stand() {
    let said = [
        ("json_value('{}', 'lax $.a +')", "this is no valid JSON path: expected a value such as", ""),
        (
            "json_value('{}', 'lax $.a foo')",
            "this is no valid JSON path: expected the end of the path, found foo",
            "foo",
        ),
        ("json_value('{}', '$.a')", "this is no valid JSON path: expected lax or strict, found $", "$"),
        ("json_value('{}', 'lax $?(@.a)')", "this is no valid JSON path: expected a comparison, found )", ")"),
        (
            "json_value('{}', 'lax $.a.datetime()')",
            "this is no valid JSON path: datetime() in a JSON path is not",
            "datetime",
        ),
        (
            "json_value('{}', 'lax $?(@ like_regex \"a\")')",
            "this is no valid JSON path: like_regex in a JSON path",
            "like_regex",
        ),
        (
            "json_value('{}', 'lax $x' PASSING 1 AS x)",
            "this is no valid JSON path: PASSING has no x: its names are in upper case",
            "$x",
        ),
        (
            "json_value('{}', 'lax 1 + \"a\"')",
            "this is no valid JSON path: there is no integer + varchar(1)",
            "'lax 1 + \"a\"'",
        ),
        (
            "json_value('{}', U&'lax \\0024 x')",
            "this is no valid JSON path: expected the end of the path, found x",
            "U&'lax \\0024 x'",
        ),
        ("json_value(1, 'lax $')", "`FORMAT JSON` cannot be applied to integer", "1"),
        ("json_value('a' FORMAT JSON ENCODING UTF8, 'lax $')", "`FORMAT JSON` cannot be applied to varchar(1)", "'a'"),
        ("json_value('{}', 'lax $' RETURNING json)", "`RETURNING` cannot be applied to json", "json"),
        ("json_query('{}', 'lax $' RETURNING bigint)", "`RETURNING` cannot be applied to bigint", "bigint"),
        (
            "json_value('{}', 'lax $' RETURNING bigint DEFAULT 'x' ON EMPTY)",
            "the DEFAULT of JSON_VALUE must be bigint",
            "'x'",
        ),
        ("json_value('{}', 'lax $.size()' RETURNING date)", "integer cannot be cast to date", "'lax $.size()'"),
        (
            "json_query('{}', 'lax $' WITH WRAPPER OMIT QUOTES)",
            "KEEP or OMIT QUOTES together with an array wrapper",
            "json_query(",
        ),
        ("json_query('{}', 'lax $' PASSING 1 AS a, 2 AS A)", "the name A twice in PASSING is not supported", "A"),
        ("json_array(ARRAY[1])", "`JSON` cannot be applied to array(integer)", "ARRAY[1]"),
        ("json_object(1 : 2)", "`JSON_OBJECT` cannot be applied to integer", "1"),
    ];
    for (expression, headline, at) in said {
        let (found, place) = mistake(expression);
        assert!(found.starts_with(headline), "{expression}\n{found}");
        assert!(if at.is_empty() { place.is_empty() } else { place.starts_with(at) }, "{expression}\n{place}");
    }
}

fn answer(expression: &str) -> Result<Value, EvalError> {
    match prepare(expression) {
        Prepared::Closed(expr, _) => evaluate(&expr, &[]),
        Prepared::Rejected => Err(EvalError::new("REJECTED", "by the binder")),
        Prepared::Refused(what) => panic!("{what}"),
    }
}

/// Runs with the stack of a thread that Rust starts, which is smaller than the main thread's.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(work);
    thread.expect("a thread can be started").join().expect("nothing overflowed or panicked");
}

#[test]
fn deep_json_is_walked_and_deeper_json_is_malformed() {
    on_a_small_stack(|| {
        let nested = |depth: usize| format!("{}1{}", "{\"a\":[".repeat(depth / 2), "]}".repeat(depth / 2));
        let exists =
            |depth: usize, path: &str| answer(&format!("json_exists('{}', '{path}' UNKNOWN ON ERROR)", nested(depth)));
        assert_eq!(exists(1_000, "lax $..a"), Ok(Value::Boolean(true)));
        assert_eq!(exists(1_000, "lax $..a?(@..a == 1)"), Ok(Value::Boolean(true)));
        assert_eq!(exists(1_002, "lax $"), Ok(Value::Null));
        assert_eq!(exists(1_000_000, "lax $"), Ok(Value::Null));
        let written = answer(&format!("json_query('{}', 'lax $')", nested(1_000)));
        assert!(matches!(written, Ok(Value::Varchar(text)) if *text == *nested(1_000)));
    });
}

#[test]
fn deep_and_long_paths_are_read_or_refused() {
    on_a_small_stack(|| {
        let value = |path: &str| answer(&format!("json_value('[1]', 'lax {path}' RETURNING bigint)"));
        for (open, inner, close) in [
            ("(", "1", ")"),
            ("-", "1", ""),
            ("- ", "$", ""),
            ("$[", "0", "]"),
            ("$?(exists(", "$", "))"),
            ("$?(!(exists(", "$", ")))"),
        ] {
            let path = |depth: usize| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            assert_ne!(value(&path(20)).map_err(|error| error.name), Err("REJECTED"), "{open}");
            assert_eq!(value(&path(3_000)).map_err(|error| error.name), Err("REJECTED"), "{open}");
            assert_eq!(value(&path(100_000)).map_err(|error| error.name), Err("REJECTED"), "{open}");
        }
        assert_eq!(value(&format!("1{}", " + 1".repeat(3_000))), Ok(Value::Integer(3_001)));
        assert_eq!(value(&format!("${}", "[0]".repeat(3_000))), Ok(Value::Integer(1)));
        assert_eq!(value(&format!("$?(1 == 1{})", " || 1 == 2".repeat(1_500))), Ok(Value::Integer(1)));
    });
}

/// Each element looks at one of a long list, which must not be copied for it: else this takes minutes.
#[test]
fn a_long_list_is_indexed_in_place() {
    let list = format!("[{}]", vec!["1"; 60_000].join(","));
    let found = answer(&format!("json_exists('{list}', 'lax $[*]?(@ == $[0])')"));
    assert_eq!(found.expect("an answer"), Value::Boolean(true));
}

#[test]
fn paths_that_multiply_are_refused_before_they_fill_the_memory() {
    on_a_small_stack(|| {
        let list = format!("[{}]", ["[1,2,3,4,5,6,7,8,9,10]"; 10].join(","));
        let nested = format!("{}1{}", "{\"a\":".repeat(900), "}".repeat(900));
        let wide = format!("[{}]", ["1"; 5_000].join(","));
        for (json, path) in [
            (&list, format!("lax ${}", "[0 to last, 0 to last, 0 to last, 0 to last]".repeat(30))),
            (&list, format!("lax ${}.size()", "[*, 0]".replace("*, ", "0 to last, ").repeat(40))),
            (&nested, format!("lax ${}", "..a".repeat(8))),
            (&wide, "lax $?(exists($[*]?(@ == $[*])))".to_owned()),
            (&wide, "lax $?($[*] > $[*])".to_owned()),
            (&wide, format!("lax $[*]?({})", ["@ == $[0 to last]"; 400].join(" && "))),
        ] {
            let error = answer(&format!("json_query('{json}', '{path}' WITH WRAPPER)")).expect_err(&path);
            assert!(error.is_refusal(), "{path}: {error}");
        }
    });
}
