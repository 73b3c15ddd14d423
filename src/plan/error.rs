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
        help(
            "add a bound on `{column}`, for example {column} BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-31T23:59:59Z', or allow it with --allow-full-scan={step}"
        )
    )]
    UnboundedScan {
        /// The step.
        step: String,
        /// The table.
        table: String,
        /// Its event time column.
        column: String,
        /// The scan.
        #[label("this scan has no bound on time")]
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
    /// A driver column whose type no table can keep.
    #[error("column `{column}` of the driver has type {ty}, which cannot be stored")]
    #[diagnostic(
        code(athplan::plan::driver_type),
        help("cast it in the driver, for example CAST({column} AS varchar)")
    )]
    DriverType {
        /// The column.
        column: String,
        /// Its type.
        ty: String,
        /// The driver.
        #[label("this driver is stored before the body runs")]
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
