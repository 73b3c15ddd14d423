//! Trino's errors as the trait's: by name where a name says more than its type, else by the type
//! (`io.trino.spi.StandardErrorCode`, and `HiveErrorCode` of the Hive connector).

use super::protocol::Failure;
use crate::engine::{EngineError, ErrorClass};

/// Names of errors, each with its class; one that ends in `_` stands for all that begin with it.
const NAMES: &[(&str, ErrorClass)] = &[
    ("ALREADY_EXISTS", ErrorClass::Exists),
    ("TABLE_ALREADY_EXISTS", ErrorClass::Exists),
    ("HIVE_PATH_ALREADY_EXISTS", ErrorClass::Exists),
    ("HIVE_TABLE_DROPPED_DURING_QUERY", ErrorClass::Transient),
    ("ABANDONED_QUERY", ErrorClass::Lost),
    ("ADMINISTRATIVELY_KILLED", ErrorClass::Stopped),
    ("USER_CANCELED", ErrorClass::Stopped),
    ("ADMINISTRATIVELY_PREEMPTED", ErrorClass::Transient),
    ("NO_NODES_AVAILABLE", ErrorClass::Transient),
    ("QUERY_QUEUE_FULL", ErrorClass::Throttled),
    ("QUERY_REJECTED", ErrorClass::Configuration),
    ("QUERY_TEXT_TOO_LARGE", ErrorClass::Exhausted),
    ("EXCEEDED_", ErrorClass::Exhausted),
    ("STACK_OVERFLOW", ErrorClass::Exhausted),
    ("COMPILER_ERROR", ErrorClass::Exhausted),
    ("HIVE_EXCEEDED_PARTITION_LIMIT", ErrorClass::Exhausted),
    ("HIVE_TOO_MANY_OPEN_PARTITIONS", ErrorClass::Statement),
    ("PERMISSION_DENIED", ErrorClass::Permission),
    ("NOT_SUPPORTED", ErrorClass::Unsupported),
    ("SCHEMA_NOT_FOUND", ErrorClass::Configuration),
    ("CATALOG_NOT_FOUND", ErrorClass::Configuration),
    ("CATALOG_NOT_AVAILABLE", ErrorClass::Configuration),
    ("MISSING_CATALOG_NAME", ErrorClass::Configuration),
    ("MISSING_SCHEMA_NAME", ErrorClass::Configuration),
    ("HIVE_METASTORE_ERROR", ErrorClass::Transient),
    ("HIVE_FILESYSTEM_ERROR", ErrorClass::Transient),
    ("HIVE_WRITER_", ErrorClass::Transient),
    ("HIVE_", ErrorClass::Data),
];

/// Names of errors whose messages pass on what S3 said, and quote no data.
const PASSED_ON: &[&str] =
    &["HIVE_CANNOT_OPEN_SPLIT", "HIVE_FILESYSTEM_ERROR", "HIVE_METASTORE_ERROR", "HIVE_WRITER_OPEN_ERROR"];

/// What S3 says.
const SAID: &[(&str, ErrorClass)] = &[
    ("reduce your request rate", ErrorClass::Throttled),
    ("SlowDown", ErrorClass::Throttled),
    ("Status Code: 503", ErrorClass::Throttled),
    ("Status Code: 500", ErrorClass::Transient),
    ("Status Code: 403", ErrorClass::Permission),
    ("The specified bucket does not exist", ErrorClass::Configuration),
];

/// The way out where a registered partition has no folder, and who asks may not set the session's property.
const ABSENT: &str =
    "Athena would take the partition for empty: so does the catalog with hive.ignore-absent-partitions=true";

/// The way out where a query goes to a catalog or schema that is not there.
const PLACE: &str = "--trino-catalog and --schema name where tables without a schema lie, and where the run makes its own; \
                     the catalog is one of the Hive connector's";

/// Classifies a failure.
pub fn classify(failure: &Failure) -> EngineError {
    let name = failure.error_name.as_str();
    let class = class(failure);
    let message = if name.is_empty() { failure.message.clone() } else { format!("{name}: {}", failure.message) };
    let error = EngineError::new(class, message);
    match (class, name) {
        (ErrorClass::Data, "HIVE_FILE_NOT_FOUND") if failure.message.starts_with("Partition location does not exist") => {
            error.with_help(ABSENT)
        }
        (ErrorClass::Configuration, "NOT_FOUND" | "SCHEMA_NOT_FOUND" | "MISSING_SCHEMA_NAME") => {
            error.with_help(format!("{PLACE}; CREATE SCHEMA makes one"))
        }
        (ErrorClass::Configuration, "CATALOG_NOT_FOUND" | "CATALOG_NOT_AVAILABLE" | "MISSING_CATALOG_NAME") => {
            error.with_help(PLACE)
        }
        (ErrorClass::Configuration, _) => {
            error.with_help("is the bucket that of --output-location, or of a table's LOCATION, and does the server take such queries?")
        }
        (ErrorClass::Permission, "PERMISSION_DENIED") if failure.message.contains("cannot impersonate") => {
            error.with_help("--user is the name that the password or token is for (without --user, the variable USER)")
        }
        (ErrorClass::Permission, "PERMISSION_DENIED") => {
            error.with_help("ask whoever runs the Trino for SELECT on what is read, and for CREATE and DROP of tables in the schema")
        }
        (ErrorClass::Permission, _) => error.with_help(
            "the server itself must be allowed to read and list the tables' folders, and to write under --output-location",
        ),
        _ => error,
    }
}

