//! What statements yield: columns as Athena describes them, rows as texts.

pub mod files;
mod metadata;
mod text;

use athplan::engine::ResultSet;
use athplan::types::Type;
use serde_json::{Value, json};

/// What a statement yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing, not even columns.
    Nothing,
    /// A query's rows.
    Table {
        /// The columns.
        columns: Vec<Column>,
        /// The rows; no text is NULL.
        rows: Vec<Vec<Option<String>>>,
        /// Whether no table was read, which shows in the files' content type.
        literal_only: bool,
    },
    /// Rows of one text each, however many columns there are.
    Lines {
        /// The columns.
        columns: Vec<Column>,
        /// Whether the first row names the column.
        header: bool,
        /// The rows.
        lines: Vec<String>,
        /// `UpdateCount`.
        count: Option<u64>,
    },
    /// How many rows were written.
    Count(u64),
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The base name of its type.
    pub ty: &'static str,
    /// `Precision`.
    pub precision: u32,
    /// `Scale`.
    pub scale: u32,
}

impl Column {
    /// A column of a query.
    fn of_type(name: &str, ty: &Type) -> Self {
        let (ty, precision, scale) = match ty {
            Type::Boolean => ("boolean", 0, 0),
            Type::TinyInt => ("tinyint", 3, 0),
            Type::SmallInt => ("smallint", 5, 0),
            Type::Integer => ("integer", 10, 0),
            Type::BigInt => ("bigint", 19, 0),
            Type::Real => ("float", 17, 0),
            Type::Double => ("double", 17, 0),
            Type::Decimal(precision, scale) => ("decimal", u32::from(*precision), u32::from(*scale)),
            Type::Varchar(length) => ("varchar", length.unwrap_or(i32::MAX as u32), 0),
            Type::Char(length) => ("char", *length, 0),
            Type::Varbinary => ("varbinary", 1_073_741_824, 0),
            Type::Json => ("json", 0, 0),
            Type::Date => ("date", 0, 0),
            Type::Time(_) => ("time", 3, 0),
            Type::TimeWithTimeZone(_) => ("time with time zone", 3, 0),
            Type::Timestamp(_) => ("timestamp", 3, 0),
            Type::TimestampWithTimeZone(_) => ("timestamp with time zone", 3, 0),
            Type::IntervalDayToSecond => ("interval day to second", 0, 0),
            Type::IntervalYearToMonth => ("interval year to month", 0, 0),
            Type::Uuid => ("uuid", 0, 0),
            Type::IpAddress => ("ipaddress", 0, 0),
            Type::Array(_) => ("array", 0, 0),
            Type::Map(..) => ("map", 0, 0),
            Type::Row(_) => ("row", 0, 0),
            Type::Unknown | Type::Function(..) | Type::Named(_) | Type::Opaque => ("unknown", 0, 0),
        };
        Self { name: name.to_owned(), ty, precision, scale }
    }

    /// A column of Hive's.
    pub fn string(name: &str) -> Self {
        Self { name: name.to_owned(), ty: "string", precision: 0, scale: 0 }
    }

    /// A column of a plan's text.
    pub fn varchar(name: &str, precision: u32) -> Self {
        Self { name: name.to_owned(), ty: "varchar", precision, scale: 0 }
    }

    /// Whether upper and lower case differ in it.
    pub fn is_case_sensitive(&self) -> bool {
        matches!(self.ty, "varchar" | "char")
    }

    /// `ColumnInfo`.
    pub fn info(&self) -> Value {
        json!({
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.ty,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.is_case_sensitive(),
        })
    }
}

impl Outcome {
    /// The rows of a query.
    pub fn of_rows(result: &ResultSet, literal_only: bool) -> Self {
        let columns = result.columns.iter().map(|(name, ty)| Column::of_type(name, ty)).collect();
        let row = |row: &Vec<athplan::constant::Value>| {
            row.iter().zip(&result.columns).map(|(value, (_, ty))| text::text(value, ty)).collect()
        };
        Self::Table { columns, rows: result.rows.iter().map(row).collect(), literal_only }
    }

    /// The columns.
    pub fn columns(&self) -> Vec<Column> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Table { columns, .. } | Self::Lines { columns, .. } => columns.clone(),
            Self::Count(_) => vec![Column { name: "rows".to_owned(), ty: "bigint", precision: 19, scale: 0 }],
        }
    }

    /// The rows as GetQueryResults pages them: with a header where there is one.
    pub fn paged_rows(&self) -> Vec<Vec<Option<String>>> {
        let header = |columns: &[Column]| columns.iter().map(|column| Some(column.name.clone())).collect();
        match self {
            Self::Nothing | Self::Count(_) => Vec::new(),
            Self::Table { columns, rows, .. } => [header(columns)].into_iter().chain(rows.iter().cloned()).collect(),
            Self::Lines { columns, header: has_header, lines, .. } => {
                let header = has_header.then(|| header(columns));
                header.into_iter().chain(lines.iter().map(|line| vec![Some(line.clone())])).collect()
            }
        }
    }

    /// `UpdateCount`.
    pub fn update_count(&self) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Table { .. } => Some(0),
            Self::Lines { count, .. } => *count,
            Self::Count(rows) => Some(*rows),
        }
    }
}
