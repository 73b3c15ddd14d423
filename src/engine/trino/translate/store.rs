//! CREATE TABLE AS and UNLOAD: both store a query's rows. Trino has no UNLOAD: a table is made that stores them, and its
//! entry is taken away again, which leaves the files of an external table where they are.

use super::super::text::Text;
use super::literal::{array, string, table_name};
use super::{Check, Script, Step, Work, full_name, query, refused};
use crate::engine::EngineError;
use crate::source::{Source, Token};
use crate::spec::ast::{CreateTableAs, Expr, ExprKind, Ident, Unload};
use crate::types::Dialect;

/// A statement and its tokens.
pub struct Whole<'a> {
    pub source: &'a Source,
    pub tokens: &'a [Token],
    pub dialect: Dialect,
}

/// The formats that the Hive connector writes under the name that Athena has for them.
const FORMATS: [&str; 4] = ["AVRO", "ORC", "PARQUET", "TEXTFILE"];

impl Whole<'_> {
    /// The statement's comments in front of it, and then `CREATE TABLE`.
    fn head(&self) -> Text {
        let begin = self.tokens.first().map_or(0, |token| token.span.start);
        let mut text = Text::default();
        text.take(&self.source.text[..begin], 0).push("CREATE TABLE ");
        text
    }

    fn query(&self, text: &mut Text, query: &crate::spec::ast::Query) {
        query::take(text, self.source, self.tokens, query.span.start, query.span.end, self.dialect);
    }
}

/// `CREATE TABLE t WITH (…) AS query`.
pub fn create_table_as(whole: &Whole<'_>, create: &CreateTableAs) -> Result<Script, EngineError> {
    let mut properties = Vec::new();
    let mut location = None;
    for (name, value) in &create.properties {
        match name.name.as_str() {
            "format" => properties.push(format!("format = {}", string(&format(value)?))),
            "external_location" => {
                let place = text(name, value)?;
                properties.push(format!("external_location = {}", string(&place)));
                location = Some(place);
            }
            "partitioned_by" | "bucketed_by" => {
                properties.push(format!("{} = {}", name.name, array(&texts(name, value)?)));
            }
            "bucket_count" => properties.push(format!("bucket_count = {}", whole.source.slice(value.span))),
            other => return Err(unknown(other)),
        }
    }
    if !create.properties.iter().any(|(name, _)| name.name == "format") {
        // As on Athena.
        properties.push("format = 'PARQUET'".to_owned());
    }
    let mut text = whole.head();
    text.push(&format!("{} WITH ({})\nAS ", table_name(&full_name(&create.name)), properties.join(", ")));
    whole.query(&mut text, &create.query);
    let checks = location.into_iter().map(Check::Empty).collect();
    Ok(Script { work: Work::Store, checks, steps: vec![Step::new(text)] })
}

/// `UNLOAD (query) TO 'location' WITH (…)`.
pub fn unload(whole: &Whole<'_>, unload: &Unload, scratch: &str) -> Result<Script, EngineError> {
    let mut properties = vec![format!("external_location = {}", string(&unload.location.value))];
    let mut form = None;
    for (name, value) in &unload.properties {
        match name.name.as_str() {
            "format" => form = Some(format(value)?),
            "field_delimiter" => {
                properties.push(format!("textfile_field_separator = {}", string(&text(name, value)?)));
            }
            "partitioned_by" => properties.push(format!("partitioned_by = {}", array(&texts(name, value)?))),
            other => return Err(unknown(other)),
        }
    }
    let form = form.ok_or_else(|| refused("UNLOAD names its format: WITH (format = 'PARQUET')"))?;
    properties.push(format!("format = {}", string(&form)));
    let mut text = whole.head();
    text.push(&format!("{} WITH ({})\nAS ", table_name(scratch), properties.join(", ")));
    whole.query(&mut text, &unload.query);
    let drop = Text::new(format!("DROP TABLE IF EXISTS {}", table_name(scratch)));
    let checks = vec![Check::Empty(unload.location.value.clone())];
    Ok(Script { work: Work::Store, checks, steps: vec![Step::new(text), Step::new(drop)] })
}

fn format(value: &Expr) -> Result<String, EngineError> {
    let word = match &value.kind {
        ExprKind::String(word) => word.to_ascii_uppercase(),
        _ => String::new(),
    };
    if FORMATS.contains(&word.as_str()) {
        return Ok(word);
    }
    Err(refused(format!("no format of a Trino's Hive connector is this one; there are {}", FORMATS.join(", ")))
        .at(Some(value.span)))
}

fn text(name: &Ident, value: &Expr) -> Result<String, EngineError> {
    match &value.kind {
        ExprKind::String(text) => Ok(text.clone()),
        _ => Err(refused(format!("{} is a text in quotes", name.name)).at(Some(value.span))),
    }
}

fn texts(name: &Ident, value: &Expr) -> Result<Vec<String>, EngineError> {
    match &value.kind {
        ExprKind::Array(values) => values.iter().map(|value| text(name, value)).collect(),
        _ => Err(refused(format!("{} is a list of texts: ARRAY['a', 'b']", name.name)).at(Some(value.span))),
    }
}

fn unknown(name: &str) -> EngineError {
    refused(format!("the Hive connector of a Trino has no property for {name}: leave it out of WITH"))
}

#[cfg(test)]
mod tests {
    use super::super::{Check, Work, translate};
    use crate::types::Dialect;

    #[test]
    fn rows_are_unloaded_by_a_table_that_does_not_stay() {
        let sql = "-- athplan run=r\nUNLOAD (\nSELECT 1.5 AS n\n) TO 's3://o/t/1/' WITH (format = 'PARQUET')";
        let script = translate(sql, Dialect::Athena, "scratch").expect("it has words for it");
        let texts: Vec<&str> = script.steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "-- athplan run=r\nCREATE TABLE scratch WITH (external_location = 's3://o/t/1/', format = 'PARQUET')\nAS (\nSELECT 1.5E0 AS n\n)",
                "DROP TABLE IF EXISTS scratch"
            ]
        );
        assert_eq!((script.work, script.checks), (Work::Store, vec![Check::Empty("s3://o/t/1/".to_owned())]));
    }

    #[test]
    fn tables_are_made_where_they_are_placed() {
        let sql = "CREATE TABLE d.t WITH (format = 'parquet', external_location = 's3://o/t/', partitioned_by = ARRAY['k'])\nAS SELECT 1 AS a, 'x' AS k";
        let script = translate(sql, Dialect::Athena, "scratch").expect("it has words for it");
        assert_eq!(
            script.steps[0].text.as_str(),
            "CREATE TABLE d.t WITH (format = 'PARQUET', external_location = 's3://o/t/', partitioned_by = ARRAY['k'])\nAS SELECT 1 AS a, 'x' AS k"
        );
        let error = translate("CREATE TABLE t WITH (table_type = 'ICEBERG') AS SELECT 1 AS a", Dialect::Athena, "x");
        assert!(error.expect_err("it has none").message.contains("table_type"));
    }
}
