//! An engine's error: what happened, what is to be done about it, and a way out.

use crate::source::Span;

/// What is to be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorClass {
    /// The statement is wrong; sending it again changes nothing.
    Statement,
    /// The engine lacks this; the message names it.
    Unsupported,
    /// Data could not be read.
    Data,
    /// What the statement would make is there already; another attempt needs another place.
    Exists,
    /// Worth another attempt, as it was.
    Transient,
    /// Too much was asked at once; worth another attempt, later.
    Throttled,
    /// The statement took more than the engine gives one: time, memory, stages. Split, it may pass.
    Exhausted,
    /// The engine does not know the query, or no longer: what became of it cannot be learnt from it.
    Lost,
    /// Who asks may not do this.
    Permission,
    /// Who asks is not known: credentials are missing, expired or wrong.
    Credentials,
    /// The engine's surroundings are not as the run needs them: workgroup, location, region, a limit
    /// that somebody set.
    Configuration,
}

impl ErrorClass {
    /// Whether the same statement is worth sending again.
    pub fn is_retryable(self) -> bool {
        matches!(self, ErrorClass::Transient | ErrorClass::Throttled)
    }
}

/// An error of an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What is to be done about it.
    pub class: ErrorClass,
    /// What happened, naming the file, function or syntax.
    pub message: String,
    /// The bytes of the statement's text it speaks of, if it does.
    pub span: Option<Span>,
    /// A way out, if the engine knows one: what to type or to ask for.
    pub help: Option<String>,
}

impl EngineError {
    /// An error of a class.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), span: None, help: None }
    }

    /// The same error, at a place of the statement's text.
    #[must_use]
    pub fn at(self, span: Option<Span>) -> Self {
        Self { span, ..self }
    }

    /// The same error with a way out.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
