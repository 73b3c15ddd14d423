//! Law 6: what `explain` prints is what `run` submits, given the same rows.

use std::collections::BTreeMap;

use athplan::Compiled;
use athplan::constant::Value;
use athplan::emit::Symbol;
use athplan::expand::{DriverRow, at_most, expand};
use athplan::explain::{Explaining, statements};
use athplan::plan::ROW_NUMBER;

use super::bench::{OUTPUT, RUN};
use super::recording::Submitted;

/// Holds what was submitted to what is explained with the rows that came up in the run.
pub fn as_submitted(compiled: &Compiled, submitted: &[Submitted]) -> Result<(), String> {
    as_submitted_under(compiled, submitted, OUTPUT)
}

/// The same for a run that writes under a location of its own.
pub fn as_submitted_under(compiled: &Compiled, submitted: &[Submitted], output: &str) -> Result<(), String> {
    let explaining = Explaining { rows: driver_rows(compiled, submitted)?, ..Explaining::default() };
    within_bounds(compiled, &explaining.rows)?;
    let explained = statements(compiled, &explaining).map_err(|error| error.to_string())?;
    let put_in = |symbol| match symbol {
        Symbol::Run => RUN.to_owned(),
        Symbol::Output => output.to_owned(),
        Symbol::Attempt(_) => "1".to_owned(),
    };
    let mut told: Vec<(String, String)> =
        explained.iter().map(|one| (token(&one.id.to_string()), one.sql.substitute(put_in))).collect();
    let mut sent: Vec<(String, String)> = submitted.iter().map(|one| (one.token.clone(), one.sql.clone())).collect();
    told.sort();
    sent.sort();
    for (told, sent) in told.iter().zip(&sent) {
        if told != sent {
            return Err(format!("explained {}:\n{}\nsubmitted {}:\n{}", told.0, told.1, sent.0, sent.1));
        }
    }
    let extra = told.get(sent.len()).or_else(|| sent.get(told.len()));
    extra.map_or(Ok(()), |(token, text)| {
        Err(format!("{} explained, {} submitted; {token}:\n{text}", told.len(), sent.len()))
    })
}

/// What is said of a FOREACH before its rows are known holds once they are: no scan needs a partition more.
fn within_bounds(compiled: &Compiled, rows: &BTreeMap<String, Vec<DriverRow>>) -> Result<(), String> {
    let (plan, world) = (&compiled.plan, &compiled.world);
    for foreach in plan.foreachs.values() {
        let Some(rows) = rows.get(&foreach.name) else { continue };
        let expansion = expand(plan, foreach, Some(rows), world).map_err(|error| error.to_string())?;
        for need in expansion.needs.values() {
            let Ok(most) = at_most(plan, &plan.scans[&need.relation], world) else { continue };
            if let Some(more) = need.set.tuples.iter().find(|tuple| !most.set.tuples.contains(*tuple)) {
                return Err(format!(
                    "{}: the rows need {more:?} of {}, which the bound leaves out",
                    foreach.name, need.table
                ));
            }
        }
    }
    Ok(())
}

/// The token of a statement's first attempt.
pub fn token(id: &str) -> String {
    format!("athplan-{RUN}-{id}-attempt-1")
}

/// The rows of every FOREACH's keys statement, as a file of rows would give them.
pub fn driver_rows(compiled: &Compiled, submitted: &[Submitted]) -> Result<BTreeMap<String, Vec<DriverRow>>, String> {
    let mut found = BTreeMap::new();
    for foreach in compiled.plan.foreachs.values() {
        let token = token(&format!("{}/keys", foreach.name));
        let Some(rows) = submitted.iter().find(|one| one.token == token).and_then(|one| one.rows.as_ref()) else {
            continue;
        };
        let named = |at: &usize| foreach.columns[*at].name.as_str();
        let expected = foreach.numbered.then_some(ROW_NUMBER).into_iter().chain(foreach.keys.iter().map(named));
        if !rows.columns.iter().map(|(name, _)| name.as_str()).eq(expected) {
            return Err(format!("{token} yields other columns: {:?}", rows.columns));
        }
        let row = |row: &Vec<Value>| match (row.split_first(), foreach.numbered) {
            (Some((Value::Integer(number), values)), true) => {
                Ok(DriverRow { number: Some(*number), values: values.to_vec() })
            }
            (_, false) => Ok(DriverRow { number: None, values: row.clone() }),
            (first, true) => Err(format!("{token}: {first:?} is no number")),
        };
        found.insert(foreach.name.clone(), rows.rows.iter().map(row).collect::<Result<_, _>>()?);
    }
    Ok(found)
}
