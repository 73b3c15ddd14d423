//! Classifying why a query failed: by the first word of the reason, which is Trino's name of the
//! error, by what services below Athena are quoted with, and by Athena's category and type.
//!
//! The category alone says little: a syntax error of Hive's parser counts as one of the system
//! (1/1003), and so does a name that Glue refuses (1/1502). Types are those of
//! <https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>. Reasons quote data, and log
//! data is full of words such as `AccessDenied`: words are looked for only where no data is quoted.

use crate::engine::aws::answer::{POLICY, between};
use crate::engine::aws::text::without_tails;
use crate::engine::{EngineError, ErrorClass};

/// How a query ended, as Athena tells it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome<'a> {
    /// `StateChangeReason`.
    pub reason: &'a str,
    /// `AthenaError.ErrorMessage`, which for Hive DDL is another text.
    pub message: Option<&'a str>,
    /// `AthenaError.ErrorType`.
    pub kind: Option<i32>,
    /// `AthenaError.Retryable`.
    pub is_retryable: bool,
}

/// Names of errors, each with its class; one that ends in `_` stands for all that begin with it.
const NAMES: &[(&str, ErrorClass)] = &[
    ("TABLE_ALREADY_EXISTS", ErrorClass::Exists),
    ("HIVE_PATH_ALREADY_EXISTS", ErrorClass::Exists),
    ("EXCEEDED_", ErrorClass::Exhausted),
    ("QUERY_HAS_TOO_MANY_STAGES", ErrorClass::Exhausted),
    ("STACK_OVERFLOW", ErrorClass::Exhausted),
    ("HIVE_EXCEEDED_PARTITION_LIMIT", ErrorClass::Exhausted),
    ("PERMISSION_DENIED", ErrorClass::Permission),
    ("HIVE_METASTORE_ERROR", ErrorClass::Transient),
    ("HIVE_TOO_MANY_OPEN_PARTITIONS", ErrorClass::Statement),
    ("HIVE_", ErrorClass::Data),
    ("ICEBERG_", ErrorClass::Data),
    ("NOT_SUPPORTED", ErrorClass::Unsupported),
];

/// Names of errors whose reasons pass on what a service below Athena said, and quote no data.
const PASSED_ON: &[&str] = &[
    "GENERIC_INTERNAL_ERROR",
    "HIVE_CANNOT_OPEN_SPLIT",
    "HIVE_CURSOR_ERROR",
    "HIVE_FILESYSTEM_ERROR",
    "HIVE_METASTORE_ERROR",
    "HIVE_UNKNOWN_ERROR",
    "HIVE_WRITER_CLOSE_ERROR",
    "HIVE_WRITER_DATA_ERROR",
    "HIVE_WRITER_OPEN_ERROR",
    "ICEBERG_CANNOT_OPEN_SPLIT",
    "ICEBERG_FILESYSTEM_ERROR",
    "PERMISSION_DENIED",
];

/// What such a service says.
const SAID: &[(&str, ErrorClass)] = &[
    ("Bytes scanned limit was exceeded", ErrorClass::Configuration),
    (NO_BUCKET, ErrorClass::Configuration),
    ("Query exhausted resources", ErrorClass::Exhausted),
    ("Query timeout", ErrorClass::Exhausted),
    ("SlowDown", ErrorClass::Throttled),
    ("Slow Down", ErrorClass::Throttled),
    ("reduce your request rate", ErrorClass::Throttled),
    ("ThrottlingException", ErrorClass::Throttled),
    ("Rate exceeded", ErrorClass::Throttled),
    ("Status Code: 503", ErrorClass::Throttled),
    ("Status Code: 500", ErrorClass::Transient),
    ("AlreadyExistsException", ErrorClass::Exists),
    ("AccessDenied", ErrorClass::Permission),
    ("Access Denied", ErrorClass::Permission),
    ("Access denied", ErrorClass::Permission),
    ("Insufficient permissions", ErrorClass::Permission),
    ("Insufficient Lake Formation permission", ErrorClass::Permission),
];

/// What S3 says of a bucket that is not there.
const NO_BUCKET: &str = "The specified bucket does not exist";

/// What Athena says if a result may not be written where it is to go.
const UNWRITABLE: &str = "Access denied when writing output";

