//! Functions over regular expressions with Trino's results.
//!
//! Patterns have Joni's meaning; see `parse.rs`. A search goes on behind the last match, or one
//! character further if that was empty, so an empty match may follow a match at once.

mod class;
mod escape;
mod group;
mod parse;
mod pattern;
mod repeat;
mod replacement;
mod syntax;
mod write;

use self::pattern::{Pattern, Span};
use super::argument::{array, integer, invalid, lambda, text, value};
use super::{Argument, Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    Some(Body::Strict(match (name, arguments.len()) {
        ("regexp_like", 2) => like,
        ("regexp_extract", 2 | 3) => extract,
        ("regexp_extract_all", 2 | 3) => extract_all,
        ("regexp_replace", 3) if matches!(arguments[2], Type::Function(..)) => {
            return Some(Body::HigherOrder(replace_by_lambda));
        }
        ("regexp_replace", 2 | 3) => replace,
        ("regexp_split", 2) => split,
        ("regexp_count", 2) => count,
        ("regexp_position", 2..=4) => position,
        _ => return None,
    }))
}

fn like(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    pattern.check(source)?;
    pattern.is_match(source).map(Value::Boolean)
}

/// Walks over the matches from a place on, until the visitor has enough.
fn walk(
    pattern: &Pattern,
    source: &str,
    mut from: usize,
    mut visit: impl FnMut(&[Option<Span>], Span) -> Result<bool, EvalError>,
) -> Result<(), EvalError> {
    pattern.check(source)?;
    while let Some(groups) = pattern.find(source, from)? {
        let whole = groups.first().copied().flatten().expect("a match has a span");
        if !visit(&groups, whole)? {
            return Ok(());
        }
        from = whole.1;
        if whole.0 == whole.1 {
            let Some(next) = source[from..].chars().next() else { return Ok(()) };
            from += next.len_utf8();
        }
    }
    Ok(())
}

/// The number of a group asked for, zero if none is.
fn group(pattern: &Pattern, arguments: &[Value]) -> Result<usize, EvalError> {
    let group = arguments.get(2).map_or(0, integer);
    let Ok(number) = usize::try_from(group) else { return Err(invalid("Group cannot be negative")) };
    if number > pattern.groups {
        return Err(invalid(format!("Pattern has {} groups. Cannot access group {group}", pattern.groups)));
    }
    Ok(number)
}

fn part(source: &str, span: Option<Span>) -> Value {
    span.map_or(Value::Null, |(begin, end)| Value::varchar(&source[begin..end]))
}

fn extract(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    let group = group(&pattern, arguments)?;
    let mut found = Value::Null;
    walk(&pattern, source, 0, |groups, _| {
        found = part(source, groups[group]);
        Ok(false)
    })?;
    Ok(found)
}

fn extract_all(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    let group = group(&pattern, arguments)?;
    let mut found = Vec::new();
    walk(&pattern, source, 0, |groups, _| {
        found.push(part(source, groups[group]));
        Ok(true)
    })?;
    Ok(array(found))
}

fn replace(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    let replacement = arguments.get(2).map_or("", text);
    let mut result = String::new();
    let mut behind = 0;
    walk(&pattern, source, 0, |groups, (begin, end)| {
        result.push_str(&source[behind..begin]);
        behind = end;
        replacement::append(&mut result, replacement, source, &pattern, groups)?;
        Ok(true)
    })?;
    result.push_str(&source[behind..]);
    Ok(Value::varchar(result))
}

/// The lambda gets the groups of each match; if it gives NULL once, all is NULL.
fn replace_by_lambda(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (source, pattern) = (value(arguments, 0), value(arguments, 1));
    if source.is_null() || pattern.is_null() {
        return Ok(Value::Null);
    }
    let (source, pattern, replacement) = (text(source), Pattern::of(text(pattern))?, lambda(arguments, 2));
    let mut result = Some(String::new());
    let mut behind = 0;
    walk(&pattern, source, 0, |groups, (begin, end)| {
        let parts = groups.iter().skip(1).map(|group| part(source, *group)).collect();
        let Value::Varchar(replaced) = replacement(&[array(parts)])? else {
            result = None;
            return Ok(false);
        };
        if let Some(result) = &mut result {
            result.push_str(&source[behind..begin]);
            result.push_str(&replaced);
        }
        behind = end;
        Ok(true)
    })?;
    Ok(result.map_or(Value::Null, |result| Value::varchar(result + &source[behind..])))
}

fn split(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    let mut parts = Vec::new();
    let mut behind = 0;
    walk(&pattern, source, 0, |_, (begin, end)| {
        parts.push(Value::varchar(&source[behind..begin]));
        behind = end;
        Ok(true)
    })?;
    parts.push(Value::varchar(&source[behind..]));
    Ok(array(parts))
}

fn count(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    let mut count = 0;
    walk(&pattern, source, 0, |_, _| {
        count += 1;
        Ok(true)
    })?;
    Ok(Value::Integer(count))
}

/// The place of the n-th match, counted in characters from one; -1 if there is none.
fn position(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (source, pattern) = (text(&arguments[0]), Pattern::of(text(&arguments[1]))?);
    let start = arguments.get(2).map_or(1, integer);
    let mut occurrence = arguments.get(3).map_or(1, integer);
    if start < 1 {
        return Err(invalid("start position cannot be smaller than 1"));
    }
    if occurrence < 1 {
        return Err(invalid("occurrence cannot be smaller than 1"));
    }
    let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
    let Some((from, _)) = source.char_indices().nth(skipped) else { return Ok(Value::Integer(-1)) };
    let mut found = -1;
    walk(&pattern, source, from, |_, (begin, _)| {
        occurrence -= 1;
        if occurrence == 0 {
            found = source[..begin].chars().count() as i64 + 1;
        }
        Ok(occurrence > 0)
    })?;
    Ok(Value::Integer(found))
}
