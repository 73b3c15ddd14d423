//! What the user wrote, as a tree: names unresolved, nothing typed, every node with its exact span.
//!
//! The span of an expression includes the parentheses around it, so that cutting it out of the text
//! gives an expression that reads back to the same node.

use crate::source::Span;
use crate::types::Type;

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

/// A name, folded to lower case unless it is a parameter of a foreign grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name, folded to lower case as Athena does, quoted or not.
    pub name: String,
    /// Whether it was quoted.
    pub quoted: bool,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// `catalog.database.table` or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// Its parts, outermost first; at least one.
    pub parts: Vec<Ident>,
    /// The whole name.
    pub span: Span,
}

/// A string literal's value and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value, quotes undone.
    pub value: String,
    /// Where the literal stands.
    pub span: Span,
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

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// The type it names.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
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

/// `[WITH …] body [ORDER BY …] [OFFSET …] [LIMIT … | FETCH …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `WITH RECURSIVE`.
    pub recursive: bool,
    /// Common table expressions, in order.
    pub with: Vec<Cte>,
    /// What yields the rows.
    pub body: QueryBody,
    /// `ORDER BY`.
    pub order_by: Vec<SortItem>,
    /// `OFFSET n [ROWS]`.
    pub offset: Option<Expr>,
    /// `LIMIT n`, `LIMIT ALL` (which is none) or `FETCH FIRST n ROWS`.
    pub limit: Option<Expr>,
    /// `FETCH FIRST n ROWS WITH TIES`.
    pub with_ties: bool,
    /// The whole query, the parentheses around it included.
    pub span: Span,
}

/// `name [(columns)] AS (query)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// New names of its columns; empty: the query's.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
    /// The whole item.
    pub span: Span,
}

/// What a query's rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryBody {
    /// `SELECT …`.
    Select(Box<Select>),
    /// `left UNION [ALL] right` and its like.
    SetOperation(Box<SetOperation>),
    /// `VALUES row, …`.
    Values(Values),
    /// `TABLE t`.
    Table(ObjectName),
    /// `(query)`.
    Query(Box<Query>),
    /// `FOREACH row IN (driver) body`.
    Foreach(Box<Foreach>),
}

/// `FOREACH row IN (driver) body`.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreach {
    /// The name by which the body knows a driver row.
    pub row: Ident,
    /// The driver query, its parentheses included in its span.
    pub driver: Query,
    /// The body: a bare SELECT block, a nested FOREACH, or a parenthesised query.
    pub body: Query,
    /// The whole construct.
    pub span: Span,
}

/// The set operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `UNION`.
    Union,
    /// `INTERSECT`.
    Intersect,
    /// `EXCEPT`.
    Except,
}

/// `left UNION [ALL | DISTINCT] right`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperation {
    /// Which.
    pub operator: SetOperator,
    /// `ALL`: duplicates stay.
    pub all: bool,
    /// The left side.
    pub left: QueryBody,
    /// The right side.
    pub right: QueryBody,
    /// The whole operation.
    pub span: Span,
}

/// `VALUES row, …`; a row of one column may stand without parentheses.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// The rows; each as many expressions as columns.
    pub rows: Vec<Vec<Expr>>,
    /// The whole clause.
    pub span: Span,
}

/// `SELECT [DISTINCT] items FROM … WHERE … GROUP BY … HAVING … WINDOW …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// `SELECT DISTINCT`.
    pub distinct: bool,
    /// The select list.
    pub items: Vec<SelectItem>,
    /// `FROM`: the comma-separated items; several are cross joined.
    pub from: Vec<TableExpr>,
    /// The predicate of `WHERE`.
    pub filter: Option<Expr>,
    /// `GROUP BY`.
    pub group_by: Option<GroupBy>,
    /// The predicate of `HAVING`.
    pub having: Option<Expr>,
    /// `WINDOW name AS (…)`.
    pub windows: Vec<(Ident, WindowSpec)>,
    /// The whole block.
    pub span: Span,
}

/// An item of a select list.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// `*`.
    Star(Span),
    /// `relation.*`, or `row_expression.*` with new names.
    QualifiedStar {
        /// What is spread: a relation's name or an expression of row type.
        target: Expr,
        /// `AS (names)`.
        aliases: Vec<Ident>,
        /// The whole item.
        span: Span,
    },
    /// `expression [[AS] name]`.
    Expr {
        /// The expression.
        expr: Expr,
        /// Its name.
        alias: Option<Ident>,
        /// The whole item.
        span: Span,
    },
}

/// `GROUP BY [DISTINCT | ALL] elements`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupBy {
    /// `GROUP BY DISTINCT`: equal grouping sets count once.
    pub distinct: bool,
    /// The elements; their grouping sets are combined.
    pub elements: Vec<GroupingElement>,
    /// The whole clause.
    pub span: Span,
}

