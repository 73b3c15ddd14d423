//! Recorded answers of a Trino 476 asked of the whole engine, with their constants as they stand and as
//! columns: the same, refused, or (never) different.
//!
//! With `ATHPLAN_FAMILY=aggregate` only that family is asked, and what is refused is printed; with
//! `ATHPLAN_ANSWERS=FILE` the answers of that file, recorded elsewhere, are asked instead.

use std::collections::BTreeMap;

use athplan::bind::expr::{Expr, ExprKind};
use athplan::bind::query::Body;
use athplan::bind::{BindOptions, NoTables, bind_query};
use athplan::constant::{Value, Zone};
use athplan::engine::{EngineError, ErrorClass, ResultSet};
use athplan::source::Source;
use athplan::spec::parse_query;
use athplan::types::{Dialect, Type, parse_type};

use super::bench::Bench;
use crate::answers::{encode, same};

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

/// The answers that came first.
const ANSWERS: &str = include_str!("../data/trino/answers.tsv");

/// Answers by family with varied arguments: as constants, and over rows of columns with NULLs among them.
const FAMILIES: &str = include_str!("../data/trino/families.tsv");

/// The functions of SQL/JSON.
const SQL_JSON: &str = include_str!("../data/trino/sql-json.tsv");

/// These answers, or those of the file that the environment names.
fn recorded(answers: &str) -> String {
    match std::env::var("ATHPLAN_ANSWERS") {
        Ok(path) => std::fs::read_to_string(path).expect("the file of answers can be read"),
        Err(_) => answers.to_owned(),
    }
}

impl Recorded<'_> {
    /// Holds what came out against what is recorded: every row has to be the same.
    fn compare(&self, got: Result<ResultSet, EngineError>) -> Outcome {
        let result = match got {
            Err(error) if error.class == ErrorClass::Unsupported => return Outcome::Refused(error.message),
            Err(error) if self.ty == "ERROR" => return self.compare_error(&error),
            Err(error) => return Outcome::Different(format!("error {error}")),
            Ok(result) => result,
        };
        let [(_, own)] = result.columns.as_slice() else { return Outcome::Different("several columns".to_owned()) };
        if self.ty == "ERROR" || parse_type(self.ty).as_ref() != Some(own) {
            return Outcome::Different(format!("{own} {:?}", result.rows));
        }
        let json = serde_json::from_str(self.value).expect("the answer is JSON");
        let right = |row: &Vec<Value>| matches!(row.as_slice(), [value] if same(&encode(value, own), &json));
        if !result.rows.is_empty() && result.rows.iter().all(right) {
            Outcome::Same
        } else {
            Outcome::Different(format!("{:?}", result.rows))
        }
    }

    /// Errors of binding have no name of Trino's; those of evaluation do, and it has to be the same.
    fn compare_error(&self, error: &EngineError) -> Outcome {
        let name = error.message.split(':').next().unwrap_or_default();
        let named = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
        // Trino fuses CAST(json_parse(…)) into one function and then blames the cast.
        let fused = self.expression.starts_with("CAST(json_parse(");
        if !named || fused || name == self.value { Outcome::Same } else { Outcome::Different(error.message.clone()) }
    }
}

