//! Reading rows: GetQueryResults page by page, or the result's file once it is long.
//!
//! The first page of a query opens with a row of column names, that of SHOW and of DDL does not; only
//! the statement's type tells. A page that is exactly full names a next one even if that is empty. A
//! page has at most a thousand rows and follows only on the one before, so that a long result is read
//! from its file instead, if there is one, it may be read, and it begins as the first page does.

use std::sync::PoisonError;

use aws_sdk_athena::types::{ColumnInfo, QueryExecution, Row, StatementType};

use super::AthenaEngine;
use super::error::of_call;
use super::file;
use super::poll::{executions, status};
use super::value::{agrees, is_readable, read, shown, told_type, with_digits};
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass, QueryId, ResultSet, State};
use crate::types::Type;

/// Statements that store rows, as Athena calls them: they yield none, and a count of them aside.
const WRITERS: [&str; 6] = ["CREATE_TABLE_AS_SELECT", "INSERT", "UNLOAD", "UPDATE", "DELETE", "MERGE"];

/// Texts of a row; none is NULL.
type Texts = Vec<Option<String>>;

/// The rows of a query that succeeded.
pub async fn result(engine: &AthenaEngine, id: &QueryId, bound: &[Type]) -> Result<ResultSet, EngineError> {
    let succeeded = succeeded(engine, id).await?;
    let kind = succeeded.kind.as_str();
    let mut first = page(engine, id, None).await?;
    if WRITERS.contains(&kind) {
        return Ok(written(&first));
    }
    let has_header = succeeded.is_dml || kind == "SHOW_FUNCTIONS";
    if !has_header {
        return utility(engine, id, first).await;
    }
    if !first.rows.is_empty() {
        first.rows.remove(0);
    }
    let columns = std::mem::take(&mut first.columns);
    let rows = all_rows(engine, id, &succeeded, first).await?;
    typed(&columns, rows, bound)
}

/// What is known of a query that has succeeded.
#[derive(Debug, Clone)]
pub struct Succeeded {
    /// Its kind, as Athena calls it.
    kind: String,
    is_dml: bool,
    /// Where its result lies.
    location: Option<String>,
}

/// Remembers a query whose result may be asked for.
pub fn remember(engine: &AthenaEngine, execution: &QueryExecution) {
    let Some(id) = execution.query_execution_id() else { return };
    if status(execution).state == State::Succeeded {
        let mut known = engine.succeeded.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(QueryId(id.to_owned()), of(execution));
    }
}

fn of(execution: &QueryExecution) -> Succeeded {
    Succeeded {
        kind: execution.substatement_type().unwrap_or_default().to_owned(),
        is_dml: execution.statement_type() == Some(&StatementType::Dml),
        location: execution.result_configuration().and_then(|place| place.output_location()).map(str::to_owned),
    }
}

/// What is known of a query, asked for if it is not. A failed statement of Hive's DDL answers with no rows as if it
/// had succeeded, so its state has to be known.
async fn succeeded(engine: &AthenaEngine, id: &QueryId) -> Result<Succeeded, EngineError> {
    if let Some(known) = engine.succeeded.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
        return Ok(known.clone());
    }
    let known = executions(engine, std::slice::from_ref(id)).await?;
    let unknown = || EngineError::new(ErrorClass::Lost, format!("the query {id} is not known"));
    let execution = known.get(&id.0).ok_or_else(unknown)?;
    match status(execution).state {
        State::Succeeded => Ok(of(execution)),
        State::Failed(error) => Err(error),
        State::Cancelled => Err(EngineError::new(ErrorClass::Lost, format!("the query {id} was cancelled"))),
        State::Queued | State::Running => {
            Err(EngineError::new(ErrorClass::Transient, format!("the query {id} has not ended")))
        }
    }
}

/// A page of a result.
struct Page {
    columns: Vec<ColumnInfo>,
    rows: Vec<Texts>,
    updated: Option<i64>,
    next: Option<String>,
}

/// How many rows a statement that stores rows has written, if Athena tells.
fn written(page: &Page) -> ResultSet {
    let count = page.updated.map_or(Value::Null, Value::Integer);
    ResultSet { columns: vec![("rows".to_owned(), Type::BigInt)], rows: vec![vec![count]] }
}

