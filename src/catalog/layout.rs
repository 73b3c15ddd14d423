//! Where a table's partitions lie, read from its properties.
//!
//! Each projection is held to what the documentation asks of it
//! (<https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html>), so that a
//! mistake is found here and not by a query that finds nothing.

use super::error::CatalogError;

use super::pattern::Pattern;
use super::properties::{Entry, Properties};
use super::table::{Column, DateBound, DateUnit, Layout, Projection, Template};
use super::template::TemplateError;
use crate::source::Span;
use crate::types::{Type, nearest};

/// The parts of a projection's properties, behind `projection.column.`.
const PARTS: &[&str] = &["type", "values", "range", "interval", "digits", "format", "interval.unit"];

/// What a projection's type asks for, and what it takes beside it.
const TYPES: &[(&str, &[&str], &[&str])] = &[
    ("enum", &["values"], &[]),
    ("integer", &["range"], &["interval", "digits"]),
    ("date", &["range", "format"], &["interval", "interval.unit"]),
    ("injected", &[], &[]),
];

const TEMPLATE: &str = "storage.location.template";
const ENABLED: &str = "projection.enabled";

/// Reads the layout; `table` is the place to show when something is missing.
pub fn layout(keys: &[Column], properties: &Properties, table: Span, errors: &mut Vec<CatalogError>) -> Layout {
    let enabled = match properties.get(ENABLED) {
        Some(entry) => match entry.value.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                errors.push(wrong(entry, "it is 'true' or 'false'"));
                None
            }
        },
        None => {
            let idle = properties.iter().find(|entry| entry.key == TEMPLATE || entry.key.starts_with("projection."));
            errors.extend(idle.map(|entry| CatalogError::ProjectionDisabled { span: entry.key_span }));
            None
        }
    };
    if keys.is_empty() {
        return Layout::Flat;
    }
    if enabled != Some(true) {
        return Layout::Registered(Vec::new());
    }
    check_names(keys, properties, errors);
    let projections = keys.iter().filter_map(|key| projection(key, properties, table, errors)).collect();
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    let template = properties.get(TEMPLATE).and_then(|entry| {
        let template = Template::new(&entry.value, &names);
        template.map_err(|error| errors.push(template_error(&error, &names, entry.span))).ok()
    });
    Layout::Projection { keys: projections, template }
}

/// Every `projection.…` property belongs to a key and is one that Athena knows.
fn check_names(keys: &[Column], properties: &Properties, errors: &mut Vec<CatalogError>) {
    for entry in properties.iter().filter(|entry| entry.key.starts_with("projection.") && entry.key != ENABLED) {
        let rest = &entry.key["projection.".len()..];
        let key = keys.iter().find(|key| rest.strip_prefix(&key.name).is_some_and(|rest| rest.starts_with('.')));
        let known = key.is_some_and(|key| PARTS.contains(&&rest[key.name.len() + 1..]));
        if !known {
            let all: Vec<String> = keys
                .iter()
                .flat_map(|key| PARTS.iter().map(move |part| format!("projection.{}.{part}", key.name)))
                .collect();
            let nearest = nearest(&entry.key, all.iter().map(String::as_str)).map(str::to_owned);
            let known = format!("a projection has {} for a partition key", PARTS.join(", "));
            errors.push(CatalogError::UnknownProperty { key: entry.key.clone(), nearest, known, span: entry.key_span });
        }
    }
}

