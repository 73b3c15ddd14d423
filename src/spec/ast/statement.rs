//! A spec and its statements.

use super::{Expr, Ident, ObjectName, Query, Text, TypeName};
use crate::source::Span;

/// A whole spec: its statements in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// One statement, without its semicolon.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it says.
    pub kind: StatementKind,
    /// Where it stands.
    pub span: Span,
}

/// The statements of the language (`grammar/spec.ebnf`).
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `DECLARE name type [DEFAULT expression]`.
    Declare(Declare),
    /// `SET athplan.name = constant`.
    Set(SetOption),
    /// `CREATE EXTERNAL TABLE …`, full Hive DDL or one of the `USING` forms.
    CreateExternalTable(Box<CreateExternalTable>),
    /// `CREATE TEMPORARY TABLE t (columns) FROM 'file.csv'`.
    CreateTableFromFile(CreateTableFromFile),
    /// `CREATE [TEMPORARY] TABLE t [WITH (…)] AS query`.
    CreateTableAs(CreateTableAs),
    /// `CREATE [OR REPLACE] VIEW v [(columns)] AS query`.
    CreateView(CreateView),
    /// `ALTER TABLE t ADD [IF NOT EXISTS] PARTITION (…) [LOCATION '…'] …`.
    AddPartitions(AddPartitions),
    /// `DROP TABLE [IF EXISTS] t`.
    DropTable(DropTable),
    /// `UNLOAD (query) TO 'location' WITH (…)`.
    Unload(Unload),
    /// A query.
    Query(Query),
}

/// `DECLARE name type [DEFAULT expression]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Declare {
    /// The parameter's name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeName,
    /// Its default; a parameter without one must be given on the command line.
    pub default: Option<Expr>,
}

/// `SET athplan.name = constant`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOption {
    /// The option's name.
    pub name: ObjectName,
    /// Its value.
    pub value: Expr,
}

/// `CREATE EXTERNAL TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateExternalTable {
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The table's name.
    pub name: ObjectName,
    /// Where its columns come from.
    pub using: Using,
    /// Columns in order; empty with a preset or an existing table.
    pub columns: Vec<ColumnDefinition>,
    /// `COMMENT '…'`.
    pub comment: Option<Text>,
    /// `PARTITIONED BY (…)`.
    pub partitioned_by: Vec<ColumnDefinition>,
    /// `ROW FORMAT …`.
    pub row_format: Option<RowFormat>,
    /// `WITH SERDEPROPERTIES (…)`.
    pub serde_properties: Vec<Property>,
    /// `STORED AS …`.
    pub stored_as: Option<StoredAs>,
    /// `LOCATION '…'`.
    pub location: Option<Text>,
    /// `TBLPROPERTIES (…)`.
    pub properties: Vec<Property>,
}

/// Where an external table's definition comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Using {
    /// It is written out.
    Columns,
    /// `USING cloudtrail`: a preset of athplan's.
    Preset(Ident),
    /// `USING TABLE db.t`: a table that exists already.
    Table(ObjectName),
}

/// A column of a table definition.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefinition {
    /// The column's name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeName,
    /// `COMMENT '…'`.
    pub comment: Option<Text>,
}

/// `ROW FORMAT …`.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFormat {
    /// `ROW FORMAT SERDE 'class'`.
    Serde(Text),
    /// `ROW FORMAT DELIMITED [FIELDS TERMINATED BY …] …`, each clause by its name in lower case
    /// (`fields`, `escaped`, `collection items`, `map keys`, `lines`, `null defined as`).
    Delimited(Vec<(String, Text)>),
}

/// `STORED AS …`.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredAs {
    /// `STORED AS PARQUET`, upper case.
    Format(String),
    /// `STORED AS INPUTFORMAT '…' OUTPUTFORMAT '…'`.
    Classes(Text, Text),
}

/// `'key' = 'value'` of a Hive property list.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The key.
    pub key: Text,
    /// The value.
    pub value: Text,
}

/// `CREATE TEMPORARY TABLE t (columns) FROM 'file'`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTableFromFile {
    /// The table's name.
    pub name: ObjectName,
    /// Its columns, with Trino types.
    pub columns: Vec<ColumnDefinition>,
    /// The file, relative to the spec.
    pub file: Text,
}

/// `CREATE [TEMPORARY] TABLE t [WITH (…)] AS query`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTableAs {
    /// Whether it is dropped when the run ends.
    pub temporary: bool,
    /// The table's name.
    pub name: ObjectName,
    /// `WITH (name = expression, …)`.
    pub properties: Vec<(Ident, Expr)>,
    /// The query.
    pub query: Query,
}

/// `CREATE VIEW v [(columns)] AS query`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// The view's name.
    pub name: ObjectName,
    /// New names of its columns; empty: the query's.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
}

/// `ALTER TABLE t ADD [IF NOT EXISTS] PARTITION …`.
#[derive(Debug, Clone, PartialEq)]
pub struct AddPartitions {
    /// The table.
    pub table: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The partitions, at least one.
    pub partitions: Vec<PartitionClause>,
}

/// `PARTITION (key = 'value', …) [LOCATION '…']`.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionClause {
    /// Keys and their values, literals as written.
    pub values: Vec<(Ident, Text)>,
    /// Where its files lie, if not where the layout says.
    pub location: Option<Text>,
}

/// `DROP TABLE [IF EXISTS] t`.
#[derive(Debug, Clone, PartialEq)]
pub struct DropTable {
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// The table.
    pub name: ObjectName,
}

/// `UNLOAD (query) TO 'location' WITH (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unload {
    /// The query.
    pub query: Query,
    /// Where the files go.
    pub location: Text,
    /// `WITH (name = expression, …)`.
    pub properties: Vec<(Ident, Expr)>,
}
