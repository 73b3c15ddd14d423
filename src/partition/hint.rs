//! What was probably meant by a value that no partition has: a day written another way, a Region misspelt.

use super::needed::Outside;
use crate::catalog::clock::calendar;
use crate::catalog::{Layout, Pattern, Projection, Table, TableInventory};
use crate::types::nearest;

/// Values of more than this many are not looked through for one that is spelled alike.
const MOST_CANDIDATES: u64 = 10_000;

/// A remark about something asked for that no partition covers; none if there is nothing to say.
pub fn hint(outside: &Outside, table: &Table, listed: Option<&TableInventory>, now: i128) -> Option<String> {
    let Outside::Value(key, value) = outside else { return None };
    let column = table.partition_keys.get(*key)?;
    if listed
        .is_some_and(|listed| listed.uncovered.iter().any(|found| found.key == column.name && found.value == *value))
    {
        return Some("there are files in such folders".to_owned());
    }
    let mapped = table.time.as_ref().and_then(|time| time.keys.iter().find(|(mapped, _)| mapped == key));
    let projection = match &table.layout {
        Layout::Projection { keys, .. } => keys.get(*key),
        Layout::Flat | Layout::Registered(_) => None,
    };
    let format = match (projection, mapped) {
        (Some(Projection::Date { format, .. }), _) | (_, Some((_, format))) => Some(format),
        _ => None,
    };
    if let Some(pattern) = format.and_then(|format| Pattern::new(format).ok())
        && pattern.read(value).is_none()
    {
        let example = pattern.format(calendar(now));
        let is_time = |text: &String| pattern.read(text).and_then(|fields| fields.start()).is_some();
        let covers = |text: &String| projection.is_none_or(|projection| projection.contains(text, now));
        return Some(match rewritten(value, &example).filter(|text| is_time(text) && covers(text)) {
            Some(meant) => format!("did you mean '{meant}'?"),
            None => format!("its values are written like '{example}'"),
        });
    }
    let candidates = projection?;
    let few = candidates.count(now).is_some_and(|count| count <= MOST_CANDIDATES);
    let candidates = few.then(|| candidates.values(now)).flatten()?;
    let near = nearest(value, candidates.iter().map(String::as_str))?;
    // Of days and numbers, the one beside it is no better guess than any other.
    let guess = matches!(projection, Some(Projection::Enum(_)));
    guess.then(|| format!("did you mean '{near}'?"))
}

/// A text's digits in the places of another's, if it has as many.
fn rewritten(text: &str, form: &str) -> Option<String> {
    let is_digit = |character: &char| character.is_ascii_digit();
    let mut digits = text.chars().filter(is_digit);
    let count = text.chars().filter(is_digit).count();
    if count != form.chars().filter(is_digit).count() {
        return None;
    }
    form.chars().map(|character| if is_digit(&character) { digits.next() } else { Some(character) }).collect()
}
