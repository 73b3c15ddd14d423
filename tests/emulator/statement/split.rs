//! One statement out of a text: what separates statements, and what is cut off before one runs.

use crate::emulator::wire::error::WireError;

/// The statement's text as it runs and as Athena gives it back: outer white space and semicolons are
/// cut off. Only `'…'`, `"…"` and comments protect a semicolon; a piece that is a comment counts.
///
/// # Errors
///
/// There is not exactly one statement.
pub fn one_statement(text: &str) -> Result<&str, WireError> {
    let pieces: Vec<&str> = pieces(text).into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect();
    match pieces.as_slice() {
        [only] => Ok(only),
        [] => Err(WireError::malformed(format!("Empty sql statement: {}", text.trim_end()))),
        _ => Err(WireError::malformed(format!("Only one sql statement is allowed. Got: {}", text.trim_end()))),
    }
}

fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match character {
            '\'' | '"' => rest[1..].find(character).map_or(rest.len(), |end| end + 2),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            ';' => {
                pieces.push(&text[start..at]);
                start = at + 1;
                1
            }
            other => other.len_utf8(),
        };
        at += length;
    }
    pieces.push(&text[start..]);
    pieces
}