/// Asks every recorded expression, and reports per family.
fn ask_all(answers: &str, ask: impl Fn(&Recorded<'_>) -> Option<Outcome>) {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut different = Vec::new();
    let only = std::env::var("ATHPLAN_FAMILY").ok();
    let shown = only.is_some() || std::env::var_os("ATHPLAN_ANSWERS").is_some();
    let answers = recorded(answers);
    for line in answers.lines().filter(|line| !line.starts_with('#')) {
        let [family, expression, ty, value] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if only.as_deref().is_some_and(|only| only != family) {
            continue;
        }
        let recorded = Recorded { family, expression, ty, value };
        let Some(outcome) = ask(&recorded) else { continue };
        let count = counts.entry(recorded.family).or_default();
        match outcome {
            Outcome::Same => count[0] += 1,
            Outcome::Refused(why) => {
                count[1] += 1;
                if shown {
                    println!("refused: {expression}: {why}");
                }
            }
            Outcome::Different(what) => {
                count[2] += 1;
                different.push(format!("{family}: {expression}\n    Trino: {ty} {value}\n    here: {what}"));
            }
        }
    }
    println!("{:<14}{:>8}{:>9}{:>11}", "family", "same", "refused", "different");
    for (family, [same, refused, different]) in &counts {
        println!("{family:<14}{same:>8}{refused:>9}{different:>11}");
    }
    assert!(!counts.is_empty(), "nothing was asked");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn constants_are_answered_as_recorded() {
    let bench = Bench::empty();
    ask_all(ANSWERS, |recorded| Some(recorded.compare(bench.run(&format!("SELECT {}", recorded.expression)))));
}

/// Queries that ask the same of columns, with a row of NULLs between two others and without it. None if
/// the expression has no constants, or what they are decides its type.
fn with_columns(expression: &str) -> Option<[String; 2]> {
    let text = format!("SELECT {expression}");
    let (ty, mut spans) = constants(&text)?;
    spans.sort_unstable();
    spans.dedup();
    let mut columns: Vec<&str> = Vec::new();
    let mut over = String::new();
    let mut end = 0;
    for (start, stop) in spans {
        if start < end {
            return None;
        }
        let constant = &text[start..stop];
        let at = columns.iter().position(|known| *known == constant).unwrap_or_else(|| {
            columns.push(constant);
            columns.len() - 1
        });
        over.push_str(&text[end..start]);
        over.push_str(&format!("x{at}"));
        end = stop;
    }
    if columns.is_empty() {
        return None;
    }
    over.push_str(&text[end..]);
    let row = columns.join(", ");
    let nulls = vec!["NULL"; columns.len()].join(", ");
    let names = (0..columns.len()).map(|at| format!("x{at}")).collect::<Vec<_>>().join(", ");
    let query = |between: &str| format!("{over} FROM (VALUES ({row}){between}, ({row})) t({names})");
    let queries = [query(&format!(", ({nulls})")), query("")];
    (constants(&queries[0])?.0 == ty && constants(&queries[1])?.0 == ty).then_some(queries)
}

/// The type of a query's only column, and where the constants in it stand.
fn constants(text: &str) -> Option<(Type, Vec<(usize, usize)>)> {
    let source = Source::new("answers", text);
    let arguments = BTreeMap::new();
    let now = Value::TimestampWithTimeZone(0, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::Trino, now, arguments: &arguments, catalog: &NoTables };
    let query = bind_query(&parse_query(&source).ok()?, &source, &options).ok()?;
    let Body::Block(block) = &query.body else { return None };
    let [item] = block.items.as_slice() else { return None };
    if block.group.is_some() || item.expr.any(&mut |part| part.query().is_some()) {
        return None;
    }
    let mut found = Vec::new();
    let mut waiting: Vec<&Expr> = vec![&item.expr];
    while let Some(expr) = waiting.pop() {
        if let ExprKind::Literal(_) = expr.kind {
            found.push((expr.span.start, expr.span.end));
        }
        waiting.extend(expr.children());
    }
    Some((item.expr.ty.clone(), found))
}

/// Asks over columns what was recorded of constants; none if there are no constants to move.
fn over_columns(bench: &Bench, recorded: &Recorded<'_>) -> Option<Outcome> {
    if recorded.expression.contains(" FROM ") {
        return None;
    }
    let [with_nulls, without] = with_columns(recorded.expression)?;
    let mut got = bench.run(&with_nulls).map(|mut result| {
        result.rows.remove(1);
        result
    });
    if got.is_err() {
        // NULL may be an error where the recorded constant is none.
        got = bench.run(&without);
    }
    Some(recorded.compare(got))
}

#[test]
fn columns_are_answered_as_recorded() {
    let bench = Bench::empty();
    ask_all(ANSWERS, |recorded| over_columns(&bench, recorded));
}

#[test]
fn families_are_answered_as_recorded() {
    let bench = Bench::empty();
    ask_all(FAMILIES, |recorded| Some(recorded.compare(bench.run(&format!("SELECT {}", recorded.expression)))));
}

#[test]
fn columns_of_families_are_answered_as_recorded() {
    let bench = Bench::empty();
    ask_all(FAMILIES, |recorded| over_columns(&bench, recorded));
}

#[test]
fn functions_of_sql_json_are_answered_as_recorded() {
    let bench = Bench::empty();
    ask_all(SQL_JSON, |recorded| Some(recorded.compare(bench.run(&format!("SELECT {}", recorded.expression)))));
    ask_all(SQL_JSON, |recorded| over_columns(&bench, recorded));
}
