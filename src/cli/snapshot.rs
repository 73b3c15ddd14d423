//! `athplan snapshot`: the generated SQL as a reviewable file, held against the spec in CI.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic, WrapErr};
use similar::TextDiff;

use super::options::CompileOptions;
use super::output;
use super::session::{Failure, Session};
use crate::error::{Errors, exit};
use crate::explain::{Explaining, statements};

/// Writes the statements of specs to files beside them (SPEC.snapshot.sql), or checks those files.
#[derive(Debug, Args)]
pub struct Snapshot {
    #[command(flatten)]
    compile: CompileOptions,
    /// More specs
    #[arg(value_name = "SPEC")]
    more: Vec<PathBuf>,
    /// Writes nothing; fails with a diff if a snapshot differs
    #[arg(long)]
    check: bool,
}

impl Snapshot {
    /// Writes or checks the snapshots.
    ///
    /// # Errors
    ///
    /// Nobody reads the output any more. A spec that does not compile, or a file that cannot be read or written,
    /// is told at once, and the other specs are looked at all the same.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        self.compile.check().map_err(Failure::Usage)?;
        let mut worst = exit::OK;
        for spec in std::iter::once(&self.compile.spec).chain(&self.more) {
            // A wrong spec does not keep the others from being looked at.
            let code = match self.one(spec, out) {
                Ok(code) => code,
                Err(Failure::Closed) => return Err(Failure::Closed),
                Err(failure) => super::told(failure),
            };
            worst = [worst, code].into_iter().max_by_key(badness).unwrap_or(code);
        }
        Ok(worst)
    }

    /// Writes or checks the snapshot of one spec.
    fn one(&self, spec: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
        let path = snapshot_path(spec);
        let before = fs::read_to_string(&path).ok();
        let mut options = CompileOptions { spec: spec.to_path_buf(), ..self.compile.clone() };
        // A snapshot keeps the time it was made for, so that a check next year compares like with like.
        if options.now.is_none() {
            options.now = before.as_deref().and_then(recorded_now);
        }
        let text = text(&options)?;
        let shown = output::visible(&path.display().to_string());
        if !self.check {
            fs::write(&path, &text).into_diagnostic().wrap_err_with(|| format!("cannot write {shown}"))?;
            writeln!(out, "{shown}")?;
            return Ok(exit::OK);
        }
        match before {
            Some(before) if before == text => return Ok(exit::OK),
            Some(before) => {
                writeln!(out, "{shown} differs from its spec:")?;
                // The files may come from anybody.
                for line in diff(&before, &text).lines() {
                    writeln!(out, "{}", output::visible(line))?;
                }
            }
            None => writeln!(out, "{shown} is not there: write it with athplan snapshot")?,
        }
        Ok(exit::CHANGED)
    }
}

/// How bad an exit code is: of several specs the worst is told.
fn badness(code: &u8) -> usize {
    let worse = [exit::OK, exit::CHANGED, exit::SPEC, exit::FAILED];
    worse.iter().position(|known| known == code).unwrap_or(worse.len())
}

fn snapshot_path(spec: &Path) -> PathBuf {
    spec.with_extension("snapshot.sql")
}

/// The time in a snapshot's first line.
fn recorded_now(text: &str) -> Option<i64> {
    let line = text.lines().next()?;
    let at = line.split("now ").nth(1)?;
    super::options::instant(at.trim()).ok()
}

fn text(options: &CompileOptions) -> Result<String, Failure> {
    let session = Session::open(options)?;
    let compiled = session.compile(options)?;
    super::warn(&compiled);
    let found = statements(&compiled, &Explaining::default())
        .map_err(|error| Failure::Spec(Errors::new(&session.source, [error])))?;
    let name = options.spec.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut text = format!(
        "-- statements of {name}; now {}\n",
        crate::catalog::clock::instant_text(compiled.plan.settings.now_picos())
    );
    for statement in found {
        let _ = write!(text, "\n-- {}\n{};\n", statement.id, statement.sql);
    }
    Ok(text)
}

/// What changed, line by line, with a few lines around it.
fn diff(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().header("the snapshot", "the spec").to_string()
}
