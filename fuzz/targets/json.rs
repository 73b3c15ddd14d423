//! The JSON functions over any text and any path: no panic, and what is printed reads back to the same.
//!
//! The first line is the path, the rest the text.
#![no_main]

use athplan::constant::functions::function;
use athplan::constant::{EvalError, Expr, Value, cast, evaluate};
use athplan::types::Type;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (path, text) = input.split_once('\n').unwrap_or(("$", input));
    for name in ["json_extract_scalar", "json_extract", "json_size"] {
        let result = if name == "json_size" { Type::BigInt } else { Type::Json };
        let result = if name == "json_extract_scalar" { Type::VARCHAR } else { result };
        let of_text =
            call(name, result.clone(), &[(Value::varchar(text), Type::VARCHAR), (Value::varchar(path), Type::VARCHAR)]);
        if let Ok(Value::Json(found)) = of_text {
            serde_json::from_str::<serde_json::Value>(&found).unwrap_or_else(|error| panic!("{found}: {error}"));
        }
    }
    let _ = call("json_array_length", Type::BigInt, &[(Value::varchar(text), Type::VARCHAR)]);
    let _ = call("is_json_scalar", Type::Boolean, &[(Value::varchar(text), Type::VARCHAR)]);
    let Ok(parsed) = call("json_parse", Type::Json, &[(Value::varchar(text), Type::VARCHAR)]) else { return };
    let printed =
        call("json_format", Type::VARCHAR, &[(parsed.clone(), Type::Json)]).expect("what was parsed is printed");
    let again = call("json_parse", Type::Json, &[(printed.clone(), Type::VARCHAR)]);
    assert_eq!(again.as_ref(), Ok(&parsed), "{printed:?}");
    let Value::Varchar(printed) = printed else { panic!("json_format gives text") };
    serde_json::from_str::<serde_json::Value>(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
    for to in [Type::VARCHAR, Type::BigInt, Type::Double, Type::Boolean, Type::Decimal(10, 2)] {
        let _ = cast(&parsed, &Type::Json, &to);
        let _ = cast(&parsed, &Type::Json, &Type::Array(std::sync::Arc::new(to.clone())));
        let _ = cast(&parsed, &Type::Json, &Type::Map(std::sync::Arc::new(Type::VARCHAR), std::sync::Arc::new(to)));
    }
});

fn call(name: &str, result: Type, arguments: &[(Value, Type)]) -> Result<Value, EvalError> {
    let types: Vec<Type> = arguments.iter().map(|(_, ty)| ty.clone()).collect();
    let Some(found) = function(name, &types, &result) else { return Err(EvalError::refused(name)) };
    let arguments = arguments.iter().map(|(value, _)| Expr::Literal(value.clone())).collect();
    evaluate(&Expr::Call(found, arguments), &[])
}