async fn page(engine: &AthenaEngine, id: &QueryId, next: Option<String>) -> Result<Page, EngineError> {
    let asked = engine.client.get_query_results().query_execution_id(&id.0).set_next_token(next);
    let answer = asked.send().await.map_err(|error| of_call("athena:GetQueryResults", &error))?;
    let texts = |row: &Row| row.data().iter().map(|datum| datum.var_char_value().map(str::to_owned)).collect();
    let set = answer.result_set();
    let columns = set.and_then(|set| set.result_set_metadata()).map(|metadata| metadata.column_info().to_vec());
    Ok(Page {
        columns: columns.unwrap_or_default(),
        rows: set.map(|set| set.rows().iter().map(texts).collect()).unwrap_or_default(),
        updated: answer.update_count(),
        next: answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned),
    })
}

/// The rows of SHOW and DESCRIBE: one text each, whatever columns Athena tells of.
async fn utility(engine: &AthenaEngine, id: &QueryId, first: Page) -> Result<ResultSet, EngineError> {
    let name = first.columns.first().map_or_else(String::new, |column| column.name().to_owned());
    let mut rows = first.rows;
    let mut next = first.next;
    while next.is_some() {
        let page = page(engine, id, next).await?;
        rows.extend(page.rows);
        next = page.next;
    }
    if name.is_empty() {
        return Ok(ResultSet::default());
    }
    let text = |row: Texts| vec![row.into_iter().next().flatten().map_or(Value::Null, Value::varchar)];
    Ok(ResultSet { columns: vec![(name, Type::VARCHAR)], rows: rows.into_iter().map(text).collect() })
}

/// All rows of a query, those of its first page included.
async fn all_rows(
    engine: &AthenaEngine,
    id: &QueryId,
    succeeded: &Succeeded,
    first: Page,
) -> Result<Vec<Texts>, EngineError> {
    let Page { mut rows, mut next, .. } = first;
    if next.is_some()
        && let Some(whole) = from_file(engine, succeeded).await
        && whole.starts_with(&rows)
    {
        return Ok(whole);
    }
    while next.is_some() {
        let page = page(engine, id, next).await?;
        rows.extend(page.rows);
        next = page.next;
    }
    Ok(rows)
}

/// The texts of a query's result as its file has them; none if there is no such file, it may not be read, or is no CSV.
pub async fn in_file(engine: &AthenaEngine, id: &QueryId) -> Result<Option<Vec<Texts>>, EngineError> {
    let known = executions(engine, std::slice::from_ref(id)).await?;
    match known.get(&id.0) {
        Some(execution) => Ok(from_file(engine, &of(execution)).await),
        None => Ok(None),
    }
}

/// The rows of a result's file; none if there is no such file, it may not be read, or is no CSV.
async fn from_file(engine: &AthenaEngine, succeeded: &Succeeded) -> Option<Vec<Texts>> {
    let location = succeeded.location.as_deref().filter(|location| location.ends_with(".csv"))?;
    let bytes = engine.store.get(location).await.ok()?;
    let mut rows = file::read(std::str::from_utf8(&bytes).ok()?)?;
    (!rows.is_empty()).then(|| rows.remove(0))?;
    Some(rows)
}

/// Rows in their columns' types: those they were bound to, held against what Athena tells.
fn typed(columns: &[ColumnInfo], rows: Vec<Texts>, bound: &[Type]) -> Result<ResultSet, EngineError> {
    if !bound.is_empty() && bound.len() != columns.len() {
        let message = format!("the result has {} columns, and its text has {}", columns.len(), bound.len());
        return Err(EngineError::new(ErrorClass::Data, message));
    }
    let mut types = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let texts = rows.iter().filter_map(|row| row.get(at)?.as_deref());
        types.push(column_type(column, bound.get(at), texts)?);
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            if row.len() != types.len() {
                let message = format!("a row of the result has {} values for {} columns", row.len(), types.len());
                return Err(EngineError::new(ErrorClass::Data, message));
            }
            row.into_iter().zip(columns).zip(&types).map(|((text, column), ty)| value(text, column, ty)).collect()
        })
        .collect::<Result<_, _>>()?;
    let names = columns.iter().map(|column| column.name().to_owned());
    Ok(ResultSet { columns: names.zip(types).collect(), rows })
}