/// One element of `GROUP BY`.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupingElement {
    /// Plain expressions: one set.
    Simple(Vec<Expr>),
    /// `ROLLUP (…)`.
    Rollup(Vec<Vec<Expr>>),
    /// `CUBE (…)`.
    Cube(Vec<Vec<Expr>>),
    /// `GROUPING SETS (…)`.
    Sets(Vec<Vec<Expr>>),
    /// `GROUP BY AUTO`.
    Auto,
}

/// An item of `FROM`.
#[derive(Debug, Clone, PartialEq)]
pub struct TableExpr {
    /// What it is.
    pub kind: TableExprKind,
    /// The whole item, alias and parentheses included.
    pub span: Span,
}

/// What an item of `FROM` is.
#[derive(Debug, Clone, PartialEq)]
pub enum TableExprKind {
    /// A table, view, CTE or step by name.
    Table {
        /// Its name.
        name: ObjectName,
        /// Its alias.
        alias: Option<TableAlias>,
    },
    /// `(query) alias`, possibly `LATERAL`.
    Subquery {
        /// `LATERAL`: the query may use relations to its left.
        lateral: bool,
        /// The query, its parentheses included in its span.
        query: Box<Query>,
        /// Its alias.
        alias: Option<TableAlias>,
    },
    /// `UNNEST(expressions) [WITH ORDINALITY] alias`.
    Unnest {
        /// Arrays and maps, side by side.
        expressions: Vec<Expr>,
        /// `WITH ORDINALITY`.
        ordinality: bool,
        /// Its alias.
        alias: Option<TableAlias>,
    },
    /// A join of two items.
    Join(Box<Join>),
    /// `item TABLESAMPLE method (percentage)`.
    Sample {
        /// What is sampled.
        input: Box<TableExpr>,
    },
    /// Syntax that is passed on verbatim: `TABLE(function(…))`, `MATCH_RECOGNIZE (…)`, `JSON_TABLE(…)`.
    Opaque {
        /// What it is called in messages.
        what: &'static str,
        /// Its alias.
        alias: Option<TableAlias>,
    },
}

/// `[AS] name [(columns)]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TableAlias {
    /// The name.
    pub name: Ident,
    /// New names of the columns.
    pub columns: Vec<Ident>,
    /// The whole alias, `AS` included.
    pub span: Span,
}

/// The kinds of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `JOIN`, `INNER JOIN`.
    Inner,
    /// `LEFT JOIN`.
    Left,
    /// `RIGHT JOIN`.
    Right,
    /// `FULL JOIN`.
    Full,
    /// `CROSS JOIN`, and the comma.
    Cross,
}

/// A join.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// The left side.
    pub left: TableExpr,
    /// The right side.
    pub right: TableExpr,
    /// How rows match.
    pub condition: JoinCondition,
}

/// How rows of a join match.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinCondition {
    /// A cross join has no condition.
    None,
    /// `ON predicate`.
    On(Expr),
    /// `USING (columns)`.
    Using(Vec<Ident>),
    /// `NATURAL`.
    Natural,
}

/// An item of `ORDER BY`.
#[derive(Debug, Clone, PartialEq)]
pub struct SortItem {
    /// What is sorted by; an integer literal is a column's number.
    pub expr: Expr,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` or `NULLS LAST`; Trino's default is last in both directions.
    pub nulls_first: Option<bool>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, the parentheses around it included.
    pub span: Span,
}

/// The comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `<>` and `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

/// `+ - * / % ||`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulus,
    /// `||`.
    Concat,
}

