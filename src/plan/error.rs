//! What cannot be planned.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Span;

/// A mistake that planning finds, or a part that is refused by name.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum PlanError {
    /// A statement that only athplan writes.
    #[error("{what} does not belong in a spec")]
    #[diagnostic(code(athplan::plan::foreign_statement), help("{help}"))]
    ForeignStatement {
        /// The statement.
        what: &'static str,
        /// What to write instead.
        help: &'static str,
        /// Where it stands.
        #[label("athplan writes this statement itself")]
        span: Span,
    },
    /// A constant path into JSON that no engine takes.
    #[error("`{path}` is no JSON path")]
    #[diagnostic(code(athplan::plan::json_path), help("{help}"))]
    JsonPath {
        /// The path.
        path: String,
        /// What was probably meant.
        help: String,
        /// Where it stands.
        #[label("every row that is read would fail here")]
        span: Span,
    },
    /// Partitions for a table that is not the run's own.
    #[error("`{table}` exists already, and a spec only reads it: it adds no partitions to it")]
    #[diagnostic(
        code(athplan::plan::altered_table),
        help(
            "let it with --add-partitions; or declare a table of the run's own, with CREATE EXTERNAL TABLE and a LOCATION"
        )
    )]
    AlteredTable {
        /// The table.
        table: String,
        /// The statement.
        #[label("this would change the table for everybody")]
        span: Span,
    },
    /// A FOREACH that uses the row of another one around it, below something else than that body.
    #[error("a FOREACH that uses the row of an outer FOREACH must be the whole body of that one")]
    #[diagnostic(
        code(athplan::plan::nested_foreach),
        help(
            "write FOREACH a IN (…) FOREACH b IN (…) SELECT …, or store the inner rows first with CREATE TEMPORARY TABLE"
        )
    )]
    NestedForeach {
        /// The inner FOREACH.
        #[label("it uses a row from outside")]
        span: Span,
    },
    /// A LATERAL join of a kind that no FOREACH stands for.
    #[error("LATERAL is supported in CROSS JOIN LATERAL and in LEFT JOIN LATERAL … ON TRUE")]
    #[diagnostic(
        code(athplan::plan::lateral_join),
        help("move the condition of the join into the WHERE of the lateral query")
    )]
    LateralJoin {
        /// The join.
        #[label("this join of a lateral query")]
        span: Span,
    },
    /// A table with a time mapping is scanned without a bound on time.
    #[error("step `{step}` reads all of `{table}`: no predicate bounds its time")]
    #[diagnostic(
        code(athplan::plan::unbounded_scan),
        help("add a bound on `{column}`, for example {example}, or allow it with --allow-full-scan={step}")
    )]
    UnboundedScan {
        /// The step.
        step: String,
        /// The table.
        table: String,
        /// Its event time column.
        column: String,
        /// A bound to learn from: in a FOREACH's body one on the row.
        example: String,
        /// The scan.
        #[label("this scan has no bound on time")]
        span: Span,
        /// What is said of keys and time, and leaves all of it.
        #[label(collection, "this leaves time open at both ends")]
        idle: Vec<Span>,
    },
    /// A function of event time that no event time has a value for.
    #[error("`{text}` fails for every event time, such as '{example}': {reason}")]
    #[diagnostic(
        code(athplan::plan::time_function),
        help(
            "read the text as the time it is: from_iso8601_timestamp({column}), and date(from_iso8601_timestamp({column})) for its day"
        )
    )]
    TimeFunction {
        /// The function's text.
        text: String,
        /// An event time.
        example: String,
        /// What it fails with.
        reason: String,
        /// The event time column.
        column: String,
        /// Where it stands.
        #[label("the query would fail here, once it has been paid for")]
        span: Span,
    },
    /// An injected partition key without constant values.
    #[error("step `{step}` gives no values for `{key}` of `{table}`")]
    #[diagnostic(
        code(athplan::plan::injected_key),
        help(
            "`{key}` is an injected key: Athena cannot list its values, so name them: {key} = '…' or {key} IN ('…', '…')"
        )
    )]
    InjectedKey {
        /// The step.
        step: String,
        /// The table.
        table: String,
        /// The key.
        key: String,
        /// The scan.
        #[label("this scan names no value")]
        span: Span,
    },
    /// USING merges columns of a LATERAL join, which becomes a table of its own.
    #[error("USING over the columns of a LATERAL join is not supported")]
    #[diagnostic(code(athplan::plan::lateral_using), help("write the condition out: JOIN … ON a.key = b.key"))]
    LateralUsing {
        /// The LATERAL join.
        #[label("a join around this one merges its columns")]
        span: Span,
    },
    /// A column that a driver must yield and that no query can name.
    #[error("a column to the left of LATERAL is used that has no name of its own")]
    #[diagnostic(
        code(athplan::plan::unnamed_column),
        help("give the columns names, no two alike: (SELECT …) AS t (a, b)")
    )]
    UnnamedColumn {
        /// What stands to the left.
        #[label("a column of this has no name, or one that another has too")]
        span: Span,
    },
    /// Text that athplan does not know uses the row of a FOREACH.
    #[error("{what} uses the row of a FOREACH, and athplan does not know what is inside it")]
    #[diagnostic(
        code(athplan::plan::opaque_row),
        help("compute the value in the driver or in a subquery, under a name of its own")
    )]
    OpaqueRow {
        /// What it is.
        what: String,
        /// Where it stands.
        #[label("it names the row")]
        span: Span,
    },
    /// A column of a hidden table whose type no table can keep.
    #[error("column `{column}` has type {ty}, which cannot be stored")]
    #[diagnostic(code(athplan::plan::hidden_type), help("cast it, for example CAST({column} AS varchar)"))]
    HiddenType {
        /// The column.
        column: String,
        /// Its type.
        ty: String,
        /// What is stored.
        #[label("the rows of this are stored before the text around it runs")]
        span: Span,
    },
    /// A driver column that must stand as a literal, of a type that has none.
    #[error("column `{column}` of the driver has type {ty}, of which there are no literals")]
    #[diagnostic(
        code(athplan::plan::literal_type),
        help("the body uses it in a lambda, GROUP BY, UNNEST or the ON of an outer join: cast it in the driver")
    )]
    LiteralType {
        /// The column.
        column: String,
        /// Its type.
        ty: String,
        /// The FOREACH.
        #[label("in the body of this")]
        span: Span,
    },
    /// Two tables of a spec that statements could not tell apart.
    #[error("`{first}` and `{second}` would both be called `{name}` on the engine")]
    #[diagnostic(code(athplan::plan::same_name), help("rename one of them"))]
    SameName {
        /// One.
        first: String,
        /// The other.
        second: String,
        /// The name.
        name: String,
        /// Where the second is made.
        #[label("made here")]
        span: Span,
    },
    /// A property of `WITH (…)` that athplan does not pass on.
    #[error("the table property `{name}` is not supported")]
    #[diagnostic(
        code(athplan::plan::table_property),
        help("leave it out: tables are written as Parquet, in one piece")
    )]
    TableProperty {
        /// The property.
        name: String,
        /// The statement.
        #[label("of this table")]
        span: Span,
    },
    /// A declared table that Hive DDL has no words for.
    #[error("table `{table}` cannot be created on Athena: {reason}")]
    #[diagnostic(code(athplan::plan::table_definition), help("change the definition; Athena's DDL cannot say it"))]
    TableDefinition {
        /// The table.
        table: String,
        /// What cannot be said.
        reason: String,
        /// Where it is declared.
        #[label("declared here")]
        span: Span,
    },
    /// A spec that only declares, or only makes tables that go when the run ends.
    #[error("the spec asks for nothing: it has no query, and keeps no table")]
    #[diagnostic(
        code(athplan::plan::nothing_asked),
        help("end it with SELECT … FROM …;, or keep a table with CREATE TABLE … AS")
    )]
    NothingAsked {
        /// Its last step, if it has any.
        #[label("no row of this is shown or kept")]
        span: Option<Span>,
    },
    /// `--allow-full-scan` names no step.
    #[error("--allow-full-scan={name}: there is no such step")]
    #[diagnostic(code(athplan::plan::unknown_step), help("the steps are: {steps}"))]
    UnknownStep {
        /// The name given.
        name: String,
        /// The steps there are.
        steps: String,
    },
}