/// Classifies a failure.
pub fn classify(outcome: Outcome<'_>) -> EngineError {
    let class = class(outcome);
    let reason = without_tails(outcome.reason);
    let silent = "the query failed, and Athena does not say why";
    let said = if reason.is_empty() { outcome.message.unwrap_or(silent) } else { reason };
    let error = EngineError::new(class, said);
    match class {
        ErrorClass::Configuration if outcome.reason.contains(NO_BUCKET) => error.with_help(
            "make the bucket, or name another: that of --output-location, or of a table's LOCATION",
        ),
        ErrorClass::Permission if outcome.reason.contains(UNWRITABLE) => error.with_help(format!(
            "ask for s3:PutObject and s3:GetBucketLocation under the output location, and for kms:GenerateDataKey on its \
             key if it is encrypted; with --expected-bucket-owner, the bucket must belong to that account; {POLICY}"
        )),
        ErrorClass::Configuration => error.with_help(
            "the workgroup limits what one query may scan (BytesScannedCutoffPerQuery): narrow the windows of the \
             spec, or have the limit raised",
        ),
        ErrorClass::Permission => error.with_help(allow(outcome.reason)),
        _ => error,
    }
}

/// What to ask for where something is denied: what the reason names, or what statements of its kind need.
fn allow(reason: &str) -> String {
    if let Some(action) = between(reason, "perform: ", " ") {
        let resource =
            between(reason, "on resource: ", " ").map_or_else(String::new, |resource| format!(" on {resource}"));
        return format!("ask for the permission {action}{resource}; {POLICY}");
    }
    if reason.contains("Lake Formation") {
        return "ask whoever guards the tables in Lake Formation for SELECT and DESCRIBE on those that are read, and for \
                CREATE_TABLE in the database where the run makes its own; a policy alone does not grant them"
            .to_owned();
    }
    let actions = if reason.contains(":glue:") || reason.contains("AWSGlue") {
        "ask for glue:GetDatabase, glue:GetTable and glue:GetPartitions on what is read, and for glue:CreateTable, \
         glue:DeleteTable and glue:BatchCreatePartition on the run's own tables, each on the database and the catalog too"
    } else {
        "ask for s3:GetObject and s3:ListBucket where the table lies, for s3:PutObject where the run writes, for \
         glue:GetTable and glue:GetPartitions on the table, and for kms:Decrypt if it is encrypted"
    };
    format!("{actions}; {POLICY}")
}

fn class(outcome: Outcome<'_>) -> ErrorClass {
    let name = name(outcome.reason);
    if name.is_none_or(|name| PASSED_ON.contains(&name))
        && let Some((_, class)) = SAID.iter().find(|(words, _)| outcome.reason.contains(words))
    {
        return *class;
    }
    let is = |known: &str, name: &str| known == name || (known.ends_with('_') && name.starts_with(known));
    if let Some((_, class)) = name.and_then(|name| NAMES.iter().find(|(known, _)| is(known, name))) {
        return *class;
    }
    match outcome.kind {
        Some(0..=8 | 206 | 210) => ErrorClass::Exhausted,
        // What the workgroup's capacity reservation or a service below could not serve.
        Some(1400 | 1403..=1406 | 1602) => ErrorClass::Throttled,
        // Internal errors, the metastore, results that could not be written, Glue and Lake Formation.
        Some(100..=303 | 400..=402 | 1401 | 1700 | 1701) => ErrorClass::Transient,
        _ if outcome.is_retryable => ErrorClass::Transient,
        Some(1302 | 1306) => ErrorClass::Data,
        Some(1500 | 1501) => ErrorClass::Permission,
        Some(1200) => ErrorClass::Unsupported,
        _ => ErrorClass::Statement,
    }
}