/// The units of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum IntervalUnit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `NULL`.
    Null,
    /// `TRUE`, `FALSE`.
    Boolean(bool),
    /// A number as written: `12`, `1.5`, `1e3`.
    Number(String),
    /// `'…'` and `U&'…'`, decoded.
    String(String),
    /// `X'…'`.
    Binary(Vec<u8>),
    /// `DATE '…'`, `TIMESTAMP '…'`, `TIME '…'`, `DECIMAL '…'`, `JSON '…'` and other `type 'text'`.
    Typed(TypeName, Text),
    /// `INTERVAL [sign] 'value' unit [TO unit]`.
    Interval {
        /// `INTERVAL - '…'`.
        negative: bool,
        /// The quoted value.
        value: Text,
        /// The first unit.
        from: IntervalUnit,
        /// The unit behind `TO`.
        to: Option<IntervalUnit>,
    },
    /// A name without qualifier.
    Identifier(Ident),
    /// `base.field`: a qualified column or a row's field, to be resolved.
    Dereference(Box<Expr>, Ident),
    /// `:name`.
    Parameter(Ident),
    /// `-x`, and `+x` with `false`.
    Sign(bool, Box<Expr>),
    /// `NOT x`.
    Not(Box<Expr>),
    /// `a AND b AND …`, flattened as far as no parentheses stand between.
    And(Vec<Expr>),
    /// `a OR b OR …`, flattened likewise.
    Or(Vec<Expr>),
    /// `a + b` and its like.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a = b` and its like.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a = ANY (query)`, `a < ALL (query)`.
    Quantified {
        /// The comparison.
        comparison: Comparison,
        /// `ALL`; otherwise `ANY` or `SOME`.
        all: bool,
        /// The left side.
        left: Box<Expr>,
        /// The query.
        query: Box<Query>,
    },
    /// `x [NOT] BETWEEN low AND high`.
    Between {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The lower bound, included.
        low: Box<Expr>,
        /// The upper bound, included.
        high: Box<Expr>,
    },
    /// `x [NOT] IN (list)`.
    InList {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The list.
        list: Vec<Expr>,
    },
    /// `x [NOT] IN (query)`.
    InQuery {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The query.
        query: Box<Query>,
    },
    /// `x [NOT] LIKE pattern [ESCAPE e]`.
    Like {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// The escape character.
        escape: Option<Box<Expr>>,
    },
    /// `x IS [NOT] NULL`.
    IsNull {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
    },
    /// `a IS [NOT] DISTINCT FROM b`.
    IsDistinctFrom {
        /// `NOT`.
        negated: bool,
        /// `a`.
        left: Box<Expr>,
        /// `b`.
        right: Box<Expr>,
    },
    /// `EXISTS (query)`.
    Exists(Box<Query>),
    /// `(query)` as a value.
    Subquery(Box<Query>),
    /// `CASE [operand] WHEN … THEN … [ELSE …] END`.
    Case {
        /// The operand of the simple form.
        operand: Option<Box<Expr>>,
        /// `WHEN … THEN …`.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// `CAST(x AS type)` and `TRY_CAST`.
    Cast {
        /// `TRY_CAST`.
        safe: bool,
        /// `x`.
        value: Box<Expr>,
        /// The type.
        ty: TypeName,
    },
    /// `EXTRACT(field FROM x)`: the field's name in lower case.
    Extract(String, Box<Expr>),
    /// `x AT TIME ZONE zone`.
    AtTimeZone(Box<Expr>, Box<Expr>),
    /// `CURRENT_TIMESTAMP[(p)]`, `CURRENT_DATE`, `LOCALTIME` and their like, which take no call
    /// parentheses: the name in lower case, and the precision.
    Current(String, Option<u8>),
    /// A function call, its special forms (`TRIM(… FROM …)`, `POSITION(… IN …)`) made plain.
    Call(Box<Call>),
    /// `ARRAY[…]`.
    Array(Vec<Expr>),
    /// `ROW(…)` and `(a, b)`.
    Row(Vec<Expr>),
    /// `x[i]`.
    Subscript(Box<Expr>, Box<Expr>),
    /// `(x, y) -> body`; stands only as an argument.
    Lambda(Vec<Ident>, Box<Expr>),
    /// Syntax that is passed on verbatim (`JSON_VALUE(…)`, …): what it is called in messages.
    Opaque(&'static str),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's name.
    pub name: ObjectName,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// `f(*)`.
    pub star: bool,
    /// `f(DISTINCT …)`.
    pub distinct: bool,
    /// `f(… ORDER BY …)`, and the order of `WITHIN GROUP`.
    pub order_by: Vec<SortItem>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    /// `IGNORE NULLS` (true), `RESPECT NULLS` (false).
    pub ignore_nulls: Option<bool>,
    /// `OVER …`.
    pub over: Option<Over>,
}

/// `OVER name` or `OVER (…)`.
#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    /// A window of the block's WINDOW clause.
    Named(Ident),
    /// A window written out.
    Spec(WindowSpec),
}

/// `([name] [PARTITION BY …] [ORDER BY …] [frame])`.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowSpec {
    /// The window it builds on.
    pub base: Option<Ident>,
    /// `PARTITION BY`.
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`.
    pub order_by: Vec<SortItem>,
    /// The frame.
    pub frame: Option<Frame>,
    /// The whole specification.
    pub span: Span,
}

/// The unit of a window frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// `ROWS`.
    Rows,
    /// `RANGE`.
    Range,
    /// `GROUPS`.
    Groups,
}

/// `ROWS BETWEEN … AND …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Its unit.
    pub unit: FrameUnit,
    /// Where it begins.
    pub start: FrameBound,
    /// Where it ends; CURRENT ROW if not written.
    pub end: FrameBound,
}

/// A bound of a window frame.
#[derive(Debug, Clone, PartialEq)]
pub enum FrameBound {
    /// `UNBOUNDED PRECEDING`.
    UnboundedPreceding,
    /// `n PRECEDING`.
    Preceding(Box<Expr>),
    /// `CURRENT ROW`.
    CurrentRow,
    /// `n FOLLOWING`.
    Following(Box<Expr>),
    /// `UNBOUNDED FOLLOWING`.
    UnboundedFollowing,
}
