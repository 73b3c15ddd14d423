//! Expressions evaluated as a real Trino 476 evaluated them: the same or refused, never different.
//!
//! `data/trino/answers.tsv` and `data/trino/more-answers.tsv` were measured on 2026-11-22 and 23. With
//! `ATHPLAN_FAMILY=regexp` the test prints what is refused in that family, and why.

use std::collections::BTreeMap;

use athplan::bind::query::Body;
use athplan::bind::{BindOptions, NoTables, bind_query, closed};
use athplan::constant::{Value, Zone, evaluate, format};
use athplan::source::Source;
use athplan::spec::parse_query;
use athplan::types::{Dialect, Type, parse_type};
use serde_json::Value as Json;

/// What became of an expression here.
enum Outcome {
    Value(Type, Value),
    Error(String),
    /// The evaluator does not have it, or said so while evaluating.
    Refused(String),
}

fn outcome(expression: &str) -> Outcome {
    let source = Source::new("answers", format!("SELECT {expression}"));
    let arguments = BTreeMap::new();
    let now = Value::TimestampWithTimeZone(1_714_979_289_123 * 1_000_000_000, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::Trino, now, arguments: &arguments, catalog: &NoTables };
    let query = match parse_query(&source) {
        Ok(parsed) => match bind_query(&parsed, &source, &options) {
            Ok(query) => query,
            Err(errors) => return Outcome::Error(format!("{errors:?}")),
        },
        Err(errors) => return Outcome::Error(format!("{errors:?}")),
    };
    let Body::Block(block) = &query.body else { return Outcome::Refused("no plain block".to_owned()) };
    let [item] = block.items.as_slice() else { return Outcome::Refused("several columns".to_owned()) };
    if block.from.is_some() {
        return Outcome::Refused("a FROM clause".to_owned());
    }
    let expr = match closed(&item.expr, &mut |_| None) {
        Ok(expr) => expr,
        Err(lack) => return Outcome::Refused(lack.to_string()),
    };
    match evaluate(&expr, &[]) {
        Ok(value) => Outcome::Value(item.expr.ty.clone(), value),
        Err(error) if error.name == "NOT_SUPPORTED" => Outcome::Refused(error.message),
        Err(error) => Outcome::Error(error.name.to_owned()),
    }
}

/// Whether a value is what Trino's protocol wrote.
fn same(value: &Value, ty: &Type, json: &Json) -> bool {
    match (value, ty, json) {
        (Value::Null, _, json) => json.is_null(),
        (Value::Boolean(truth), _, json) => json.as_bool() == Some(*truth),
        (Value::Integer(number), _, json) => json.as_i64() == Some(*number),
        (Value::Double(number), _, Json::Number(json)) => json.as_f64() == Some(*number),
        (Value::Real(number), _, Json::Number(json)) => json.as_f64().map(|json| json as f32) == Some(*number),
        (Value::Double(number), _, Json::String(text)) if !number.is_finite() => {
            *text == number.to_string().replace("inf", "Infinity")
        }
        (Value::Array(items), Type::Array(element), Json::Array(json)) => {
            items.len() == json.len() && items.iter().zip(json).all(|(item, json)| same(item, element, json))
        }
        (Value::Row(items), Type::Row(fields), Json::Array(json)) => {
            let mut pairs = items.iter().zip(fields.iter()).zip(json);
            items.len() == json.len() && pairs.all(|((item, field), json)| same(item, &field.ty, json))
        }
        (Value::Map(entries), Type::Map(key, item), Json::Object(json)) => {
            let entry = |(name, value): &(Value, Value)| {
                json.get(&format(name, key)).is_some_and(|json| same(value, item, json))
            };
            entries.len() == json.len() && entries.iter().all(entry)
        }
        (Value::Varbinary(bytes), Type::Varbinary, Json::String(text)) => {
            let digits: Vec<u32> = text.bytes().filter_map(base64_digit).collect();
            let bits: String = digits.iter().map(|digit| format!("{digit:06b}")).collect();
            let own: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
            bits.starts_with(&own) && bits.len() - own.len() < 6
        }
        // A char is held without the padding that Trino shows.
        (Value::Varchar(own), Type::Char(_), Json::String(text)) => **own == *text.trim_end_matches(' '),
        (value, ty, Json::String(text)) => format(value, ty) == *text,
        _ => false,
    }
}

fn base64_digit(letter: u8) -> Option<u32> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    alphabet.iter().position(|own| *own == letter).map(|at| at as u32)
}

#[test]
fn the_evaluator_never_contradicts_trino() {
    let wanted = std::env::var("ATHPLAN_FAMILY").ok();
    let mut families: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut different = Vec::new();
    let lines =
        include_str!("data/trino/answers.tsv").lines().chain(include_str!("data/trino/more-answers.tsv").lines());
    for line in lines.filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [family, expression, ty, value] = parts.as_slice() else { panic!("{line}") };
        if wanted.as_ref().is_some_and(|wanted| wanted != family) {
            continue;
        }
        let (place, found) = match outcome(expression) {
            Outcome::Refused(why) => {
                if wanted.is_some() {
                    println!("refused: {expression}: {why}");
                }
                (1, String::new())
            }
            Outcome::Error(error) => (if *ty == "ERROR" { 0 } else { 2 }, error),
            Outcome::Value(own, found) => {
                let json =
                    if *ty == "ERROR" { Json::Null } else { serde_json::from_str(value).expect("recorded JSON") };
                let agrees = *ty != "ERROR" && parse_type(ty) == Some(own.clone()) && same(&found, &own, &json);
                (if agrees { 0 } else { 2 }, format!("{own} {found:?}"))
            }
        };
        families.entry(family).or_default()[place] += 1;
        if place == 2 {
            different.push(format!("{expression}\n    Trino: {ty} {value}\n    here: {found}"));
        }
    }
    println!("{:<14}{:>8}{:>9}{:>11}", "family", "same", "refused", "different");
    for (family, [same, refused, different]) in &families {
        println!("{family:<14}{same:>8}{refused:>9}{different:>11}");
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