fn projection(
    key: &Column,
    properties: &Properties,
    table: Span,
    errors: &mut Vec<CatalogError>,
) -> Option<Projection> {
    let part = |part: &str| properties.get(&format!("projection.{}.{part}", key.name));
    let Some(entry) = part("type") else {
        errors.push(CatalogError::MissingProjection { key: key.name.clone(), span: table });
        return None;
    };
    let name = entry.value.trim().to_ascii_lowercase();
    let Some((name, needed, optional)) = TYPES.iter().find(|(known, ..)| *known == name) else {
        errors.push(wrong(entry, "it is enum, integer, date or injected"));
        return None;
    };
    for other in PARTS.iter().filter(|part| **part != "type" && !needed.contains(part) && !optional.contains(part)) {
        if let Some(other) = part(other) {
            let known = format!("the type {name} takes {}", [*needed, *optional].concat().join(", "));
            let (key, span) = (other.key.clone(), other.key_span);
            errors.push(CatalogError::UnknownProperty { key, nearest: None, known, span });
        }
    }
    let fits = match *name {
        "integer" => key.ty.is_integer() || key.ty.is_text(),
        "date" => key.ty.is_text(),
        "injected" => key.ty == Type::VARCHAR,
        _ => true,
    };
    if !fits {
        let (ty, projection) = (key.ty.to_string(), format!("projected as {name}"));
        errors.push(CatalogError::ProjectedType { key: key.name.clone(), ty, projection, span: entry.span });
    }
    let mut required = |part_name: &str| {
        let found = part(part_name);
        if found.is_none() {
            errors.push(missing(key, part_name, entry.span));
        }
        found
    };
    match *name {
        "enum" => enumeration(required("values")?, errors),
        "integer" => integer(required("range")?, part("interval"), part("digits"), errors),
        "date" => {
            let (range, format) = (required("range"), required("format"));
            date(key, range?, format?, part("interval"), part("interval.unit"), errors)
        }
        _ => Some(Projection::Injected),
    }
}

/// The values between the commas; white space is part of a value, as the documentation says.
fn enumeration(values: &Entry, errors: &mut Vec<CatalogError>) -> Option<Projection> {
    let list: Vec<String> = values.value.split(',').map(str::to_owned).collect();
    let empty = list.iter().any(String::is_empty);
    let twice = list.iter().enumerate().any(|(at, value)| list[..at].contains(value));
    if empty || twice {
        let problem = if empty { "no value between the commas is empty" } else { "each value stands once" };
        errors.push(wrong(values, problem));
        return None;
    }
    Some(Projection::Enum(list))
}

fn integer(
    range: &Entry,
    interval: Option<&Entry>,
    digits: Option<&Entry>,
    errors: &mut Vec<CatalogError>,
) -> Option<Projection> {
    let bounds = range.value.split_once(',').and_then(|(low, high)| {
        let (low, high): (i64, i64) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        (low <= high).then_some((low, high))
    });
    if bounds.is_none() {
        errors.push(wrong(range, "it is the first and the last integer, such as '0,10'"));
    }
    let interval = positive(interval, errors);
    let digits = match digits {
        None => Some(None),
        Some(entry) => {
            let count = entry.value.trim().parse().ok().filter(|count| (1..=19).contains(count));
            if count.is_none() {
                errors.push(wrong(entry, "it is a number of digits from 1 to 19"));
            }
            count.map(Some)
        }
    };
    let ((low, high), interval, digits) = (bounds?, interval?.unwrap_or(1), digits?);
    Some(Projection::Integer { low, high, interval, digits })
}

/// A positive number; the outer none is a mistake, the inner one a property that is not there.
#[allow(clippy::option_option)]
fn positive(entry: Option<&Entry>, errors: &mut Vec<CatalogError>) -> Option<Option<i64>> {
    let Some(entry) = entry else { return Some(None) };
    let number = entry.value.trim().parse().ok().filter(|number| *number > 0);
    if number.is_none() {
        errors.push(wrong(entry, "it is a positive integer"));
    }
    number.map(Some)
}

fn date(
    key: &Column,
    range: &Entry,
    format: &Entry,
    interval: Option<&Entry>,
    unit: Option<&Entry>,
    errors: &mut Vec<CatalogError>,
) -> Option<Projection> {
    let pattern = Pattern::new(&format.value).map_err(|problem| errors.push(wrong(format, &problem))).ok();
    let count = positive(interval, errors);
    let step = match unit {
        Some(entry) => {
            let step = date_unit(entry.value.trim(), true);
            if step.is_none() {
                errors.push(wrong(entry, "it is YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS or MILLIS"));
            }
            step
        }
        None => match pattern.as_ref().map(Pattern::unit) {
            Some(precision @ (DateUnit::Days | DateUnit::Months)) => Some(precision),
            Some(_) => {
                errors.push(missing(key, "interval.unit", format.span));
                None
            }
            None => None,
        },
    };
    let pattern = pattern?;
    if interval.is_none() && !matches!(pattern.unit(), DateUnit::Days | DateUnit::Months) {
        errors.push(missing(key, "interval", format.span));
        return None;
    }
    let bounds =
        range.value.split_once(',').and_then(|(low, high)| Some((bound(low, &pattern)?, bound(high, &pattern)?)));
    let Some((low, high)) = bounds else {
        let expected = format!("it is two values written as `{}`, or NOW plus or minus some units", format.value);
        errors.push(wrong(range, &expected));
        return None;
    };
    if let (DateBound::At(first), DateBound::At(last)) = (&low, &high)
        && pattern.read(first).and_then(|fields| fields.start()) > pattern.read(last).and_then(|fields| fields.start())
    {
        errors.push(wrong(range, "the first value lies behind the last"));
        return None;
    }
    Some(Projection::Date { low, high, format: format.value.clone(), interval: count?.unwrap_or(1), unit: step? })
}