/// Trino's name of an error, in front of a reason.
fn name(reason: &str) -> Option<&str> {
    let (name, _) = reason.split_once(": ")?;
    let is_name = name.contains('_') && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, classify};
    use crate::engine::ErrorClass;

    /// Reasons of athena-wire, section 4, and of Athena's documentation.
    #[test]
    fn every_failure_has_its_class() {
        use ErrorClass::{
            Configuration, Data, Exhausted, Exists, Permission, Statement, Throttled, Transient, Unsupported,
        };
        let cases = [
            ("TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.d.t' does not exist", 1301, Statement),
            (
                "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
                1006,
                Statement,
            ),
            ("DIVISION_BY_ZERO: Division by zero", 1001, Statement),
            ("INVALID_CAST_ARGUMENT: Cannot cast 'AccessDenied' to INT", 1100, Statement),
            ("HIVE_BAD_DATA: Error parsing field value 'SlowDown' for field 1", 1001, Data),
            ("TABLE_ALREADY_EXISTS: line 1:1: Destination table 'd.t' already exists", 1110, Exists),
            ("HIVE_PATH_ALREADY_EXISTS: Target directory for table 'd.t' already exists: s3://o/t", 1100, Exists),
            ("FAILED: ParseException line 1:9 cannot recognize input near '/' '*' 'c'", 1003, Statement),
            ("FAILED: SemanticException [Error 10072]: Database does not exist: x", 1502, Statement),
            (
                "FAILED: Execution Error, return code 1 from DDLTask. AlreadyExistsException(message:Table t already exist)",
                1006,
                Exists,
            ),
            ("NOT_SUPPORTED: Unsupported Hive type: time(0)", 1200, Unsupported),
            ("Query exhausted resources at this scale factor", 3, Exhausted),
            ("EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit of 1GB", 1000, Exhausted),
            (
                "QUERY_HAS_TOO_MANY_STAGES: Number of stages in the query (151) exceeds the allowed maximum (150)",
                1000,
                Exhausted,
            ),
            ("Query timeout", 210, Exhausted),
            ("Bytes scanned limit was exceeded", 1000, Configuration),
            ("Query engine had an internal error", 200, Transient),
            (
                "HIVE_METASTORE_ERROR: com.amazonaws.services.glue (Status Code: 400; Error Code: ThrottlingException)",
                204,
                Throttled,
            ),
            (
                "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://b/k: Please reduce your request rate. (Service: Amazon S3)",
                1403,
                Throttled,
            ),
            (
                "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://b/k: Access Denied (Service: Amazon S3; Status Code: 403)",
                1501,
                Permission,
            ),
            ("HIVE_CURSOR_ERROR: incorrect header check", 1302, Data),
            ("GENERIC_INTERNAL_ERROR: null", 100, Transient),
            (
                "Insufficient permissions to execute the query. Insufficient Lake Formation permission(s)",
                1500,
                Permission,
            ),
            ("Amazon S3 slow down", 1403, Throttled),
            ("Too many table versions", 1402, Statement),
            ("The specified bucket does not exist: s3://nowhere/", 1306, Configuration),
            ("Access denied when writing output to url: s3://o/1.csv . Please ensure", 401, Permission),
        ];
        for (reason, kind, class) in cases {
            let error = classify(Outcome { reason, kind: Some(kind), ..Outcome::default() });
            assert_eq!(error.class, class, "{reason}");
            assert_eq!(error.message, reason);
            assert_eq!(error.help.is_some(), matches!(class, Permission | Configuration), "{reason}");
        }
    }

    #[test]
    fn a_denial_says_what_to_ask_for() {
        let cases = [
            ("PERMISSION_DENIED: Access denied when accessing arn:aws:glue:us-east-1:1:table/d/t", "glue:CreateTable"),
            (
                "Access denied: User: u is not authorized to perform: glue:GetTable on resource: arn:aws:glue:r:1:catalog because",
                "the permission glue:GetTable on arn:aws:glue:r:1:catalog;",
            ),
            ("Insufficient Lake Formation permission(s): Required Select on t", "CREATE_TABLE"),
            ("PERMISSION_DENIED: Access Denied (Service: Amazon S3; Status Code: 403)", "s3:GetObject"),
        ];
        for (reason, asked) in cases {
            let error = classify(Outcome { reason, kind: Some(1500), ..Outcome::default() });
            assert!(error.help.as_deref().is_some_and(|help| help.contains(asked)), "{error:?}");
        }
    }

    #[test]
    fn athena_may_say_that_another_attempt_is_worth_it() {
        let outcome = Outcome { reason: "something", kind: Some(1100), is_retryable: true, ..Outcome::default() };
        assert_eq!(classify(outcome).class, ErrorClass::Transient);
        let silent = classify(Outcome { kind: Some(1000), ..Outcome::default() });
        assert_eq!((silent.class, silent.message.is_empty()), (ErrorClass::Statement, false));
    }
}
