//! Closed expressions: folding them does not panic and ends soon, and a value goes into SQL text and comes back
//! as it was (law 5).
#![no_main]

use athplan::constant::functions::function;
use athplan::constant::{Expr, Value, evaluate, format, identical};
use athplan::emit::literal;
use athplan::types::{Dialect, Type};
use athplan_fuzz::prepared;
use libfuzzer_sys::fuzz_target;

/// A value of more bytes than this has a literal that is no use.
const LONG: usize = 10_000;

fuzz_target!(|text: &str| {
    let Some((expr, ty)) = prepared(text, Dialect::Athena) else { return };
    let Ok(value) = evaluate(&expr, &[]) else { return };
    if size(&value) > LONG || !fits(&value, &ty) {
        return;
    }
    if value != Value::Null {
        format(&value, &ty);
    }
    if let Ok(written) = literal(&value, &ty) {
        let (again, read) = prepared(&written, Dialect::Athena).unwrap_or_else(|| panic!("{written} does not bind"));
        let back = evaluate(&again, &[]).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert!(identical(&value, &back), "{value:?} of {ty} is written {written} and comes back as {back:?}");
        assert!(read == ty || !is_exact(&ty), "{value:?} of {ty} is written {written}, which is of {read}");
    }
});

/// How much text a value may become.
fn size(value: &Value) -> usize {
    match value {
        Value::Varchar(text) | Value::Json(text) => text.len(),
        Value::Varbinary(bytes) => bytes.len(),
        Value::Array(values) | Value::Row(values) => values.iter().map(size).sum::<usize>() + values.len(),
        Value::Map(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
        _ => 1,
    }
}

/// Whether a value can come back from a text. `CAST(true AS decimal(1,1))` cannot: Trino makes 1.0 of it unchecked,
/// and so does the evaluator. Nor can JSON with numbers as only a cast writes them (`1.50`).
fn fits(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Decimal(unscaled), Type::Decimal(precision, _)) => {
            unscaled.unsigned_abs() < 10_u128.pow(u32::from(*precision))
        }
        (Value::Json(text), _) => {
            let arguments = vec![Value::varchar(text), Value::varchar("$")].into_iter().map(Expr::Literal).collect();
            let extract = function("json_extract", &[Type::VARCHAR, Type::VARCHAR], &Type::Json).expect("it is known");
            evaluate(&Expr::Call(extract, arguments), &[]).as_ref() == Ok(value)
        }
        (Value::Array(values), Type::Array(element)) => values.iter().all(|value| fits(value, element)),
        (Value::Map(entries), Type::Map(key, of)) => {
            entries.iter().all(|(name, value)| fits(name, key) && fits(value, of))
        }
        (Value::Row(values), Type::Row(fields)) => {
            values.iter().zip(fields.iter()).all(|(value, field)| fits(value, &field.ty))
        }
        _ => true,
    }
}

/// Whether literals of the type are of exactly this type: a plain string is as long as it is, and goes wherever
/// a varchar goes.
fn is_exact(ty: &Type) -> bool {
    !matches!(ty, Type::Unknown | Type::Varchar(None))
}
