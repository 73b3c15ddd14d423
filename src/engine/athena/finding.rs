//! What looking over an account comes to: one finding for each thing that a run relies on.

use serde::Serialize;

use crate::engine::EngineError;

/// How it stands with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// A run works, with something to know.
    Warning,
    /// No run works as it is.
    Failed,
    /// Not looked at: something before it failed.
    Skipped,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub name: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found.
    pub said: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Finding {
    /// Something is as it should be.
    pub fn ok(name: &'static str, said: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, said: said.into(), help: None }
    }

    /// Something is to be known.
    pub fn warning(name: &'static str, said: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Warning, said: said.into(), help: Some(help.into()) }
    }

    /// Something fails.
    pub fn failed(name: &'static str, error: EngineError) -> Self {
        Self { name, verdict: Verdict::Failed, said: error.message, help: error.help }
    }

    /// Something was not looked at.
    pub fn skipped(name: &'static str) -> Self {
        Self { name, verdict: Verdict::Skipped, said: "not looked at".to_owned(), help: None }
    }
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failed => "failed",
            Verdict::Skipped => "skipped",
        }
    }
}
