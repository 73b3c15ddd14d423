//! `athplan snapshot`: the generated SQL as a reviewable file, held against the spec in CI.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic, WrapErr};

use super::options::CompileOptions;
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
    /// A spec that does not compile, or a file that cannot be read or written.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let mut changed = false;
        for spec in std::iter::once(&self.compile.spec).chain(&self.more) {
            let path = snapshot_path(spec);
            let before = fs::read_to_string(&path).ok();
            let mut options = CompileOptions { spec: spec.clone(), ..self.compile.clone() };
            // A snapshot keeps the time it was made for, so that a check next year compares like with like.
            if options.now.is_none() {
                options.now = before.as_deref().and_then(recorded_now);
            }
            let text = text(&options)?;
            if self.check {
                let shown = path.display();
                match before {
                    Some(before) if before == text => {}
                    Some(before) => {
                        changed = true;
                        write!(out, "{shown} differs from its spec:\n{}", diff(&before, &text))?;
                    }
                    None => {
                        changed = true;
                        writeln!(out, "{shown} is not there: write it with athplan snapshot")?;
                    }
                }
            } else {
                fs::write(&path, &text)
                    .into_diagnostic()
                    .wrap_err_with(|| format!("cannot write {}", path.display()))?;
                writeln!(out, "{}", path.display())?;
            }
        }
        Ok(if changed { exit::CHANGED } else { exit::OK })
    }
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

/// The lines that are only in one text, with their sign: enough to see what changed.
fn diff(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = old.iter().zip(&new).take_while(|(left, right)| left == right).count();
    let end =
        old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(left, right)| left == right).count();
    let mut text = format!("@@ line {} @@\n", start + 1);
    for line in &old[start..old.len() - end] {
        let _ = writeln!(text, "-{line}");
    }
    for line in &new[start..new.len() - end] {
        let _ = writeln!(text, "+{line}");
    }
    text
}
