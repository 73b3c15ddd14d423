//! The union of the stages' errors, and the codes that the program exits with.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, Report};

use crate::source::Source;

/// What the program exits with. Scripts rely on these numbers.
pub mod exit {
    /// Complete, with rows (or nothing that could have rows was asked for).
    pub const OK: u8 = 0;
    /// The run or the check failed.
    pub const FAILED: u8 = 1;
    /// The command line was wrong, or does not fit the spec.
    pub const USAGE: u8 = 2;
    /// The spec was wrong, or a file that it brings in: nothing ran.
    pub const SPEC: u8 = 3;
    /// `snapshot --check` found a difference.
    pub const CHANGED: u8 = 4;
    /// Complete, and no row was found: by no query, or where there is none, for no table that is kept.
    pub const EMPTY: u8 = 10;
    /// Rows or none: not everything that was asked for could be looked at.
    pub const INCOMPLETE: u8 = 11;
}

/// All errors of the stage that failed, with the text they point into.
pub struct Errors {
    /// The text.
    pub source: Arc<Source>,
    /// The errors, in the order of the text.
    pub errors: Vec<Box<dyn Diagnostic + Send + Sync>>,
}

impl Errors {
    /// The errors of one stage.
    pub fn new<E: Diagnostic + Send + Sync + 'static>(
        source: &Arc<Source>,
        errors: impl IntoIterator<Item = E>,
    ) -> Self {
        let errors = errors.into_iter().map(|error| Box::new(error) as Box<dyn Diagnostic + Send + Sync>).collect();
        Self { source: Arc::clone(source), errors }
    }

    /// Each error as a report over its text.
    pub fn reports(self) -> Vec<Report> {
        let source = self.source;
        self.errors
            .into_iter()
            .map(|error| {
                Report::new_boxed(error).with_source_code(NamedSource::new(source.name.clone(), source.text.clone()))
            })
            .collect()
    }
}

impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.errors.iter().map(ToString::to_string)).finish()
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.errors.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}
