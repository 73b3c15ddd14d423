//! Recorded answers of a Trino 476, asked of the whole engine: the same, refused, or different.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use serde_json::Value as Json;

use super::super::TableSources;
use super::super::walk::rewrite;
use super::{Memory, bound, memory, run, table};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Body, From, Query, Relation, RelationColumn, RelationId, RelationKind};
use crate::catalog::Table;
use crate::constant::{Value, format};
use crate::engine::{EngineError, ErrorClass};
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
        (value, Type::Char(length), Json::String(text)) => {
            format!("{:length$}", format(value, ty), length = *length as usize) == *text
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

/// A recorded expression.
struct Recorded<'a> {
    family: &'a str,
    expression: &'a str,
    ty: &'a str,
    value: &'a str,
}

impl Recorded<'_> {
    /// Compares what came out with what is recorded.
    fn compare(&self, own: Option<&Type>, got: Result<Vec<Vec<Value>>, EngineError>) -> Outcome {
        let rows = match got {
            Err(error) if error.class == ErrorClass::Unsupported => return Outcome::Refused(error.message),
            Err(error) if self.ty == "ERROR" => {
                // Errors of binding have no name of Trino's; those of evaluation do.
                let name = error.message.split(':').next().unwrap_or_default();
                let named = name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
                // Trino fuses CAST(json_parse(…)) and then blames the cast.
                let fused = self.expression.starts_with("CAST(json_parse(");
                return if !named || fused || name == self.value {
                    Outcome::Same
                } else {
                    Outcome::Different(error.message)
                };
            }
            Err(error) => return Outcome::Different(format!("error {error}")),
            Ok(rows) if self.ty == "ERROR" => return Outcome::Different(format!("{rows:?}")),
            Ok(rows) => rows,
        };
        let json: Json = serde_json::from_str(self.value).expect("the answer is JSON");
        let own = own.expect("a query that ran has a type");
        if parse_type(self.ty).as_ref() != Some(own) {
            return Outcome::Different(format!("type {own}"));
        }
        match rows.iter().all(|row| matches!(row.as_slice(), [one] if same(one, own, &json))) {
            true if !rows.is_empty() => Outcome::Same,
            _ => Outcome::Different(format!("{rows:?}")),
        }
    }
}

/// Asks every recorded expression and reports per family.
fn ask_all(ask: impl Fn(&Recorded<'_>) -> Option<Outcome>) {
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
        let recorded = Recorded { family, expression, ty, value };
        let Some(outcome) = ask(&recorded) else { continue };
        let count = counts.entry(family).or_default();
        match outcome {
            Outcome::Same => count[0] += 1,
            Outcome::Refused(why) => {
                count[1] += 1;
                if only.is_some() {
                    println!("refused {expression}: {why}");
                }
            }
            Outcome::Different(what) => {
                count[2] += 1;
                different.push(format!("{}: {expression}: {what}; recorded {value}", recorded.family));
            }
        }
    }
    for (family, [same, refused, different]) in &counts {
        println!("{family:12} same {same:4} refused {refused:4} different {different:4}");
    }
    assert!(!counts.is_empty(), "nothing was asked");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn column_type(query: &Query) -> Option<&Type> {
    query.columns.first().map(|column| &column.ty)
}

#[test]
fn constants_are_answered_as_recorded() {
    ask_all(|recorded| {
        let query = bound(&format!("SELECT {}", recorded.expression));
        let got = query.as_ref().map_err(Clone::clone).and_then(|query| run(query, &Memory));
        Some(recorded.compare(query.as_ref().ok().and_then(column_type), got))
    });
}

/// The rows that an expression's constants have become.
struct Lifted {
    rows: Vec<Vec<Value>>,
}

impl TableSources for Lifted {
    fn provider(&self, table: &Table) -> Result<Arc<dyn TableProvider>, EngineError> {
        memory(table, &self.rows)
    }
}

/// The same query with its constants as columns of a table with several rows; none if it has a FROM
/// clause or no constants.
fn lifted(query: &Query) -> Option<(Query, Lifted)> {
    let Body::Block(block) = &query.body else { return None };
    let [item] = block.items.as_slice() else { return None };
    if block.from.is_some() || block.group.is_some() || item.expr.any(&mut |part| part.query().is_some()) {
        return None;
    }
    let relation = RelationId(1);
    let mut values = Vec::new();
    let mut types = Vec::new();
    let over = rewrite::<std::convert::Infallible>(&item.expr, &mut |part| {
        let ExprKind::Literal(value) = &part.kind else { return Ok(None) };
        values.push(value.clone());
        types.push(part.ty.clone());
        let column = ColumnRef { relation, column: values.len() - 1 };
        Ok(Some(Expr { kind: ExprKind::Column(column), ty: part.ty.clone(), span: part.span }))
    });
    let over = over.unwrap_or_else(|never| match never {});
    if values.is_empty() {
        return None;
    }
    let names: Vec<String> = (0..types.len()).map(|at| format!("x{at}")).collect();
    let columns: Vec<(&str, Type)> = names.iter().map(String::as_str).zip(types.iter().cloned()).collect();
    let relation = Relation {
        id: relation,
        name: None,
        aliased: false,
        columns: types.into_iter().map(|ty| RelationColumn { name: None, ty, hidden: false }).collect(),
        kind: RelationKind::Table(table("lifted", &columns), item.span),
        span: item.span,
    };
    let mut block = block.clone();
    block.items[0].expr = over;
    block.from = Some(From::Relation(Box::new(relation)));
    let query = Query { body: Body::Block(block), ..query.clone() };
    let nulls = values.iter().map(|_| Value::Null).collect();
    Some((query, Lifted { rows: vec![values.clone(), nulls, values] }))
}

/// Constants as columns: the same answers, whatever a row of NULLs between them says.
#[test]
fn columns_are_answered_as_recorded() {
    ask_all(|recorded| {
        let query = bound(&format!("SELECT {}", recorded.expression)).ok()?;
        let (query, mut tables) = lifted(&query)?;
        let mut got = run(&query, &tables).map(|mut rows| {
            rows.remove(1);
            rows
        });
        if got.is_err() {
            // NULL may be an error where the recorded constant is none.
            tables.rows.remove(1);
            got = run(&query, &tables);
        }
        Some(recorded.compare(column_type(&query), got))
    });
}
