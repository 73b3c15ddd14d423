//! What a user should know of a spec that is no mistake: it means something, but most likely not what
//! was meant, or it will not run everywhere.

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::catalog::TimeFormat;
use crate::catalog::clock::instant_text;
use crate::constant::Value;
use crate::partition::{Advice, Keeps, Misread};
use crate::source::Span;
use crate::spec::ast::Comparison;

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic, Serialize, Deserialize)]
pub enum Warning {
    /// Event time as text is compared with text that is no time of the column's form.
    #[error("`{said}` {keeps}")]
    #[diagnostic(severity(Warning), code(athplan::plan::text_bound), help("{help}"))]
    TextBound {
        /// The comparison.
        said: String,
        /// What it keeps.
        keeps: String,
        /// What to write instead.
        help: String,
        /// Where the text stands.
        #[label("texts are compared letter by letter")]
        span: Span,
    },
    /// Texts whose order is not that of the times they say are compared.
    #[error("`{said}` compares by the alphabet, not by time")]
    #[diagnostic(
        severity(Warning),
        code(athplan::plan::text_order),
        help("times are written {pattern} there: read them with parse_datetime({column}, '{pattern}') or date_parse")
    )]
    TextOrder {
        /// The comparison.
        said: String,
        /// The time column.
        column: String,
        /// The column's form.
        pattern: String,
        /// Where the text stands.
        #[label("earlier times may come behind this in the alphabet")]
        span: Span,
    },
    /// Seconds are compared with milliseconds.
    #[error("`{said}` {keeps}: `{column}` counts {unit}")]
    #[diagnostic(severity(Warning), code(athplan::plan::time_unit), help("{help}"))]
    TimeUnit {
        /// The comparison.
        said: String,
        /// What it keeps.
        keeps: String,
        /// The time column.
        column: String,
        /// What it counts.
        unit: String,
        /// What to write instead.
        help: String,
        /// Where the bound stands.
        #[label("this is in another unit")]
        span: Span,
    },
    /// A statement that scans in more branches than an engine has stages.
    #[error(
        "step `{step}` scans tables in {branches} places; more than {limit} fail on Athena (QUERY_HAS_TOO_MANY_STAGES)"
    )]
    #[diagnostic(
        severity(Warning),
        code(athplan::plan::many_stages),
        help(
            "the embedded engine runs it; for Athena put the branches into one scan with OR or IN, or into several CREATE TEMPORARY TABLE steps"
        )
    )]
    ManyStages {
        /// The step.
        step: String,
        /// Scans of tables, each a stage.
        branches: usize,
        /// How many stages there may be.
        limit: usize,
        /// The step's text.
        #[label("this statement")]
        span: Span,
    },
}

impl Warning {
    /// The warning of a bound that is misread: `said` is the comparison, `column` the time column.
    pub fn of_misread(said: String, column: &str, format: &TimeFormat, misread: &Misread, span: Span) -> Warning {
        let keeps = match misread.keeps {
            Keeps::Nothing => "is never true".to_owned(),
            Keeps::Everything => "is always true".to_owned(),
            Keeps::From(first) => format!("keeps times from {} on", instant_text(first)),
            Keeps::Before(end) => format!("keeps times before {} only", instant_text(end)),
        };
        let help = match &misread.advice {
            Advice::Write(text) => format!("write '{text}'"),
            Advice::Last(text) => format!("write '{text}' to keep the whole of it"),
            Advice::Begins(text) => format!("write LIKE '{text}%'"),
            Advice::Form(text) => format!("write times like '{text}'"),
            Advice::Unit(meant) => {
                let (unit, fix) = match format {
                    TimeFormat::Unix => ("seconds", "divide by 1000"),
                    _ => ("milliseconds", "multiply by 1000"),
                };
                let (column, help) = (column.to_owned(), format!("{fix} for {}", instant_text(*meant)));
                return Warning::TimeUnit { said, keeps, column, unit: unit.to_owned(), help, span };
            }
        };
        Warning::TextBound { said, keeps, help, span }
    }

    /// What is said, and what to write, in one line.
    pub fn in_a_line(&self) -> String {
        match self.help() {
            Some(help) => format!("{self}; {help}"),
            None => self.to_string(),
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::TextBound { span, .. }
            | Self::TextOrder { span, .. }
            | Self::TimeUnit { span, .. }
            | Self::ManyStages { span, .. } => *span,
        }
    }
}

/// A comparison's sign.
pub fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// A value as it is shown in a warning; none for those that the spec's own text shows better.
pub fn shown(value: &Value) -> Option<String> {
    let Value::Varchar(text) = value else { return None };
    let start: String = text.chars().take(SHOWN).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    let escaped: String = start
        .chars()
        .flat_map(|character| match character {
            '\'' | '"' => vec![character],
            other => other.escape_debug().collect(),
        })
        .collect();
    Some(format!("'{escaped}{more}'"))
}

/// The longest text that a warning shows.
pub const SHOWN: usize = 60;