/// A bound of a date range: `NOW`, `NOW-3YEARS` and their like, or a value in the pattern.
fn bound(text: &str, pattern: &Pattern) -> Option<DateBound> {
    let Some(offset) = text.trim().strip_prefix("NOW") else {
        pattern.read(text)?.start()?;
        return Some(DateBound::At(text.to_owned()));
    };
    let offset = offset.trim();
    if offset.is_empty() {
        return Some(DateBound::Now(0, DateUnit::Days));
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let rest = offset.strip_prefix(['+', '-'])?.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = rest.split_at(digits);
    let count: i64 = number.parse().ok().filter(|count| *count <= i64::from(i32::MAX))?;
    Some(DateBound::Now(sign * count, date_unit(unit.trim_start(), false)?))
}

/// A unit's word: in a range upper case, the plural's S optional; as `interval.unit` a plural in any case.
fn date_unit(word: &str, interval: bool) -> Option<DateUnit> {
    const UNITS: [(&str, DateUnit); 7] = [
        ("YEARS", DateUnit::Years),
        ("MONTHS", DateUnit::Months),
        ("WEEKS", DateUnit::Weeks),
        ("DAYS", DateUnit::Days),
        ("HOURS", DateUnit::Hours),
        ("MINUTES", DateUnit::Minutes),
        ("SECONDS", DateUnit::Seconds),
    ];
    let millis = interval && ["MILLIS", "MILLISECONDS"].iter().any(|known| known.eq_ignore_ascii_case(word));
    if millis {
        return Some(DateUnit::Millis);
    }
    let same = |known: &str| {
        if interval { known.eq_ignore_ascii_case(word) } else { known == word || known.strip_suffix('S') == Some(word) }
    };
    UNITS.iter().find(|(known, _)| same(known)).map(|(_, unit)| *unit)
}

fn wrong(entry: &Entry, expected: &str) -> CatalogError {
    let (property, value) = (entry.key.clone(), entry.value.clone());
    CatalogError::PropertyValue { property, value, expected: expected.to_owned(), span: entry.span }
}

fn missing(key: &Column, part: &str, span: Span) -> CatalogError {
    let property = format!("projection.{}.{part}", key.name);
    let example = match part {
        "values" => "a,b,c",
        "range" => "2020/01/01,NOW' or '0,10",
        "format" => "yyyy/MM/dd",
        "interval" => "1",
        _ => "HOURS",
    };
    let help = format!("add '{property}'='{example}'");
    CatalogError::MissingProjectionProperty { key: key.name.clone(), property, help, span }
}

fn template_error(error: &TemplateError, keys: &[&str], span: Span) -> CatalogError {
    let (problem, help) = match error {
        TemplateError::Unknown(name) => (
            format!("names `{name}`, which is no partition key"),
            nearest(name, keys.iter().copied()).map_or_else(
                || format!("the keys are {}", keys.join(", ")),
                |near| format!("did you mean `${{{near}}}`?"),
            ),
        ),
        TemplateError::Missing(key) => {
            let key = keys.get(*key).copied().unwrap_or_default();
            (format!("has no placeholder for `{key}`"), format!("put `${{{key}}}` where the folder's name has it"))
        }
        TemplateError::Adjacent(name) => {
            (format!("has `${{{name}}}` right behind another placeholder"), "end each placeholder with `/`".to_owned())
        }
        TemplateError::Open => ("has `${` without `}`".to_owned(), "close the placeholder".to_owned()),
    };
    CatalogError::Template { problem, help, span }
}
