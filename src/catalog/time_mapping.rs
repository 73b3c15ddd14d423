//! `athplan.time.*`: which column says when something happened, and which keys follow from it.

use super::clock::{SECOND, calendar};
use super::error::CatalogError;

use super::pattern::Pattern;
use super::properties::{Entry, Properties};
use super::table::{Column, DateUnit, Projection, TimeFormat, TimeMapping};
use crate::source::Span;
use crate::types::{Type, nearest};

/// athplan's own table properties.
pub const PROPERTIES: &[&str] =
    &["athplan.time.column", "athplan.time.format", "athplan.time.keys", "athplan.time.slack"];

/// The slack of a mapping that states none: CloudTrail delivers within minutes as a rule, and an
/// hour costs a second day only near midnight.
const DEFAULT_SLACK: i64 = 3600;

/// A projection with more values than this is held against its pattern by samples.
const CHECKED_VALUES: u64 = 10_000;

/// Reads the mapping; `projections` are those of the keys, if the layout has them.
pub fn time_mapping(
    columns: &[Column],
    keys: &[Column],
    projections: Option<&[Projection]>,
    properties: &Properties,
    errors: &mut Vec<CatalogError>,
) -> Option<TimeMapping> {
    check_names(properties, errors);
    let first = PROPERTIES.iter().find_map(|name| properties.get(name))?;
    let mut required = |name: &str, help: &str| {
        let found = properties.get(name);
        if found.is_none() {
            let (property, help) = (name.to_owned(), help.to_owned());
            errors.push(CatalogError::TimeProperty { property, help, span: first.key_span });
        }
        found
    };
    let column = required("athplan.time.column", "add 'athplan.time.column'='eventtime', the column of the event time");
    let format = match column.and_then(|entry| find(columns, &entry.value)) {
        Some((_, Column { ty: Type::Timestamp(_) | Type::TimestampWithTimeZone(_), .. })) => {
            properties.get("athplan.time.format")
        }
        _ => required("athplan.time.format", "add 'athplan.time.format'='iso8601', or unix, unix_ms or a date pattern"),
    };
    let column = column.and_then(|entry| {
        let found = find(columns, &entry.value);
        if found.is_none() {
            let nearest = nearest(&entry.value, columns.iter().map(|column| column.name.as_str())).map(str::to_owned);
            let (kind, name) = ("column".to_owned(), entry.value.clone());
            errors.push(CatalogError::TimeName { kind, name, nearest, span: entry.span });
        }
        found
    });
    let format = column.and_then(|(_, column)| time_format(column, format, errors));
    let slack = properties.get("athplan.time.slack").map_or(Some(DEFAULT_SLACK), |entry| {
        let slack = seconds(&entry.value);
        if slack.is_none() {
            errors.push(wrong(entry, "it is a length of time such as '1 hour', '15 minutes' or '0 seconds'"));
        }
        slack
    });
    let keys = properties
        .get("athplan.time.keys")
        .map_or_else(|| Some(Vec::new()), |entry| time_keys(entry, keys, projections, errors));
    Some(TimeMapping { column: column?.0, format: format?, keys: keys?, slack: slack? })
}

fn check_names(properties: &Properties, errors: &mut Vec<CatalogError>) {
    for entry in properties.iter().filter(|entry| entry.key.to_ascii_lowercase().starts_with("athplan.")) {
        if !PROPERTIES.contains(&entry.key.as_str()) {
            let nearest = nearest(&entry.key, PROPERTIES.iter().copied()).map(str::to_owned);
            let known = format!("athplan's properties are {}", PROPERTIES.join(", "));
            errors.push(CatalogError::UnknownProperty { key: entry.key.clone(), nearest, known, span: entry.key_span });
        }
    }
}

fn find<'a>(columns: &'a [Column], name: &str) -> Option<(usize, &'a Column)> {
    columns.iter().enumerate().find(|(_, column)| column.name.eq_ignore_ascii_case(name.trim()))
}

fn time_format(column: &Column, entry: Option<&Entry>, errors: &mut Vec<CatalogError>) -> Option<TimeFormat> {
    let is_timestamp = matches!(column.ty, Type::Timestamp(_) | Type::TimestampWithTimeZone(_));
    let Some(entry) = entry else { return is_timestamp.then_some(TimeFormat::Timestamp) };
    let (format, fits) = match entry.value.trim() {
        "iso8601" => (TimeFormat::Iso8601, column.ty.is_text()),
        "unix" => (TimeFormat::Unix, column.ty.is_numeric()),
        "unix_ms" => (TimeFormat::UnixMillis, column.ty.is_numeric()),
        "timestamp" => (TimeFormat::Timestamp, is_timestamp),
        pattern => match Pattern::new(pattern) {
            Ok(_) => (TimeFormat::Pattern(pattern.to_owned()), column.ty.is_text()),
            Err(problem) => {
                errors.push(wrong(
                    entry,
                    &format!("it is iso8601, unix, unix_ms, timestamp or a date pattern; {problem}"),
                ));
                return None;
            }
        },
    };
    if !fits {
        errors.push(wrong(entry, &format!("the column `{}` is of type {}", column.name, column.ty)));
        return None;
    }
    Some(format)
}

