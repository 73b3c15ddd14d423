//! What the client protocol says: one page of a query
//! (<https://trino.io/docs/current/develop/client-protocol.html>).

use serde::Deserialize;

/// A page: what is known of a query by now, and where the next page is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The query's id.
    pub id: String,
    /// Where the next page is; none: this is the last.
    #[serde(default)]
    pub next_uri: Option<String>,
    /// The columns, once they are known.
    #[serde(default)]
    pub columns: Option<Vec<Column>>,
    /// Rows, each a list of values.
    #[serde(default)]
    pub data: Vec<Vec<serde_json::Value>>,
    /// How far it is.
    #[serde(default)]
    pub stats: Stats,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<Failure>,
    /// What kind of statement it is, if it yields no rows of its own: `CREATE TABLE`.
    #[serde(default)]
    pub update_type: Option<String>,
}

/// A column: its name, and its type as Trino writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type's text.
    #[serde(rename = "type")]
    pub ty: String,
}

/// How far a query is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stats {
    /// `QUEUED`, `RUNNING`, `FINISHED` and others.
    pub state: String,
    /// Milliseconds it waited before it ran.
    pub queued_time_millis: u64,
    /// Milliseconds since it was submitted.
    pub elapsed_time_millis: u64,
    /// Bytes read from storage, as stored.
    pub physical_input_bytes: u64,
}

/// Why a query failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Failure {
    /// What happened.
    pub message: String,
    /// The error's name: `COLUMN_NOT_FOUND`.
    pub error_name: String,
    /// `USER_ERROR`, `INTERNAL_ERROR`, `INSUFFICIENT_RESOURCES` or `EXTERNAL`.
    pub error_type: String,
    /// Where it stands in the text.
    pub error_location: Option<Place>,
}

/// A place in a statement's text: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The line.
    pub line_number: usize,
    /// The column.
    pub column_number: usize,
}
