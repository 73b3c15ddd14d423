//! What can be wrong with a local file that a spec brings in.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Span;

/// Why a file cannot be taken, with the place in the spec that names it.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[allow(missing_docs)]
pub enum LocalFileError {
    #[error("cannot read {file}: {reason}")]
    #[diagnostic(code(athplan::catalog::file_unreadable), help("a path is relative to the folder of the spec"))]
    Unreadable {
        file: String,
        reason: String,
        #[label("this file")]
        span: Span,
    },

    #[error("the first line of {file} names no column `{column}`")]
    #[diagnostic(
        code(athplan::catalog::file_header),
        help("it names {found}: declare the columns as they are named there, or correct the line")
    )]
    Header {
        file: String,
        column: String,
        found: String,
        #[label("this file")]
        span: Span,
    },

    #[error("the fields of {file} are separated by {separator}, not by commas")]
    #[diagnostic(code(athplan::catalog::file_separator), help("save it as CSV with commas between the fields"))]
    Separator {
        file: String,
        separator: &'static str,
        #[label("this file")]
        span: Span,
    },

    #[error("{file}, line {line}: {reason}")]
    #[diagnostic(
        code(athplan::catalog::file_line),
        help(
            "every line has as many fields as the first; a field with a comma, a quote or a line end in it is quoted"
        )
    )]
    Line {
        file: String,
        line: u64,
        reason: String,
        #[label("this file")]
        span: Span,
    },

    #[error("{file}, line {line}, column `{column}`: {reason}")]
    #[diagnostic(code(athplan::catalog::file_value))]
    Value {
        file: String,
        line: u64,
        column: String,
        reason: String,
        #[label("this file")]
        span: Span,
        #[help]
        help: Option<String>,
    },
}