/// `1 hour`, `15 minutes` as seconds.
fn seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_once(char::is_whitespace)?;
    let number: i64 = number.parse().ok().filter(|number| *number >= 0)?;
    let unit = match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    number.checked_mul(unit).filter(|seconds| *seconds <= 3_660 * 86_400)
}

/// `year=yyyy,month=MM,day=dd`. A pattern has no comma, since folders have none.
fn time_keys(
    entry: &Entry,
    keys: &[Column],
    projections: Option<&[Projection]>,
    errors: &mut Vec<CatalogError>,
) -> Option<Vec<(usize, String)>> {
    let before = errors.len();
    let mut found: Vec<(usize, String, Pattern)> = Vec::new();
    for part in entry.value.split(',') {
        let Some((name, format)) = part.split_once('=') else {
            errors.push(wrong(entry, "it is a list such as 'day=yyyy/MM/dd' or 'year=yyyy,month=MM,day=dd'"));
            continue;
        };
        let Some((key, column)) = find(keys, name) else {
            let nearest = nearest(name.trim(), keys.iter().map(|key| key.name.as_str())).map(str::to_owned);
            let (kind, name) = ("partition key".to_owned(), name.trim().to_owned());
            errors.push(CatalogError::TimeName { kind, name, nearest, span: entry.span });
            continue;
        };
        match Pattern::new(format) {
            Ok(pattern) => {
                let projection = projections.and_then(|all| all.get(key));
                errors.extend(disagreement(column, format, &pattern, projection, entry.span));
                found.push((key, format.to_owned(), pattern));
            }
            Err(problem) => errors.push(wrong(entry, &problem)),
        }
    }
    let mut units: Vec<DateUnit> = found.iter().flat_map(|(_, _, pattern)| pattern.units()).collect();
    units.sort_unstable();
    let by_day_of_year = found.iter().any(|(_, format, _)| format.contains('D'));
    let whole: &[DateUnit] = if by_day_of_year {
        &[DateUnit::Years, DateUnit::Days, DateUnit::Hours, DateUnit::Minutes, DateUnit::Seconds, DateUnit::Millis]
    } else {
        &[
            DateUnit::Years,
            DateUnit::Months,
            DateUnit::Days,
            DateUnit::Hours,
            DateUnit::Minutes,
            DateUnit::Seconds,
            DateUnit::Millis,
        ]
    };
    if errors.len() == before && !whole.starts_with(&units) {
        errors.push(CatalogError::TimeKeys { span: entry.span });
    }
    found.sort_by_key(|(_, _, pattern)| pattern.units().min());
    (errors.len() == before).then(|| found.into_iter().map(|(key, format, _)| (key, format)).collect())
}

/// The first projected value that the pattern would write otherwise: such a key could never be found
/// from a time.
fn disagreement(
    key: &Column,
    format: &str,
    pattern: &Pattern,
    projection: Option<&Projection>,
    span: Span,
) -> Option<CatalogError> {
    let error =
        |value: String| CatalogError::TimeKeyPattern { key: key.name.clone(), value, pattern: format.to_owned(), span };
    match projection? {
        Projection::Date { format: projected, .. } => {
            // Any two different patterns differ at some time; this one has no part that looks like another.
            let sample = calendar(1_002_003_004 * SECOND);
            let projected = Pattern::new(projected).ok()?.format(sample);
            (pattern.format(sample) != projected).then(|| error(projected))
        }
        Projection::Injected => None,
        other => {
            let values = other.count(0).filter(|count| *count <= CHECKED_VALUES).and_then(|_| other.values(0))?;
            values.into_iter().find(|value| !reads_back(pattern, value)).map(error)
        }
    }
}

/// Whether a value is what the pattern writes for what it reads there; a month or day alone is
/// completed with a year that has every day.
fn reads_back(pattern: &Pattern, value: &str) -> bool {
    let completed = Pattern::new("yyyy MM").ok().and_then(|year| year.read("2000 01")).unwrap_or_default();
    let start = pattern.read(value).and_then(|fields| fields.or(completed).start());
    start.is_some_and(|at| pattern.format(at) == value)
}

fn wrong(entry: &Entry, expected: &str) -> CatalogError {
    let (property, value) = (entry.key.clone(), entry.value.clone());
    CatalogError::PropertyValue { property, value, expected: expected.to_owned(), span: entry.span }
}
