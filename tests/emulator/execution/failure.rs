//! How executions fail: category, type and text, as Athena puts them.
//!
//! Categories and types as measured on Athena in September 2026 or, where that was not done
//! (exhausted resources, throttling, permissions), from the documented table of error types
//! (<https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>).

use athplan::bind::BindError;
use athplan::engine::{EngineError, ErrorClass};
use athplan::source::Span;
use miette::Diagnostic as _;

use crate::emulator::faults::QueryFault;
use crate::emulator::statement::position;

/// How an execution fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `ErrorCategory`: 1 system, 2 user, 3 other.
    pub category: i32,
    /// `ErrorType`.
    pub kind: i32,
    /// `StateChangeReason`.
    pub reason: String,
    /// `ErrorMessage`, where it is another text.
    pub message: Option<String>,
}

impl Failure {
    /// A failure whose message is its reason.
    pub fn new(category: i32, kind: i32, reason: impl Into<String>) -> Self {
        Self { category, kind, reason: reason.into(), message: None }
    }

    /// What the front end finds wrong with a query's meaning.
    pub fn of_binding(text: &str, errors: &[BindError], name: impl Fn(&str) -> String) -> Self {
        let Some(error) = errors.first() else {
            return Self::new(2, 1100, "GENERIC_USER_ERROR: the statement does not bind");
        };
        let label = error.labels().and_then(|mut labels| labels.next());
        let place = position(text, label.map_or(0, |label| label.offset()));
        let (kind, code, words) = match error {
            BindError::UnknownTable { name: table, .. } => (1301, "TABLE_NOT_FOUND", name(table)),
            BindError::UnknownColumn { name: column, .. } => {
                let words = format!(
                    "Column '{column}' cannot be resolved or requester is not authorized to access requested resources"
                );
                (1006, "COLUMN_NOT_FOUND", words)
            }
            BindError::UnknownFunction { name, .. } => {
                (1303, "FUNCTION_NOT_FOUND", format!("Function '{name}' not registered"))
            }
            BindError::WrongArguments { name, given, .. } => {
                (1303, "FUNCTION_NOT_FOUND", format!("Unexpected parameters ({given}) for function {name}"))
            }
            BindError::WrongOperands { .. }
            | BindError::WrongType { .. }
            | BindError::NoCommonType { .. }
            | BindError::ColumnCount { .. }
            | BindError::ImpossibleCast { .. } => (1002, "TYPE_MISMATCH", error.to_string()),
            BindError::UnnamedColumn { .. } => {
                return Self::new(2, 1100, "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1");
            }
            BindError::UnstorableColumn { .. } | BindError::Unsupported { .. } => {
                (1200, "NOT_SUPPORTED", error.to_string())
            }
            _ => (1100, "GENERIC_USER_ERROR", error.to_string()),
        };
        Self::new(2, kind, format!("{code}: line {place}: {words}"))
    }

    /// What goes wrong while a query runs.
    pub fn of_engine(text: &str, error: &EngineError) -> Self {
        const KINDS: [(&str, i32); 9] = [
            ("DIVISION_BY_ZERO", 1001),
            ("INVALID_CAST_ARGUMENT", 1100),
            ("NUMERIC_VALUE_OUT_OF_RANGE", 1100),
            ("INVALID_FUNCTION_ARGUMENT", 1106),
            ("NOT_SUPPORTED", 1200),
            ("HIVE_BAD_DATA", 1302),
            ("HIVE_INVALID_PARTITION_VALUE", 1302),
            ("HIVE_TOO_MANY_OPEN_PARTITIONS", 1100),
            ("CONSTRAINT_VIOLATION", 1100),
        ];
        // Athena calls the type as Java does.
        let message = match error.message.strip_suffix(" to integer") {
            Some(start) => format!("{start} to INT"),
            None => error.message.clone(),
        };
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| message.starts_with(&format!("{name}:"))) {
            return Self::new(2, *kind, message);
        }
        let place =
            error.span.map(|Span { start, .. }| format!("line {}: ", position(text, start))).unwrap_or_default();
        match error.class {
            ErrorClass::Unsupported => Self::new(2, 1200, format!("NOT_SUPPORTED: {place}{message}")),
            ErrorClass::Data => Self::new(2, 1302, format!("HIVE_CURSOR_ERROR: {place}{message}")),
            ErrorClass::Statement => Self::new(2, 1100, format!("GENERIC_USER_ERROR: {place}{message}")),
            ErrorClass::Exists => Self::new(2, 1110, message),
            _ => Self::new(1, 200, format!("GENERIC_INTERNAL_ERROR: {place}{message}")),
        }
    }

    /// How a fault plan lets an execution fail, if it does.
    pub fn of_fault(fault: QueryFault) -> Option<Self> {
        Some(match fault {
            QueryFault::Queued(_) | QueryFault::Requeued => return None,
            QueryFault::Internal => {
                Self::new(1, 200, "GENERIC_INTERNAL_ERROR: Encountered an internal error. Please try again later.")
            }
            QueryFault::Exhausted => Self::new(2, 0, "Query exhausted resources at this scale factor"),
            QueryFault::Memory => {
                Self::new(2, 3, "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit of 7.5GB")
            }
            QueryFault::SlowDown => Self::new(
                2,
                1403,
                "HIVE_CURSOR_ERROR: Failed to read file: Please reduce your request rate. (Service: Amazon S3; Status \
                 Code: 503; Error Code: SlowDown)",
            ),
            QueryFault::Denied => Self::denied("s3"),
            QueryFault::Timeout => Self::new(2, 206, "Query timeout"),
        })
    }

    /// Athena may not write a statement's result.
    pub fn unwritable(location: &str) -> Self {
        let reason = format!(
            "Access denied when writing output to url: {location} . Please ensure you are allowed to access the S3 \
             bucket. If you specified an expected bucket owner, confirm the bucket is owned by the expected account. \
             If you are encrypting query results with KMS key, please ensure you are allowed to access your KMS key"
        );
        Self::new(2, 401, reason)
    }

    /// Athena may not do something for the caller.
    pub fn denied(what: &str) -> Self {
        Self::new(2, 1500, format!("PERMISSION_DENIED: Access denied when accessing {what}"))
    }
}
