//! Whole queries as a real Trino 476 answered them: the same rows, or refused; never different.
//!
//! With `ATHPLAN_QUERY=LATERAL` only queries with that text are asked, and what is refused is printed; with
//! `ATHPLAN_QUERIES=FILE` the queries of that file, recorded elsewhere, are asked instead.

use athplan::engine::{EngineError, ErrorClass, ResultSet};
use athplan::types::parse_type;
use serde_json::Value as Json;

use super::bench::Bench;
use crate::answers::{encode, same};

/// Why an answer is not the recorded one; none if it is.
fn difference(sql: &str, types: &str, rows: &str, got: &ResultSet) -> Option<String> {
    let recorded: Vec<_> = types.split("; ").map(parse_type).collect();
    let own: Vec<_> = got.columns.iter().map(|(_, ty)| Some(ty.clone())).collect();
    if own != recorded {
        return Some(format!("types {:?}", got.columns));
    }
    let json = |row: &Vec<_>| row.iter().zip(&got.columns).map(|(value, (_, ty))| encode(value, ty)).collect::<Json>();
    let mut own: Vec<Json> = got.rows.iter().map(json).collect();
    let recorded: Vec<Json> = serde_json::from_str(rows).expect("the rows are JSON");
    let shown = format!("{own:?}");
    let ordered = sql.rsplit(')').next().is_some_and(|end| end.contains("ORDER BY"));
    let mut right = own.len() == recorded.len();
    for row in &recorded {
        match own.iter().position(|other| same(other, row)) {
            Some(position) if !ordered || position == 0 => {
                own.remove(position);
            }
            _ => right = false,
        }
    }
    (!right).then_some(shown)
}

/// Errors of binding have no name of Trino's; those of evaluation do. What Trino's analysis finds wrong
/// may be found here only when it is evaluated.
fn other_error(recorded: &str, error: &EngineError) -> Option<String> {
    let name = error.message.split(':').next().unwrap_or_default();
    let named = recorded != "TYPE_MISMATCH"
        && !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    (named && name != recorded).then(|| error.message.clone())
}

/// Queries of all kinds, and some whose answers are estimates.
const QUERIES: [&str; 3] = [
    include_str!("../data/trino/queries.tsv"),
    include_str!("../data/trino/percentiles.tsv"),
    include_str!("../data/trino/distinct.tsv"),
];

#[test]
fn queries_are_answered_as_recorded() {
    let bench = Bench::empty();
    let only = std::env::var("ATHPLAN_QUERY").ok();
    let (mut asked, mut refused) = (0, 0);
    let mut different = Vec::new();
    let files = match std::env::var("ATHPLAN_QUERIES") {
        Ok(path) => std::fs::read_to_string(path).expect("the file of queries can be read"),
        Err(_) => QUERIES.concat(),
    };
    for line in files.lines().filter(|line| !line.starts_with('#')) {
        let [sql, types, rows] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if only.as_deref().is_some_and(|only| !sql.contains(only)) {
            continue;
        }
        asked += 1;
        let difference = match bench.run(sql) {
            Err(error) if error.class == ErrorClass::Unsupported => {
                refused += 1;
                if only.is_some() || std::env::var_os("ATHPLAN_QUERIES").is_some() {
                    println!("refused: {sql}: {error}");
                }
                None
            }
            Err(error) if types == "ERROR" => other_error(rows, &error),
            Err(error) => Some(format!("error {error}")),
            Ok(got) if types == "ERROR" => Some(format!("{:?}", got.rows)),
            Ok(got) => difference(sql, types, rows, &got),
        };
        if let Some(what) = difference {
            different.push(format!("{sql}\n    Trino: {types} {rows}\n    here: {what}"));
        }
    }
    println!("same {} refused {refused} different {}", asked - refused - different.len(), different.len());
    assert!(asked > 0, "nothing was asked");
    assert!(different.is_empty(), "{}", different.join("\n"));
}
