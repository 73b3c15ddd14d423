//! `doctor --live`: a capped run on the user's own account, over files of its own, that proves what athplan can only
//! assume elsewhere. It writes below one folder of the output location and deletes that at its end.

use std::time::{SystemTime, UNIX_EPOCH};

use super::proof::{self, STATEMENTS};
use crate::catalog::with_slash;
use crate::cli::engine::report;
use crate::cli::session::Failure;
use crate::constant::Value;
use crate::cost::{Bytes, Dollars};
use crate::emit::{Symbol, drops};
use crate::engine::athena::{AthenaEngine, AthenaOptions, Finding};
use crate::engine::{Engine, EngineError, Kind, State, Submission};
use crate::run::ledger::Ledger;
use crate::run::{RunError, RunOptions, run_with};

/// The statement whose token and result are looked at, and its row.
const ONE: &str = "SELECT CAST(NULL AS varchar) AS absent, '' AS nothing, 'a\"b,c' AS quoted";

/// What is proven; `announce` is told first what it may cost.
///
/// # Errors
///
/// The proof cannot be run to its end.
pub async fn live(
    engine: &AthenaEngine,
    options: &AthenaOptions,
    announce: impl Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    let output = engine.output().map_err(|error| report(&error))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let run = format!("doctor{}", now.as_micros());
    let place = format!("{output}doctor/{run}/");
    let limits = proof::limits();
    announce(&format!(
        "at most {STATEMENTS} statements that read, {} and {} ({STATEMENTS} times the minimum that Athena bills); files and \
         tables are made below {place} and in the database {}, and are deleted again{}",
        Bytes(limits.bytes.unwrap_or_default()),
        Dollars(limits.dollars.unwrap_or_default()),
        options.database,
        if engine.workgroup().is_enforced && !engine.workgroup().is_managed {
            "; what Athena writes where the workgroup says stays there"
        } else {
            ""
        },
    ));
    // Everything that the run writes lies in the folder too, so that one deletion takes it all.
    let own = AthenaOptions { output: Some(place.clone()), ..options.clone() };
    let own = AthenaEngine::connect(own).await.map_err(|error| report(&error))?;
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let result = proven(&own, &place, &run, seconds).await;
    let removed = engine.remove(&place).await.map_err(|error| report(&error));
    let findings = result?;
    removed?;
    Ok(findings)
}

async fn proven(engine: &AthenaEngine, place: &str, run: &str, now: i64) -> Result<Vec<Finding>, Failure> {
    let logs = format!("{place}logs/");
    let compiled = proof::compiled(&logs, now, engine.slots(Kind::Store), engine.places_tables())?;
    for (location, text) in proof::files(&logs) {
        engine.put(&location, text).await.map_err(|error| report(&error))?;
    }
    let mut findings = one(engine, run).await.map_err(|error| report(&error))?;
    let mut options = RunOptions::new(run, with_slash(place));
    options.limits = proof::limits();
    // The statement above is one of them.
    options.limits.statements = options.limits.statements.map(|most| most - 1);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let ledger = Ledger::in_memory();
    let listen = |_| {};
    let result = {
        let mut going = std::pin::pin!(run_with(&compiled, engine, &options, &ledger, stopped, &listen));
        tokio::select! {
            result = &mut going => result,
            _ = tokio::signal::ctrl_c() => {
                stop.send_replace(true);
                going.await
            }
        }
    };
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            let mut left = Vec::new();
            // A run that fails keeps its tables, to be resumed; this one is not. Why it failed is what is said.
            for statement in drops(&compiled.plan) {
                let symbol = |symbol| match symbol {
                    Symbol::Run => run.to_owned(),
                    Symbol::Attempt(_) | Symbol::Output => String::new(),
                };
                let dropped = engine.execute(&statement.sql.substitute(symbol)).await;
                left.extend(dropped.err().map(|_| statement.id.0));
            }
            return Err(failed(&error, run, &left));
        }
    };
    findings.extend(proof::findings(&outcome));
    Ok(findings)
}

/// Why the proof ends here; `left` are the drops that failed.
fn failed(error: &RunError, run: &str, left: &[String]) -> Failure {
    let mut help = match error {
        RunError::Statement { error: EngineError { help: Some(help), .. }, .. } => help.clone(),
        RunError::Stopped => "nothing is noted; begin again with athplan doctor --live".to_owned(),
        _ => "the statements are athplan's own: please report it".to_owned(),
    };
    if !left.is_empty() {
        help.push_str(&format!("\ntables named …__{run} are left in the database"));
    }
    Failure::Other(miette::miette!(help = help, "the proof cannot go on: {error}"))
}

/// One statement, sent twice: it is one query, and its row comes back as it is, from the pages and from the file.
async fn one(engine: &AthenaEngine, run: &str) -> Result<Vec<Finding>, EngineError> {
    let submission = Submission { sql: ONE.to_owned(), token: format!("{run} once"), kind: Kind::Query };
    let first = engine.submit(&submission).await?;
    let ids = [first];
    loop {
        let status = engine.poll(&ids).await?.pop();
        match status.map(|status| status.state) {
            Some(State::Queued | State::Running) => engine.wait(&ids).await,
            Some(State::Failed(error)) => return Err(error),
            Some(State::Succeeded | State::Cancelled) | None => break,
        }
    }
    let [first] = ids;
    let again = engine.submit(&submission).await?;
    let mut findings = vec![if first == again {
        Finding::ok("tokens", "a submission that is sent again is the same query")
    } else {
        proof::refuted("tokens", format!("the same token gave {first}, and then {again}"))
    }];
    let rows = engine.result(&first, &[]).await?.rows;
    let expected = vec![vec![Value::Null, Value::varchar(""), Value::varchar("a\"b,c")]];
    let file = engine.result_file(&first).await?;
    let texts = vec![vec![None, Some(String::new()), Some("a\"b,c".to_owned())]];
    findings.push(match file {
        _ if rows != expected => proof::refuted("results", format!("a row came back as {rows:?}")),
        Some(file) if file != texts => proof::refuted("results", format!("the result's file has {file:?}")),
        Some(_) => Finding::ok("results", "pages and file tell NULL from an empty text"),
        None => Finding::ok("results", "pages tell NULL from an empty text; there is no file that may be read"),
    });
    Ok(findings)
}
