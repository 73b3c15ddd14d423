//! What athplan knows of a table: columns, partition keys, storage, layout, time mapping.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::Type;

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name as the spec uses it, lower case, `database.` in front if it was written so.
    pub name: String,
    /// Columns that lie in its files, in order.
    pub columns: Vec<Column>,
    /// Partition keys, in order; in a star they follow the columns.
    pub partition_keys: Vec<Column>,
    /// How its files are read.
    pub storage: Storage,
    /// Where a partition's files lie.
    pub layout: Layout,
    /// How a partition key follows from event time.
    pub time: Option<TimeMapping>,
    /// Whose it is.
    pub origin: Origin,
    /// Every table property as declared, athplan's own included, in order.
    pub properties: Vec<(String, String)>,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// A column or partition key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, lower case.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// Whose a table is, which decides who creates and drops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Declared in the spec: private to the run.
    Declared,
    /// It exists already, and is only read.
    Existing,
    /// A local file of the spec.
    File,
    /// A step of the spec (`CREATE [TEMPORARY] TABLE … AS`).
    Step,
}

/// How a table's files are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// The table's LOCATION, ending in `/`; empty for a step.
    pub location: String,
    /// What the files hold.
    pub format: Format,
    /// The SerDe's class, if declared.
    pub serde: Option<String>,
    /// The input and output format classes, if declared.
    pub classes: Option<(String, String)>,
    /// `SERDEPROPERTIES`, and the clauses of `ROW FORMAT DELIMITED` by their SerDe names
    /// (`field.delim`, `escape.delim`, `collection.delim`, `mapkey.delim`, `serialization.null.format`).
    pub serde_properties: BTreeMap<String, String>,
}

/// What a table's files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// `{"Records": […]}`.
    CloudTrail,
    /// One JSON object a line.
    JsonLines,
    /// Delimited text (LazySimpleSerDe).
    Delimited,
    /// CSV with quotes (OpenCSVSerde).
    Csv,
    /// Lines taken apart by a regular expression (RegexSerDe).
    Regex,
    /// Parquet.
    Parquet,
    /// ORC.
    Orc,
    /// Avro.
    Avro,
    /// Lines taken apart by a pattern of Grok (GrokSerDe).
    Grok,
}

/// Where a partition's files lie, and which partitions there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Layout {
    /// No partition keys: all files under LOCATION.
    Flat,
    /// Partition projection: which partitions exist follows from the properties.
    Projection {
        /// One for each partition key, in order.
        keys: Vec<Projection>,
        /// `storage.location.template` cut at its placeholders; none: Hive folders.
        template: Option<Template>,
    },
    /// Hive `key=value/` folders, found by listing or registered with `ADD PARTITION`; or
    /// locations of their own.
    Registered(Vec<PartitionEntry>),
}

/// A partition registered by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartitionEntry {
    /// The keys' values, in the order of the table's keys, as text.
    pub values: Vec<String>,
    /// Its location, if not LOCATION + `key=value/`.
    pub location: Option<String>,
}

/// A location template, cut at its placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Text and keys in turn.
    pub parts: Vec<TemplatePart>,
}

/// A part of a location template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplatePart {
    /// Text as it stands.
    Text(String),
    /// `${key}`: the position of the key among the table's.
    Key(usize),
}

/// The projection of one partition key
/// (<https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// A list of values.
    Enum(Vec<String>),
    /// An integer range.
    Integer {
        /// The first value.
        low: i64,
        /// The last value, included.
        high: i64,
        /// The step; at least 1.
        interval: i64,
        /// Zero-padded to so many digits.
        digits: Option<usize>,
    },
    /// A range of dates or times, in UTC.
    Date {
        /// The first value.
        low: DateBound,
        /// The last value, included.
        high: DateBound,
        /// The Java `DateTimeFormatter` pattern.
        format: String,
        /// The step.
        interval: i64,
        /// The step's unit.
        unit: DateUnit,
    },
    /// Any value that the query names.
    Injected,
}

/// A bound of a projected date range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateBound {
    /// A value in the projection's format.
    At(String),
    /// `NOW`, plus or minus so many units.
    Now(i64, DateUnit),
}

/// The units of a date projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum DateUnit {
    Years,
    Months,
    Weeks,
    Days,
    Hours,
    Minutes,
    Seconds,
    Millis,
}

/// How partition keys follow from event time (`athplan.time.*` properties).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeMapping {
    /// `athplan.time.column`: the position of the event time among the columns.
    pub column: usize,
    /// `athplan.time.format`.
    pub format: TimeFormat,
    /// `athplan.time.keys`: positions of partition keys, each with the Java pattern of its value
    /// (`day` = `yyyy/MM/dd`, or `year` = `yyyy`, `month` = `MM`, `day` = `dd`), coarsest first.
    pub keys: Vec<(usize, String)>,
    /// `athplan.time.slack`: seconds by which a record's folder may lie after its event time.
    pub slack: i64,
}

/// How the event time column is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeFormat {
    /// Canonical `2019-03-01T00:00:00Z`, whose text sorts as time does.
    Iso8601,
    /// Seconds since the epoch, a number.
    Unix,
    /// Milliseconds since the epoch, a number.
    UnixMillis,
    /// A value of type `timestamp` or `timestamp with time zone`.
    Timestamp,
    /// Text in a Java pattern.
    Pattern(String),
}

impl Table {
    /// The columns and then the keys: what `SELECT *` yields.
    pub fn star(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().chain(&self.partition_keys)
    }

    /// Whether its rows lie in files that were there before the run, and cost what they are long.
    pub fn is_read_from_files(&self) -> bool {
        matches!(self.origin, Origin::Declared | Origin::Existing)
    }

    /// The position of a partition key by name.
    pub fn key(&self, name: &str) -> Option<usize> {
        self.partition_keys.iter().position(|key| key.name == name)
    }
}

/// A table behind a shared pointer, as every later stage holds it.
pub type TableRef = Arc<Table>;
