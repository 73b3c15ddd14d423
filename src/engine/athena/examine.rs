//! Looking over an account before a run does: each thing that a run relies on, in the order in which it would meet
//! them, so that the first thing that is wrong is the first that is said.

use std::time::{Duration, SystemTime};

use aws_sdk_athena::config::{ProvideCredentials, SharedCredentialsProvider};

use super::finding::{Finding, Verdict};
use super::options::AthenaOptions;
use super::workgroup::Workgroup;
use super::{AthenaEngine, client};
use crate::engine::aws::Encryption;
use crate::engine::aws::identity::Identity;
use crate::engine::{Engine, EngineError, ErrorClass, aws};

/// What is looked at, in order.
const NAMES: [&str; 6] = ["credentials", "region", "workgroup", "output", "database", "tables"];

/// Credentials that end sooner than this end in the middle of a run.
const SOON: Duration = Duration::from_secs(15 * 60);

/// A name that no table has.
const NO_TABLE: &str = "athplan_doctor_looks_for_no_table";

/// Looks over everything. With the findings comes an engine if one could be had.
pub async fn examine(
    options: AthenaOptions,
    credentials: Option<SharedCredentialsProvider>,
) -> (Vec<Finding>, Option<AthenaEngine>) {
    let mut findings = Vec::new();
    let engine = connected(options, credentials, &mut findings).await;
    if let Some(engine) = &engine {
        findings.push(output(engine).await);
        let database = database(engine).await;
        let is_there = database.verdict != Verdict::Failed;
        findings.push(database);
        if is_there {
            findings.push(tables(engine).await);
        }
    }
    findings.extend(NAMES[findings.len()..].iter().map(|name| Finding::skipped(name)));
    (findings, engine)
}

/// Who asks, where, and of which workgroup.
async fn connected(
    options: AthenaOptions,
    credentials: Option<SharedCredentialsProvider>,
    findings: &mut Vec<Finding>,
) -> Option<AthenaEngine> {
    let configuration = client::load(&options, credentials).await;
    let who = match configuration.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.map_err(|error| aws::no_credentials(&error)),
        None => Err(aws::answer::credentials("no credentials")),
    };
    let who = who.map_err(|error| aws::of_profile(error, options.profile.as_deref()));
    let region = configuration.region().map(ToString::to_string).ok_or_else(aws::no_region);
    let is_known = who.is_ok() && region.is_ok();
    findings.push(who.map_or_else(
        |error| Finding::failed("credentials", error),
        |found| identity(&Identity::of(&found), SystemTime::now()),
    ));
    findings.push(region.map_or_else(|error| Finding::failed("region", error), |region| Finding::ok("region", region)));
    if !is_known {
        return None;
    }
    match AthenaEngine::assembled(options, &configuration).await {
        Ok(engine) => {
            findings.push(workgroup(engine.workgroup()));
            Some(engine)
        }
        // The first call says whether the credentials are taken.
        Err(error) if error.class == ErrorClass::Credentials => {
            findings[0] = Finding::failed("credentials", error);
            None
        }
        Err(error) => {
            findings.push(Finding::failed("workgroup", error));
            None
        }
    }
}

fn identity(identity: &Identity, now: SystemTime) -> Finding {
    let Identity { kind, key, end, account } = identity;
    let account = account.as_ref().map_or_else(String::new, |account| format!(", account {account}"));
    let said = format!("{kind}, key ending in {key}{account}");
    let Some(end) = end else { return Finding::ok("credentials", said) };
    let left = end.duration_since(now).unwrap_or_default();
    let said = format!("{said}, for another {} minutes", left.as_secs() / 60);
    if left < SOON {
        return Finding::warning("credentials", said, "log in again before a long run: one that they end in stops");
    }
    Finding::ok("credentials", said)
}

fn workgroup(workgroup: &Workgroup) -> Finding {
    let mut said = format!("{}, enabled", workgroup.name);
    said.push_str(match (workgroup.is_managed, workgroup.is_enforced) {
        (true, _) => "; Athena keeps results itself, for 24 hours",
        (false, true) => "; it enforces its own settings, so that results go where it says",
        (false, false) => "; the settings of requests count",
    });
    if let Some(cutoff) = workgroup.cutoff {
        said.push_str(&format!("; a query that scans more than {cutoff} bytes is stopped"));
    }
    match workgroup.engine.as_deref() {
        Some(engine) if engine.contains("version 3") => Finding::ok("workgroup", format!("{said}; {engine}")),
        engine => {
            let engine = engine.unwrap_or("the version of its engine is not known");
            let help = "athplan writes SQL for Athena engine version 3: choose it in the workgroup's settings";
            Finding::warning("workgroup", format!("{said}; {engine}"), help)
        }
    }
}

/// Writes, lists, reads and deletes a small file where a run would write.
async fn output(engine: &AthenaEngine) -> Finding {
    let output = match engine.output() {
        Ok(output) => output.to_owned(),
        Err(error) if engine.workgroup().is_managed => {
            let help = error.help.unwrap_or_default();
            return Finding::warning("output", "not known: only specs that store nothing can run", help);
        }
        Err(error) => return Finding::failed("output", error),
    };
    if let Some(Encryption::CseKms(_)) = &engine.options.encryption {
        let help = "specs without local files run; SSE_KMS takes those too";
        return Finding::warning("output", format!("{output}: athplan does not encrypt files itself (CSE_KMS)"), help);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let folder = format!("{output}doctor/{}/", now.as_nanos());
    match tried(engine, &folder).await {
        Ok(()) => Finding::ok("output", format!("{output}: a small file was written, listed, read and deleted")),
        Err(error) => Finding::failed("output", error),
    }
}

async fn tried(engine: &AthenaEngine, folder: &str) -> Result<(), EngineError> {
    const TEXT: &[u8] = b"athplan doctor\n";
    let file = format!("{folder}file");
    engine.put(&file, TEXT.to_vec()).await?;
    let found = engine.list(folder).await;
    let read = engine.store.get(&file).await;
    let removed = engine.remove(folder).await;
    let (found, read, removed) = (found?, read?, removed?);
    if found.len() == 1 && read == TEXT && removed == 1 {
        return Ok(());
    }
    let message = format!("{file} was written, and what was listed or read is something else");
    Err(EngineError::new(ErrorClass::Configuration, message).with_help("is it S3 that answers there?"))
}

/// The database is there, and its tables may be listed.
async fn database(engine: &AthenaEngine) -> Finding {
    let name = &engine.options.database;
    match engine.has_database().await {
        Ok(true) => Finding::ok("database", format!("{name} is there, and its tables may be listed")),
        Ok(false) => {
            let message = format!("there is no database {name}");
            let help = format!(
                "name one with --database, make it (CREATE DATABASE {name}), or look whether --region is the right one"
            );
            Finding::failed("database", EngineError::new(ErrorClass::Configuration, message).with_help(help))
        }
        Err(error) if error.class == ErrorClass::Permission => {
            let help = error.help.unwrap_or_default();
            let help = format!("{help}\nonly `athplan catalog pull` without a table's name needs it");
            Finding::warning("database", format!("its tables may not be listed: {}", error.message), help)
        }
        Err(error) => Finding::failed("database", error),
    }
}

/// A table may be asked for: whether a deliverable is there already, what one that exists looks like.
async fn tables(engine: &AthenaEngine) -> Finding {
    match engine.has_table(NO_TABLE).await {
        Ok(_) => Finding::ok("tables", "tables may be asked for"),
        Err(error) => Finding::failed("tables", error),
    }
}
