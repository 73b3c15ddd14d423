//! What `doctor --live` has proven, and where: a private file that says of which account, Region and workgroup.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use super::session::Failure;
use crate::engine::athena::AthenaEngine;

/// What was proven.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    verified: Vec<Verified>,
}

/// One account, Region and workgroup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Verified {
    /// The account; none if the credentials did not tell.
    account: Option<String>,
    region: String,
    workgroup: String,
    /// The version of athplan that proved it.
    athplan: String,
    /// When, in UTC.
    time: String,
}

impl Verified {
    fn is_of(&self, account: Option<&str>, region: &str, workgroup: &str) -> bool {
        self.account.as_deref() == account && self.region == region && self.workgroup == workgroup
    }
}

/// Notes that everything was proven.
///
/// # Errors
///
/// It cannot be written down.
pub fn record(account: Option<&str>, region: &str, workgroup: &str) -> Result<(), Failure> {
    let Some(path) = path() else {
        super::say("nothing is noted: neither XDG_STATE_HOME nor HOME says where");
        return Ok(());
    };
    let mut state = read(&path);
    state.verified.retain(|known| !known.is_of(account, region, workgroup));
    state.verified.push(Verified {
        account: account.map(str::to_owned),
        region: region.to_owned(),
        workgroup: workgroup.to_owned(),
        athplan: env!("CARGO_PKG_VERSION").to_owned(),
        time: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    });
    write(&path, &state).into_diagnostic().wrap_err_with(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// Says that nothing has been proven of where a run goes, as long as that is so.
pub fn remind(runtime: &Runtime, engine: &AthenaEngine) {
    let account = runtime.block_on(engine.account()).ok().flatten();
    let workgroup = &engine.workgroup().name;
    let state = path().map(|path| read(&path)).unwrap_or_default();
    let of = |known: &Verified| known.is_of(account.as_deref(), engine.region(), workgroup);
    if !state.verified.iter().any(of) {
        super::say(&format!(
            "this account and its workgroup {workgroup} are unverified: athplan doctor --live proves for a cent at most that \
             partitions are pruned as announced"
        ));
    }
}

/// Where it is noted (<https://specifications.freedesktop.org/basedir-spec/latest/>).
fn path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("athplan/verified.json"))
}

/// What was noted; what cannot be read was not.
fn read(path: &Path) -> State {
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Writes the file beside its place and moves it there: it is whole or not there.
fn write(path: &Path, state: &State) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("json.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    serde_json::to_writer_pretty(&mut file, state)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(beside, path)
}
