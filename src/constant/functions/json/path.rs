//! JSON paths in the form that Trino's `json_extract` family takes: `$`, `.name`, `[index]`, `["name"]`.
//!
//! There are no wildcards, filters or recursion; Trino calls those paths invalid, and so does this.
//! Every step is a name; a step that reads as an integer is also an array's index.

use std::sync::LazyLock;

use regex::Regex;

use super::super::argument::invalid;
use crate::constant::EvalError;

/// A compiled path.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) steps: Vec<Step>,
}

/// One step of a path.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    /// The member of an object.
    pub(super) name: String,
    /// The place in an array, if the name reads as one.
    pub(super) index: Option<usize>,
}

/// `Character.isLetterOrDigit`.
static LETTER_OR_DIGIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{Nd}]$").expect("the pattern is a constant that compiles"));

impl Path {
    /// Reads a path.
    pub(super) fn parse(path: &str) -> Result<Path, EvalError> {
        let error = || invalid(format!("Invalid JSON path: '{path}'"));
        let mut rest = path.strip_prefix('$').ok_or_else(error)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let name;
            if let Some(behind) = rest.strip_prefix('.') {
                let length = length_of(behind, |character| character == ':' || is_plain(character));
                (name, rest) = (behind[..length].to_owned(), &behind[length..]);
                if name.is_empty() {
                    return Err(error());
                }
            } else if let Some(behind) = rest.strip_prefix("[\"") {
                let (quoted, behind) = quoted(behind).ok_or_else(error)?;
                name = quoted;
                rest = behind.strip_prefix(']').ok_or_else(error)?;
            } else if let Some(behind) = rest.strip_prefix('[') {
                let length = length_of(behind, is_plain);
                name = behind[..length].to_owned();
                rest = behind[length..].strip_prefix(']').ok_or_else(error)?;
                if name.is_empty() {
                    return Err(error());
                }
            } else {
                return Err(error());
            }
            steps.push(Step { index: index(&name)?, name });
        }
        Ok(Path { steps })
    }
}

/// How many bytes at the beginning are such characters.
fn length_of(text: &str, is_such: impl Fn(char) -> bool) -> usize {
    text.find(|character| !is_such(character)).unwrap_or(text.len())
}

/// Whether a character may stand in a step without quotes. Java sees a character beyond 16 bits as
/// two halves, of which neither is a letter.
fn is_plain(character: char) -> bool {
    match character {
        '_' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        '\u{10000}'.. => false,
        _ => LETTER_OR_DIGIT.is_match(character.encode_utf8(&mut [0; 4])),
    }
}

/// The name up to the closing quote and what is behind it; only quotes and backslashes are escaped.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((name, &text[at + 1..])),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                _ => return None,
            },
            _ => name.push(character),
        }
    }
    None
}

/// The name as Java's `Integer.parseInt` reads it; a negative index is never met.
fn index(name: &str) -> Result<Option<usize>, EvalError> {
    let digits = name.strip_prefix(['+', '-']).unwrap_or(name);
    if digits.chars().any(|character| !character.is_ascii() && character.is_numeric()) {
        return Err(EvalError::refused("a JSON path with digits beyond ASCII"));
    }
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(name.parse::<i32>().ok().and_then(|index| usize::try_from(index).ok()))
}