fn class(failure: &Failure) -> ErrorClass {
    let name = failure.error_name.as_str();
    if PASSED_ON.contains(&name)
        && let Some((_, class)) = SAID.iter().find(|(words, _)| failure.message.contains(words))
    {
        return *class;
    }
    if name == "NOT_FOUND" && failure.message.starts_with("Schema ") {
        return ErrorClass::Configuration;
    }
    let is = |known: &str| known == name || (known.ends_with('_') && name.starts_with(known));
    if let Some((_, class)) = NAMES.iter().find(|(known, _)| is(known)) {
        return *class;
    }
    match failure.error_type.as_str() {
        "INSUFFICIENT_RESOURCES" => ErrorClass::Exhausted,
        "INTERNAL_ERROR" | "EXTERNAL" => ErrorClass::Transient,
        _ => ErrorClass::Statement,
    }
}

/// The error of a query that the server does not know, or no longer.
pub fn lost(id: &str, why: &str) -> EngineError {
    EngineError::new(ErrorClass::Lost, format!("the query {id} is lost: {why}"))
}

#[cfg(test)]
mod tests {
    use super::{Failure, classify};
    use crate::engine::ErrorClass;

    #[test]
    fn every_failure_has_its_class() {
        use ErrorClass::{
            Configuration, Data, Exhausted, Exists, Lost, Permission, Statement, Stopped, Throttled, Transient,
            Unsupported,
        };
        let cases = [
            ("SYNTAX_ERROR", "USER_ERROR", "line 1:1: mismatched input", Statement),
            ("COLUMN_NOT_FOUND", "USER_ERROR", "line 1:8: Column 'x' cannot be resolved", Statement),
            ("DIVISION_BY_ZERO", "USER_ERROR", "Division by zero", Statement),
            ("NOT_SUPPORTED", "USER_ERROR", "Unsupported Hive type: time(0)", Unsupported),
            ("TABLE_ALREADY_EXISTS", "USER_ERROR", "Table 'h.d.t' already exists", Exists),
            ("SCHEMA_NOT_FOUND", "USER_ERROR", "Schema nowhere not found", Configuration),
            ("NOT_FOUND", "USER_ERROR", "Schema nowhere not found", Configuration),
            ("PERMISSION_DENIED", "USER_ERROR", "Access Denied: Cannot select from table d.t", Permission),
            ("QUERY_HAS_TOO_MANY_STAGES", "INSUFFICIENT_RESOURCES", "Number of stages (151)", Exhausted),
            ("EXCEEDED_LOCAL_MEMORY_LIMIT", "INSUFFICIENT_RESOURCES", "Query exceeded", Exhausted),
            ("QUERY_TEXT_TOO_LARGE", "USER_ERROR", "Query text length", Exhausted),
            ("CLUSTER_OUT_OF_MEMORY", "INSUFFICIENT_RESOURCES", "killed", Exhausted),
            ("NO_NODES_AVAILABLE", "INSUFFICIENT_RESOURCES", "No nodes available to run query", Transient),
            ("QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", "Too many queued queries", Throttled),
            ("SERVER_STARTING_UP", "INTERNAL_ERROR", "Trino server is still initializing", Transient),
            ("REMOTE_TASK_ERROR", "INTERNAL_ERROR", "gone", Transient),
            ("ABANDONED_QUERY", "INTERNAL_ERROR", "not accessed since", Lost),
            ("USER_CANCELED", "USER_ERROR", "Query was canceled", Stopped),
            ("ADMINISTRATIVELY_KILLED", "INSUFFICIENT_RESOURCES", "Query killed", Stopped),
            ("HIVE_CURSOR_ERROR", "EXTERNAL", "Failed to read file, it says SlowDown", Data),
            ("HIVE_CANNOT_OPEN_SPLIT", "EXTERNAL", "Please reduce your request rate (Service: S3)", Throttled),
            ("HIVE_CANNOT_OPEN_SPLIT", "EXTERNAL", "Access Denied (Service: S3, Status Code: 403)", Permission),
            ("HIVE_METASTORE_ERROR", "EXTERNAL", "timed out", Transient),
            ("SOMETHING_NEW", "EXTERNAL", "x", Transient),
        ];
        for (name, kind, message, class) in cases {
            let failure = Failure {
                message: message.to_owned(),
                error_name: name.to_owned(),
                error_type: kind.to_owned(),
                error_location: None,
            };
            let error = classify(&failure);
            assert_eq!(error.class, class, "{name}");
            assert_eq!(error.message, format!("{name}: {message}"));
            assert_eq!(error.help.is_some(), matches!(class, Permission | Configuration), "{name}");
        }
    }
}
