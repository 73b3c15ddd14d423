//! Recorded answers of a Trino 476, asked of the whole engine: the same, refused, or different.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::result;
use crate::constant::{Value, format};
use crate::engine::ErrorClass;
use crate::types::{Type, parse_type};

const ANSWERS: &str = include_str!("../../../../../tests/data/trino/answers.tsv");

/// Whether a value is what Trino's protocol wrote.
fn same(value: &Value, ty: &Type, json: &Json) -> bool {
    match (value, ty, json) {
        (Value::Null, _, json) => json.is_null(),
        (Value::Boolean(truth), _, json) => json.as_bool() == Some(*truth),
        (Value::Integer(number), _, json) => json.as_i64() == Some(*number),
        (Value::Double(number), _, Json::Number(json)) => json.as_f64() == Some(*number),
        (Value::Real(number), _, Json::Number(json)) => json.as_f64().map(|json| json as f32) == Some(*number),
        (Value::Double(number), _, Json::String(text)) => format(&Value::Double(*number), ty) == *text,
        (Value::Real(number), _, Json::String(text)) => format(&Value::Real(*number), ty) == *text,
        (Value::Varbinary(bytes), Type::Varbinary, Json::String(text)) => base64(bytes) == *text,
        (Value::Array(items), Type::Array(element), Json::Array(json)) => {
            items.len() == json.len() && items.iter().zip(json).all(|(item, json)| same(item, element, json))
        }
        (Value::Row(items), Type::Row(fields), Json::Array(json)) => {
            let pairs = items.iter().zip(fields.iter()).zip(json);
            items.len() == json.len() && pairs.into_iter().all(|((item, field), json)| same(item, &field.ty, json))
        }
        (Value::Map(entries), Type::Map(key, item), Json::Object(json)) => {
            let entry = |(name, value): &(Value, Value)| {
                json.get(&format(name, key)).is_some_and(|json| same(value, item, json))
            };
            entries.len() == json.len() && entries.iter().all(entry)
        }
        (value, ty, Json::String(text)) => format(value, ty) == *text,
        _ => false,
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(number >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// What became of one recorded expression.
enum Outcome {
    Same,
    Refused(String),
    Different(String),
}

fn ask(expression: &str, ty: &str, value: &str) -> Outcome {
    let got = result(&format!("SELECT {expression}"));
    if ty == "ERROR" {
        return match got {
            Err(error) if error.class == ErrorClass::Unsupported => Outcome::Refused(error.message),
            Err(_) => Outcome::Same,
            Ok((_, rows)) => Outcome::Different(format!("{rows:?}, not the error {value}")),
        };
    }
    match got {
        Err(error) if error.class == ErrorClass::Unsupported => Outcome::Refused(error.message),
        Err(error) => Outcome::Different(format!("error {error}")),
        Ok((types, rows)) => {
            let json: Json = serde_json::from_str(value).expect("the answer is JSON");
            let ([own], [row]) = (types.as_slice(), rows.as_slice()) else {
                return Outcome::Different(format!("{rows:?}"));
            };
            if parse_type(ty).as_ref() != Some(own) {
                return Outcome::Different(format!("type {own}, not {ty}"));
            }
            match row.as_slice() {
                [one] if same(one, own, &json) => Outcome::Same,
                _ => Outcome::Different(format!("{row:?}")),
            }
        }
    }
}

#[test]
fn recorded_answers_are_never_contradicted() {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut different = Vec::new();
    let only = std::env::var("ATHPLAN_FAMILY").ok();
    for line in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
        let [family, expression, ty, value] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("a line of the recorded answers has four columns: {line}")
        };
        if only.as_deref().is_some_and(|only| only != family) {
            continue;
        }
        let count = counts.entry(family).or_default();
        match ask(expression, ty, value) {
            Outcome::Same => count[0] += 1,
            Outcome::Refused(why) => {
                count[1] += 1;
                if only.is_some() {
                    println!("refused {expression}: {why}");
                }
            }
            Outcome::Different(what) => {
                count[2] += 1;
                different.push(format!("{family}: {expression}: {what}; recorded {value}"));
            }
        }
    }
    for (family, [same, refused, different]) in &counts {
        println!("{family:12} same {same:4} refused {refused:4} different {different:4}");
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
