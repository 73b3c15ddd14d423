//! What can be wrong with a table's definition.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Span;

/// A mistake in a table's definition, with its place in the text and a way out.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[allow(missing_docs)]
pub enum CatalogError {
    #[error("unknown SerDe `{class}`")]
    #[diagnostic(
        code(athplan::catalog::unknown_serde),
        help("{}", suggestion(nearest.as_deref(), "it reads CloudTrail, JSON, delimited text, CSV, regular expressions, Parquet, ORC and Avro"))
    )]
    UnknownSerde {
        class: String,
        nearest: Option<String>,
        #[label("no such SerDe is known")]
        span: Span,
    },

    #[error("unknown storage format `{name}`")]
    #[diagnostic(
        code(athplan::catalog::unknown_format),
        help("{}", suggestion(nearest.as_deref(), "known are TEXTFILE, PARQUET, ORC, AVRO and the input formats of these and of CloudTrail"))
    )]
    UnknownFormat {
        name: String,
        nearest: Option<String>,
        #[label("athplan cannot tell how these files are read")]
        span: Span,
    },

    #[error("the SerDe `{class}` does not read what the input format `{input}` yields")]
    #[diagnostic(code(athplan::catalog::format_conflict), help("declare the input format that belongs to the SerDe"))]
    FormatConflict {
        class: String,
        input: String,
        #[label("this input format")]
        span: Span,
    },

    #[error("`{clause}` in ROW FORMAT DELIMITED is not supported as `{value}`")]
    #[diagnostic(code(athplan::catalog::delimited_clause), help("{help}"))]
    DelimitedClause {
        clause: String,
        value: String,
        help: String,
        #[label("this clause")]
        span: Span,
    },

    #[error("there is no preset `{name}`")]
    #[diagnostic(
        code(athplan::catalog::unknown_preset),
        help("{}", suggestion(nearest.as_deref(), "the presets are cloudtrail and cloudtrail_lines; write other tables out in full"))
    )]
    UnknownPreset {
        name: String,
        nearest: Option<String>,
        #[label("no such preset")]
        span: Span,
    },

    #[error("`{clause}` cannot stand beside `USING`")]
    #[diagnostic(
        code(athplan::catalog::using_clause),
        help("the definition brings its own; drop the clause, or write the table out in full")
    )]
    UsingClause {
        clause: String,
        #[label("remove this")]
        span: Span,
    },

    #[error("this LOCATION does not say where a trail's regions begin")]
    #[diagnostic(
        code(athplan::catalog::preset_location),
        help(
            "end it in `AWSLogs/<account>/CloudTrail/`, the account in twelve digits, or in `AWSLogs/` for all accounts"
        )
    )]
    PresetLocation {
        location: String,
        #[label("neither ending")]
        span: Span,
    },

    #[error("the table has no LOCATION")]
    #[diagnostic(code(athplan::catalog::missing_location), help("add LOCATION 's3://bucket/folder/'"))]
    MissingLocation {
        #[label("this table")]
        span: Span,
    },

    #[error("the table has no columns")]
    #[diagnostic(code(athplan::catalog::missing_columns), help("list its columns, or use a preset"))]
    MissingColumns {
        #[label("this table")]
        span: Span,
    },

    #[error("there are two columns `{name}`")]
    #[diagnostic(
        code(athplan::catalog::duplicate_column),
        help("columns and partition keys share one list of names, whatever their case")
    )]
    DuplicateColumn {
        name: String,
        #[label("the second")]
        span: Span,
    },

    #[error("a Hive table has no columns of type {ty}")]
    #[diagnostic(code(athplan::catalog::column_type), help("declare `{name}` as string and convert it in the query"))]
    ColumnType {
        name: String,
        ty: String,
        #[label("this type")]
        span: Span,
    },

    #[error("an invisible character stands in this text")]
    #[diagnostic(
        code(athplan::catalog::invisible_character),
        help("locations, names, comments and partition values are plain text")
    )]
    InvisibleCharacter {
        #[label("in here")]
        span: Span,
    },

    #[error("the property `{key}` is given twice")]
    #[diagnostic(code(athplan::catalog::duplicate_property), help("keep one of the two"))]
    DuplicateProperty {
        key: String,
        #[label("the second")]
        span: Span,
    },

    #[error("there is no property `{key}`")]
    #[diagnostic(code(athplan::catalog::unknown_property), help("{}", suggestion(nearest.as_deref(), known)))]
    UnknownProperty {
        key: String,
        nearest: Option<String>,
        known: String,
        #[label("unknown")]
        span: Span,
    },

    #[error("the property `{key}` would change an existing table")]
    #[diagnostic(
        code(athplan::catalog::existing_property),
        help("USING TABLE writes nothing: only athplan's own properties (`athplan.…`) can be added")
    )]
    ExistingProperty {
        key: String,
        #[label("not athplan's")]
        span: Span,
    },

    #[error("there is no table `{name}`")]
    #[diagnostic(
        code(athplan::catalog::unknown_table),
        help("{}", suggestion(nearest.as_deref(), "give its definition with `--catalog FILE`"))
    )]
    UnknownTable {
        name: String,
        nearest: Option<String>,
        #[label("not in the catalog")]
        span: Span,
    },

    #[error("partition projection is described but not enabled")]
    #[diagnostic(
        code(athplan::catalog::projection_disabled),
        help("add 'projection.enabled'='true'; without it Athena ignores this property")
    )]
    ProjectionDisabled {
        #[label("has no effect")]
        span: Span,
    },

    #[error("partition key `{key}` has no projection")]
    #[diagnostic(
        code(athplan::catalog::missing_projection),
        help(
            "add 'projection.{key}.type'='enum', 'integer', 'date' or 'injected'; with projection enabled every key needs one"
        )
    )]
    MissingProjection {
        key: String,
        #[label("this key")]
        span: Span,
    },

    #[error("the projection of `{key}` lacks the property `{property}`")]
    #[diagnostic(code(athplan::catalog::missing_projection_property), help("{help}"))]
    MissingProjectionProperty {
        key: String,
        property: String,
        help: String,
        #[label("its type asks for more")]
        span: Span,
    },

    #[error("`{value}` is no value for `{property}`")]
    #[diagnostic(code(athplan::catalog::property_value), help("{expected}"))]
    PropertyValue {
        property: String,
        value: String,
        expected: String,
        #[label("this value")]
        span: Span,
    },

    #[error("a partition key of type {ty} cannot be {projection}")]
    #[diagnostic(code(athplan::catalog::projected_type), help("declare `{key}` as string"))]
    ProjectedType {
        key: String,
        ty: String,
        projection: String,
        #[label("this projection")]
        span: Span,
    },

    #[error("the location template {problem}")]
    #[diagnostic(code(athplan::catalog::template), help("{help}"))]
    Template {
        problem: String,
        help: String,
        #[label("this template")]
        span: Span,
    },

    #[error("there is no {kind} `{name}`")]
    #[diagnostic(code(athplan::catalog::time_name), help("{}", suggestion(nearest.as_deref(), "a time mapping names columns and keys of its own table")))]
    TimeName {
        kind: String,
        name: String,
        nearest: Option<String>,
        #[label("named here")]
        span: Span,
    },

    #[error("a time mapping needs the property `{property}`")]
    #[diagnostic(code(athplan::catalog::time_property), help("{help}"))]
    TimeProperty {
        property: String,
        help: String,
        #[label("this mapping is not whole")]
        span: Span,
    },

    #[error("the keys of time do not follow on one another")]
    #[diagnostic(
        code(athplan::catalog::time_keys),
        help("together they name a year and then each finer unit once, such as year=yyyy,month=MM,day=dd")
    )]
    TimeKeys {
        #[label("a unit is missing or named twice")]
        span: Span,
    },

    #[error("the key `{key}` has the value `{value}`, which is not written as `{pattern}`")]
    #[diagnostic(
        code(athplan::catalog::time_key_pattern),
        help("the pattern in `athplan.time.keys` and the key's projection must write the same text")
    )]
    TimeKeyPattern {
        key: String,
        value: String,
        pattern: String,
        #[label("this pattern")]
        span: Span,
    },
}

/// The help line that names what was probably meant, or else what there is.
fn suggestion(nearest: Option<&str>, otherwise: &str) -> String {
    nearest.map_or_else(|| otherwise.to_owned(), |name| format!("did you mean `{name}`?"))
}
