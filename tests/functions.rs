//! Functions over what attackers write: deep nesting, long texts, patterns made to run for ever.

use std::time::{Duration, Instant};

use athplan::constant::functions::{Body, function};
use athplan::constant::{EvalError, Value};
use athplan::types::Type;

/// Calls a function over texts.
fn call(name: &str, texts: &[&str], result: Type) -> Result<Value, EvalError> {
    let types = vec![Type::VARCHAR; texts.len()];
    let function = function(name, &types, &result).expect("the function is there");
    let values: Vec<Value> = texts.iter().map(Value::varchar).collect();
    match function.body {
        Body::Strict(body) | Body::Nullable(body) => body(&function, &values),
        Body::HigherOrder(_) => panic!("{name} takes a lambda"),
    }
}

/// Whether athplan says that it lacks something, rather than giving an answer.
fn is_refused(result: Result<Value, EvalError>) -> bool {
    result.expect_err("it must fail").is_refusal()
}

#[test]
fn json_nested_without_end_is_read_without_recursion() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(call("json_extract_scalar", &[&deep, "$[0].a"], Type::VARCHAR), Ok(Value::Null));
    let closed = format!("{{\"x\":{deep}{},\"a\":7}}", "]".repeat(1_000_000));
    assert_eq!(call("json_extract_scalar", &[&closed, "$.a"], Type::VARCHAR), Ok(Value::varchar("7")));
    assert!(is_refused(call("json_extract", &[&closed, "$.x"], Type::Json)));
    assert!(is_refused(call("json_parse", &[&closed], Type::Json)));
}

#[test]
fn a_pattern_that_makes_trino_hang_ends_soon() {
    let text = format!("{}!", "a".repeat(60));
    let begin = Instant::now();
    assert_eq!(call("regexp_like", &[&text, "^(a+)+$"], Type::Boolean), Ok(Value::Boolean(false)));
    // With a reference to a group the pattern needs backtracking, and that has a limit.
    assert!(is_refused(call("regexp_like", &[&text, r"^(a+|b+)+\1$"], Type::Boolean)));
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn a_pattern_that_is_large_or_deep_is_refused() {
    let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(is_refused(call("regexp_like", &["a", &deep], Type::Boolean)));
    let sets = format!("{}a{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(is_refused(call("regexp_like", &["a", &sets], Type::Boolean)));
    assert!(is_refused(call("regexp_like", &["a", r"((\w{1000}){1000}){1000}"], Type::Boolean)));
    let options = "(?i)".repeat(10_000);
    assert!(is_refused(call("regexp_like", &["a", &options], Type::Boolean)));
}

#[test]
fn a_long_text_costs_time_in_proportion() {
    let long = "ab,".repeat(400_000);
    let Ok(Value::Array(parts)) = call("split", &[&long, ","], Type::array(Type::VARCHAR)) else { panic!("an array") };
    assert_eq!(parts.len(), 400_001);
    let record = format!("{{\"noise\":\"{}\",\"key\":\"\\u00fc\"}}", "\\\"".repeat(500_000));
    assert_eq!(call("json_extract_scalar", &[&record, "$.key"], Type::VARCHAR), Ok(Value::varchar("ü")));
}
