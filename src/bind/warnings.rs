//! What is no mistake, and probably not what was meant: one variant each, with its place and a way out.

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::source::Span;

/// A remark on a spec that compiles.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic, Serialize, Deserialize)]
pub enum BindWarning {
    /// A text that is a parameter's name with its colon.
    #[error("{text} is a text: the parameter `{name}` is not put into it")]
    #[diagnostic(code(athplan::bind::quoted_parameter), severity(Warning), help("for its value write {meant}"))]
    QuotedParameter {
        /// The text as written.
        text: String,
        /// The parameter.
        name: String,
        /// What was probably meant.
        meant: String,
        /// The text.
        #[label("compared as it stands")]
        span: Span,
    },
    /// A parameter that nothing uses.
    #[error("the parameter `{name}` is never used")]
    #[diagnostic(
        code(athplan::bind::unused_parameter),
        severity(Warning),
        help("write :{name} where its value is meant, or drop the DECLARE")
    )]
    UnusedParameter {
        /// The parameter.
        name: String,
        /// Where it is declared.
        #[label("declared here")]
        span: Span,
    },
}

impl BindWarning {
    /// Where it is.
    pub fn span(&self) -> Span {
        match self {
            Self::QuotedParameter { span, .. } | Self::UnusedParameter { span, .. } => *span,
        }
    }
}
