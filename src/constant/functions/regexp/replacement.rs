//! The replacement text of `regexp_replace`: `$1`, `${name}`, and a backslash that takes the next character as it is.

use super::super::argument::invalid;
use super::pattern::{Pattern, Span};
use crate::constant::EvalError;

/// Appends what a match is replaced with.
pub(super) fn append(
    result: &mut String,
    replacement: &str,
    source: &str,
    pattern: &Pattern,
    groups: &[Option<Span>],
) -> Result<(), EvalError> {
    let error = || invalid(format!("Illegal replacement sequence: {replacement}"));
    let mut rest = replacement.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => result.push(rest.next().ok_or_else(error)?),
            '$' => {
                let group = if let Some(behind) = rest.as_str().strip_prefix('{') {
                    let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
                    rest = behind.chars();
                    *pattern
                        .names
                        .get(name)
                        .ok_or_else(|| invalid(format!("Illegal replacement sequence: unknown group {{ {name} }}")))?
                } else {
                    number(&mut rest, pattern.groups).ok_or_else(error)?
                };
                if let Some((begin, end)) = groups[group] {
                    result.push_str(&source[begin..end]);
                }
            }
            _ => result.push(character),
        }
    }
    Ok(())
}

/// The number of a group: one digit, and further ones as long as there is such a group.
fn number(rest: &mut std::str::Chars<'_>, groups: usize) -> Option<usize> {
    let digit = |rest: &std::str::Chars<'_>| rest.clone().next()?.to_digit(10).map(|digit| digit as usize);
    let mut number = digit(rest).filter(|number| *number <= groups)?;
    rest.next();
    while let Some(next) = digit(rest).map(|digit| number * 10 + digit).filter(|next| *next <= groups) {
        number = next;
        rest.next();
    }
    Some(number)
}
