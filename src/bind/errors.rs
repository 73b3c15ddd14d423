//! The mistakes that binding finds, one variant each: a fact, a place, and a way out.
//!
//! Spans point into the spec; whoever renders an error puts the spec's text to it.

use miette::Diagnostic;
use thiserror::Error;

use crate::catalog::CatalogError;
use crate::source::Span;
use crate::types::Type;

/// A mistake in a spec that its text alone does not show.
#[derive(Debug, Clone, PartialEq, Error, Diagnostic)]
#[allow(missing_docs)]
pub enum BindError {
    /// A table definition does not hold together.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalog(CatalogError),

    /// A name in FROM that stands for nothing.
    #[error("there is no table `{name}`")]
    #[diagnostic(code(athplan::bind::unknown_table))]
    UnknownTable {
        name: String,
        #[label("not declared here, nor in the catalog")]
        span: Span,
        #[help]
        help: String,
    },

    /// A step is read before the statement that makes it.
    #[error("`{name}` is read before it is made")]
    #[diagnostic(
        code(athplan::bind::table_not_yet),
        help("move the statement that makes `{name}` above the one that reads it")
    )]
    TableNotYet {
        name: String,
        #[label("read here")]
        span: Span,
        #[label("made here")]
        made: Span,
    },

    /// A column that no relation in reach has.
    #[error("there is no column `{name}`")]
    #[diagnostic(code(athplan::bind::unknown_column))]
    UnknownColumn {
        name: String,
        #[label("no relation in reach has it")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// A name that several relations have.
    #[error("`{name}` is ambiguous")]
    #[diagnostic(code(athplan::bind::ambiguous_column), help("qualify it: {candidates}"))]
    AmbiguousColumn {
        name: String,
        candidates: String,
        #[label("several columns have this name")]
        span: Span,
    },

    /// A column that USING merged, asked for by its relation.
    #[error("`{name}` was merged by USING")]
    #[diagnostic(
        code(athplan::bind::merged_column),
        help("write `{column}` without a relation's name, or join with ON")
    )]
    MergedColumn {
        name: String,
        column: String,
        #[label("cannot be qualified behind the join")]
        span: Span,
    },

    /// A field that a row does not have.
    #[error("the row has no field `{field}`")]
    #[diagnostic(code(athplan::bind::unknown_field))]
    UnknownField {
        field: String,
        row: Type,
        #[label("not a field of {row}")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// A field of something that has none.
    #[error("`.{field}` asks for a field of a {ty}")]
    #[diagnostic(code(athplan::bind::not_a_row))]
    NotARow {
        field: String,
        ty: Type,
        #[label("this is {ty}, not a row")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// The name of a FOREACH row where a value is wanted, or outside the body.
    #[error("`{name}` is a FOREACH row, not a value")]
    #[diagnostic(code(athplan::bind::row_as_value), help("name one of its columns, for example `{example}`"))]
    RowAsValue {
        name: String,
        example: String,
        #[label("a whole driver row")]
        span: Span,
    },

    /// `:name` without a DECLARE.
    #[error("there is no parameter `:{name}`")]
    #[diagnostic(code(athplan::bind::unknown_parameter))]
    UnknownParameter {
        name: String,
        #[label("not declared")]
        span: Span,
        #[help]
        help: String,
    },

    /// A required parameter without a value.
    #[error("the parameter `{name}` has no value")]
    #[diagnostic(code(athplan::bind::missing_argument), help("give it on the command line: -p {name}=…"))]
    MissingArgument {
        name: String,
        #[label("declared without DEFAULT")]
        span: Span,
    },

    /// `-p name=…` for a parameter that the spec does not declare.
    #[error("the spec declares no parameter `{name}`, but -p {name}=… was given")]
    #[diagnostic(code(athplan::bind::unknown_argument))]
    UnknownArgument {
        name: String,
        #[help]
        help: String,
    },

    /// A parameter's text that is no value of its type.
    #[error("-p {name}={text:?} is no {ty}")]
    #[diagnostic(code(athplan::bind::invalid_argument))]
    InvalidArgument {
        name: String,
        text: String,
        ty: Type,
        #[label("declared as {ty}")]
        span: Span,
        #[help]
        help: String,
    },

    /// Two declarations of one name.
    #[error("{what} `{name}` is declared twice")]
    #[diagnostic(code(athplan::bind::declared_twice), help("drop one of them, or give it another name"))]
    DeclaredTwice {
        what: &'static str,
        name: String,
        #[label("again here")]
        span: Span,
        #[label("first here")]
        first: Span,
    },

    /// An option that does not exist.
    #[error("there is no option `athplan.{name}`")]
    #[diagnostic(
        code(athplan::bind::unknown_option),
        help("{}athplan's options are {known}", nearest.as_ref().map(|name| format!("did you mean `athplan.{name}`? ")).unwrap_or_default())
    )]
    UnknownOption {
        name: String,
        nearest: Option<String>,
        known: String,
        #[label("no such option")]
        span: Span,
    },

    /// An option's value that is none of its kind.
    #[error("`athplan.{name}` takes {expected}")]
    #[diagnostic(code(athplan::bind::option_value), help("write SET athplan.{name} = {}", example(name)))]
    OptionValue {
        name: String,
        expected: String,
        #[label("this value")]
        span: Span,
    },

    /// A function that is probably misspelt.
    #[error("there is no function `{name}`")]
    #[diagnostic(code(athplan::bind::unknown_function), help("did you mean `{nearest}`?"))]
    UnknownFunction {
        name: String,
        nearest: String,
        #[label("not a function that athplan knows")]
        span: Span,
    },

    /// A function with arguments that none of its forms takes.
    #[error("`{name}` does not take ({given})")]
    #[diagnostic(code(athplan::bind::wrong_arguments))]
    WrongArguments {
        name: String,
        given: String,
        #[label("called with ({given})")]
        span: Span,
        #[help]
        help: String,
    },

    /// An operator between types it is not defined for.
    #[error("`{operator}` cannot be applied to {operands}")]
    #[diagnostic(code(athplan::bind::wrong_operands))]
    WrongOperands {
        operator: String,
        operands: String,
        #[label("{operands}")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// A value of another type than its place asks for.
    #[error("{place} must be {expected}, not {found}")]
    #[diagnostic(code(athplan::bind::wrong_type))]
    WrongType {
        place: String,
        expected: Type,
        found: Type,
        #[label("this is {found}")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// Values that must be of one type and are not.
    #[error("{place} must be of one type, but there are {left} and {right}")]
    #[diagnostic(code(athplan::bind::no_common_type))]
    NoCommonType {
        place: String,
        left: Type,
        right: Type,
        #[label("this is {right}")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// A cast that does not exist.
    #[error("{from} cannot be cast to {to}")]
    #[diagnostic(
        code(athplan::bind::impossible_cast),
        help("Trino has no such cast; go through a type between, often varchar")
    )]
    ImpossibleCast {
        from: Type,
        to: Type,
        #[label("this is {from}")]
        span: Span,
    },

    /// A literal whose text is no value.
    #[error("this is no valid {ty}: {reason}")]
    #[diagnostic(code(athplan::bind::invalid_literal))]
    InvalidLiteral {
        ty: String,
        reason: String,
        #[label("no {ty}")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// An aggregate where no groups exist.
    #[error("{clause} cannot hold the aggregate `{name}`")]
    #[diagnostic(code(athplan::bind::aggregate_not_allowed), help("{help}"))]
    AggregateNotAllowed {
        name: String,
        clause: &'static str,
        help: &'static str,
        #[label("an aggregate")]
        span: Span,
    },

    /// A window function where none may stand.
    #[error("{clause} cannot hold the window function `{name}`")]
    #[diagnostic(
        code(athplan::bind::window_not_allowed),
        help("compute it in a subquery's select list and use its column here")
    )]
    WindowNotAllowed {
        name: String,
        clause: &'static str,
        #[label("a window function")]
        span: Span,
    },

    /// A window function without a window.
    #[error("`{name}` needs a window")]
    #[diagnostic(code(athplan::bind::missing_over), help("write {name}(…) OVER (ORDER BY …)"))]
    MissingOver {
        name: String,
        #[label("without OVER")]
        span: Span,
    },

    /// DISTINCT, FILTER, ORDER BY or OVER on a plain function.
    #[error("`{name}` is no aggregate and takes no {modifier}")]
    #[diagnostic(code(athplan::bind::not_an_aggregate), help("drop {modifier}"))]
    NotAnAggregate {
        name: String,
        modifier: &'static str,
        #[label("a plain function")]
        span: Span,
    },

    /// A column beside aggregates that is not grouped by.
    #[error("`{text}` must be an aggregate or appear in GROUP BY")]
    #[diagnostic(
        code(athplan::bind::not_grouped),
        help("add it to GROUP BY, or take one value of each group: arbitrary({text})")
    )]
    NotGrouped {
        text: String,
        #[label("has several values in a group")]
        span: Span,
    },

    /// `ROLLUP (a + 1)`: Trino takes columns there, and nothing else; those of a FOREACH row may become constants.
    #[error("ROLLUP, CUBE and GROUPING SETS group by columns of FROM, and `{text}` is none")]
    #[diagnostic(
        code(athplan::bind::grouped_expression),
        help("give it a name in a subquery, FROM (SELECT …, {text} AS name FROM …), and group by that")
    )]
    GroupedExpression {
        text: String,
        #[label("no column")]
        span: Span,
    },

    /// `GROUP BY 7` or `ORDER BY 7` of three columns.
    #[error("{clause} {position} names no column: there are {columns}")]
    #[diagnostic(code(athplan::bind::ordinal_out_of_range), help("count the select list from 1"))]
    OrdinalOutOfRange {
        clause: &'static str,
        position: String,
        columns: usize,
        #[label("not between 1 and {columns}")]
        span: Span,
    },

    /// ORDER BY something that DISTINCT has lost.
    #[error("ORDER BY of a SELECT DISTINCT must name columns of the select list")]
    #[diagnostic(
        code(athplan::bind::distinct_order),
        help("add the expression to the select list, or group instead of DISTINCT")
    )]
    DistinctOrder {
        #[label("not in the select list")]
        span: Span,
    },

    /// Sides or rows with different numbers of columns.
    #[error("{what} have {left} and {right} columns")]
    #[diagnostic(code(athplan::bind::column_count), help("every one must have as many columns as the first"))]
    ColumnCount {
        what: &'static str,
        left: usize,
        right: usize,
        #[label("here are {right}")]
        span: Span,
    },

    /// An alias with too many or too few column names.
    #[error("`{name}` has {expected} columns, but the number of names for them is {given}")]
    #[diagnostic(code(athplan::bind::alias_columns))]
    AliasColumns {
        name: String,
        given: usize,
        expected: usize,
        #[label("one name a column is wanted")]
        span: Span,
        #[help]
        help: String,
    },

    /// A subquery with several columns where one value is wanted.
    #[error("{what} must yield one column, not {count}")]
    #[diagnostic(code(athplan::bind::subquery_columns), help("select only the column that is meant"))]
    SubqueryColumns {
        what: &'static str,
        count: usize,
        #[label("yields {count} columns")]
        span: Span,
    },

    /// Something that must be known before the run.
    #[error("{place} must be a constant")]
    #[diagnostic(code(athplan::bind::not_constant), help("use literals, parameters and functions of them"))]
    NotConstant {
        place: String,
        reason: String,
        #[label("{reason}")]
        span: Span,
    },

    /// A constant whose evaluation fails.
    #[error("{place} cannot be evaluated: {reason}")]
    #[diagnostic(code(athplan::bind::constant_fails), help("the expression fails for every row; correct its values"))]
    ConstantFails {
        place: String,
        reason: String,
        #[label("{reason}")]
        span: Span,
    },

    /// `OVER name` without a WINDOW clause that defines it.
    #[error("there is no window `{name}`")]
    #[diagnostic(code(athplan::bind::unknown_window), help("define it: WINDOW {name} AS (…)"))]
    UnknownWindow {
        name: String,
        #[label("not in this block's WINDOW clause")]
        span: Span,
    },

    /// A stored column without a name.
    #[error("column {position} of `{table}` has no name")]
    #[diagnostic(code(athplan::bind::unnamed_column), help("give it one: … AS name"))]
    UnnamedColumn {
        position: usize,
        table: String,
        #[label("an expression without a name")]
        span: Span,
    },

    /// Two stored columns of one name.
    #[error("`{table}` would have two columns `{name}`")]
    #[diagnostic(code(athplan::bind::duplicate_column), help("rename one of them: … AS other_name"))]
    DuplicateColumn {
        table: String,
        name: String,
        #[label("the second `{name}`")]
        span: Span,
    },

    /// A column that storage cannot keep.
    #[error("a table cannot store the column `{name}`: {ty}")]
    #[diagnostic(code(athplan::bind::unstorable_column), help("{help}"))]
    UnstorableColumn {
        name: String,
        ty: Type,
        help: String,
        #[label("this is {ty}")]
        span: Span,
    },

    /// `*` without anything to spread.
    #[error("`{what}` has no columns to spread")]
    #[diagnostic(code(athplan::bind::empty_star))]
    EmptyStar {
        what: String,
        #[label("no relation or row in reach")]
        span: Span,
        #[help]
        help: String,
    },

    /// A partition clause that does not fit its table.
    #[error("PARTITION does not fit `{table}`: {reason}")]
    #[diagnostic(code(athplan::bind::wrong_partition))]
    WrongPartition {
        table: String,
        reason: String,
        #[label("{reason}")]
        span: Span,
        #[help]
        help: String,
    },

    /// Something that athplan or Athena does not do.
    #[error("{what} is not supported")]
    #[diagnostic(code(athplan::bind::unsupported))]
    Unsupported {
        what: String,
        #[label("here")]
        span: Span,
        #[help]
        help: Option<String>,
    },

    /// A spec that grows beyond measure when bound.
    #[error("this grows beyond {limit} {what} when it is written out")]
    #[diagnostic(
        code(athplan::bind::too_large),
        help("write less of it, or split it into CREATE TEMPORARY TABLE steps")
    )]
    TooLarge {
        what: &'static str,
        limit: usize,
        #[label("here")]
        span: Span,
    },
}

/// A value that an option takes.
fn example(option: &str) -> &'static str {
    match option {
        "max_scan" => "'500 MB'",
        "max_cost" => "0.25",
        _ => "100",
    }
}
