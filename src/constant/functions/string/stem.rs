//! `word_stem`: the stem of a word, by Snowball's rules for its language.

use rust_stemmers::{Algorithm, Stemmer};

use super::super::Function;
use super::super::argument::{invalid, text};
use crate::constant::{EvalError, Value};

/// A word's stem; English without a language.
pub(super) fn stem(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let language = arguments.get(1).map_or("en", text);
    let algorithm = match language {
        "en" => Algorithm::English,
        "de" | "fr" | "es" | "it" | "pt" | "nl" | "da" | "no" | "sv" | "fi" | "hu" | "ro" | "ru" | "tr" | "ca"
        | "eu" | "hy" | "ir" | "lt" => return Err(EvalError::refused(format!("word_stem of words in '{language}'"))),
        _ => return Err(invalid(format!("Unknown stemmer language: {language}"))),
    };
    let word = text(&arguments[0]);
    if let Some(short) = short_root(word) {
        return Ok(Value::varchar(short));
    }
    Ok(Value::varchar(Stemmer::create(algorithm).stem(word)))
}

/// The root of `added`, `egged` and their like: by the newer rules they keep both of their consonants.
fn short_root(word: &str) -> Option<&str> {
    let suffixes = ["ed", "edly", "ing", "ingly"];
    let root = suffixes.iter().find_map(|suffix| word.strip_suffix(suffix).filter(|root| root.len() == 3))?;
    let [vowel, consonant, again] = root.as_bytes() else { return None };
    (b"aeo".contains(vowel) && consonant == again && b"bdfgmnprt".contains(consonant)).then_some(root)
}