/// The type that a column's texts are read in.
fn column_type<'a>(
    column: &ColumnInfo,
    bound: Option<&Type>,
    texts: impl Iterator<Item = &'a str>,
) -> Result<Type, EngineError> {
    let (name, base) = (column.name(), column.r#type());
    let told = told_type(base, column.precision(), column.scale());
    if let Some(bound) = bound
        && !agrees(told.as_ref(), bound)
    {
        let message = format!("the column `{name}` is {base} in the result, and {bound} in the statement");
        return Err(EngineError::new(ErrorClass::Data, message));
    }
    let known = bound.filter(|ty| !matches!(ty, Type::Opaque | Type::Unknown | Type::Named(_)));
    let ty = match (known, &told) {
        (Some(bound), _) => bound.clone(),
        (None, Some(told)) => with_digits(told, texts),
        (None, None) => return Err(unreadable(name, base)),
    };
    if is_readable(&ty) { Ok(ty) } else { Err(unreadable(name, &ty.to_string())) }
}

/// The refusal of a column whose values Athena does not carry whole.
fn unreadable(name: &str, ty: &str) -> EngineError {
    let message = format!("the column `{name}` is {ty}: Athena's results do not carry its values whole");
    let help = format!("select json_format(CAST({name} AS JSON)) AS {name} in its place");
    EngineError::new(ErrorClass::Unsupported, message).with_help(help)
}

fn value(text: Option<String>, column: &ColumnInfo, ty: &Type) -> Result<Value, EngineError> {
    let Some(text) = text else { return Ok(Value::Null) };
    read(&text, ty).ok_or_else(|| {
        let message = format!("the result's column `{}` holds `{}`, which is no {ty}", column.name(), shown(&text));
        EngineError::new(ErrorClass::Data, message)
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::types::ColumnInfo;

    use super::{Texts, typed};
    use crate::constant::Value;
    use crate::engine::ErrorClass;
    use crate::types::Type;

    fn column(name: &str, ty: &str) -> ColumnInfo {
        ColumnInfo::builder().name(name).r#type(ty).precision(3).build().expect("both are given")
    }

    fn texts(row: &[Option<&str>]) -> Texts {
        row.iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn null_is_told_from_the_empty_string() {
        let rows = vec![texts(&[None]), texts(&[Some("")])];
        let result = typed(&[column("s", "varchar")], rows, &[Type::VARCHAR]).expect("texts");
        assert_eq!(result.rows, [[Value::Null], [Value::varchar("")]]);
    }

    #[test]
    fn types_come_from_the_statement_and_are_held_against_the_result() {
        let rows = || vec![texts(&[Some("2020-01-01 00:00:00.123456")])];
        let columns = [column("t", "timestamp")];
        for (bound, precision) in [(vec![Type::Timestamp(6)], 6), (vec![Type::Opaque], 6), (vec![], 6)] {
            let result = typed(&columns, rows(), &bound).expect("a time");
            assert_eq!(result.columns, [("t".to_owned(), Type::Timestamp(precision))]);
        }
        let wrong = typed(&columns, rows(), &[Type::Date]).expect_err("another type");
        assert_eq!(wrong.message, "the column `t` is timestamp in the result, and date in the statement");
        assert_eq!(wrong.class, ErrorClass::Data);
        let none = typed(&columns, rows(), &[Type::Date, Type::Date]).expect_err("another number");
        assert_eq!(none.message, "the result has 1 columns, and its text has 2");
        let unread = typed(&[column("n", "bigint")], vec![texts(&[Some("x")])], &[]).expect_err("no number");
        assert_eq!(unread.message, "the result's column `n` holds `x`, which is no bigint");
    }

    #[test]
    fn composites_are_refused_by_name() {
        let error = typed(&[column("l", "array")], vec![], &[Type::array(Type::Integer)]).expect_err("not whole");
        assert_eq!(error.class, ErrorClass::Unsupported);
        assert_eq!(error.message, "the column `l` is array(integer): Athena's results do not carry its values whole");
        assert_eq!(error.help.as_deref(), Some("select json_format(CAST(l AS JSON)) AS l in its place"));
        assert!(typed(&[column("l", "array")], vec![], &[]).is_err());
    }
}
