//! Functions over text with Trino's results.
//!
//! Trino counts code points, never bytes or graphemes. A `char(n)` value is held without its padding,
//! so the functions that see the padding put it back first.

mod case;
mod cut;
mod distance;
mod format;
mod phonetic;
mod split;
mod stem;
mod trim;

use unicode_normalization::UnicodeNormalization;

use super::argument::{integer, invalid, text};
use super::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// The longest text that athplan makes by padding or repetition, in bytes.
const LONGEST: usize = 64 << 20;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    let first_is_text = arguments.first().is_some_and(Type::is_text);
    match (name, arguments.len()) {
        ("chr", 1) => return Some(Body::Strict(chr)),
        ("format", 2..) if first_is_text => return format::lookup(arguments),
        _ if !first_is_text => return None,
        _ => {}
    }
    let strict = match (name, arguments.len()) {
        ("length", 1) => length,
        ("lower", 1) => case::lower,
        ("upper", 1) => case::upper,
        ("reverse", 1) => reverse,
        ("codepoint", 1) => codepoint,
        ("to_utf8", 1) => to_utf8,
        ("concat" | "||", 2..) => concat,
        ("starts_with", 2) => starts_with,
        ("replace", 2 | 3) => replace,
        ("translate", 3) => translate,
        ("normalize", 1 | 2) => normalize,
        ("substr" | "substring", 2 | 3) => cut::substring,
        ("lpad", 3) => cut::pad_left,
        ("rpad", 3) => cut::pad_right,
        ("strpos", 2 | 3) => cut::position,
        ("trim", 1 | 2) => trim::both,
        ("ltrim", 1 | 2) => trim::left,
        ("rtrim", 1 | 2) => trim::right,
        ("split", 2 | 3) => split::split,
        ("split_part", 3) => split::split_part,
        ("split_to_map", 3) => split::split_to_map,
        ("split_to_multimap", 3) => split::split_to_multimap,
        ("levenshtein_distance", 2) => distance::levenshtein,
        ("hamming_distance", 2) => distance::hamming,
        ("soundex", 1) => phonetic::soundex,
        ("word_stem", 1 | 2) => stem::stem,
        ("luhn_check", 1) => luhn_check,
        ("concat_ws", 2..) => return Some(Body::Nullable(concat_ws)),
        _ => return None,
    };
    Some(Body::Strict(strict))
}

/// The text of an argument, padded to its length if it is a `char(n)`.
fn padded(function: &Function, arguments: &[Value], at: usize) -> String {
    let mut whole = text(&arguments[at]).to_owned();
    if let Type::Char(length) = &function.arguments[at] {
        let missing = (*length as usize).saturating_sub(whole.chars().count());
        whole.extend(std::iter::repeat_n(' ', missing));
    }
    whole
}

/// A `char` result is held without its padding.
fn unpadded(function: &Function, result: &str) -> Value {
    Value::varchar(if matches!(function.result, Type::Char(_)) { result.trim_end_matches(' ') } else { result })
}

fn length(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(match &function.arguments[0] {
        Type::Char(length) => i64::from(*length),
        _ => text(&arguments[0]).chars().count() as i64,
    }))
}

fn reverse(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let reversed: String = padded(function, arguments, 0).chars().rev().collect();
    Ok(unpadded(function, &reversed))
}

fn chr(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let code = integer(&arguments[0]);
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    let character = character.ok_or_else(|| invalid(format!("Not a valid Unicode code point: {code}")))?;
    Ok(Value::varchar(character.encode_utf8(&mut [0; 4])))
}

fn codepoint(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut characters = text(&arguments[0]).chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => Ok(Value::Integer(i64::from(u32::from(only)))),
        _ => Err(invalid("Input string must be a single character string")),
    }
}

fn to_utf8(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Varbinary(padded(function, arguments, 0).into_bytes().into()))
}

fn concat(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole: String = (0..arguments.len()).map(|at| padded(function, arguments, at)).collect();
    Ok(unpadded(function, &whole))
}

/// Joins what is not NULL, in the form with several texts as in the form with an array.
fn concat_ws(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let [separator, rest @ ..] = arguments else { return Ok(Value::Null) };
    let parts = match (separator, rest) {
        (Value::Null, _) => return Ok(Value::Null),
        (_, [Value::Array(parts)]) => parts,
        (_, [Value::Null]) if matches!(function.arguments[1], Type::Array(_)) => return Ok(Value::Null),
        _ => rest,
    };
    let parts: Vec<&str> = parts.iter().filter(|part| !part.is_null()).map(text).collect();
    Ok(Value::varchar(parts.join(text(separator))))
}

fn starts_with(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Boolean(text(&arguments[0]).starts_with(text(&arguments[1]))))
}

/// An empty search text is found before each character and at the end.
fn replace(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let replacement = arguments.get(2).map_or("", text);
    Ok(Value::varchar(text(&arguments[0]).replace(text(&arguments[1]), replacement)))
}

fn translate(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let from: Vec<char> = text(&arguments[1]).chars().collect();
    let to: Vec<char> = text(&arguments[2]).chars().collect();
    let translated: String = text(&arguments[0])
        .chars()
        .filter_map(|character| match from.iter().position(|other| *other == character) {
            Some(at) => to.get(at).copied(),
            None => Some(character),
        })
        .collect();
    Ok(Value::varchar(translated))
}

fn normalize(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = text(&arguments[0]);
    let normal: String = match arguments.get(1).map_or("NFC", text) {
        "NFC" => whole.nfc().collect(),
        "NFD" => whole.nfd().collect(),
        "NFKC" => whole.nfkc().collect(),
        "NFKD" => whole.nfkd().collect(),
        _ => return Err(invalid("Normalization form must be one of [NFD, NFC, NFKD, NFKC]")),
    };
    Ok(Value::varchar(normal))
}

/// The Luhn check digit of card numbers (ISO/IEC 7812-1).
fn luhn_check(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let number = text(&arguments[0]);
    let mut sum = 0;
    for (place, character) in number.chars().rev().enumerate() {
        let digit = character.to_digit(10).ok_or_else(|| invalid("Input contains non-digit character"))?;
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        sum += doubled / 10 + doubled % 10;
    }
    Ok(Value::Boolean(!number.is_empty() && sum % 10 == 0))
}
