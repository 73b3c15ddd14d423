//! `soundex`, in the American variant that Trino uses: H and W do not part equal codes, vowels do.

use super::super::Function;
use super::super::argument::text;
use crate::constant::{EvalError, Value};

/// The codes of A to Z; `0` for vowels, `-` for the silent H and W.
const CODES: &[u8; 26] = b"01230120022455012623010202";

pub(super) fn soundex(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = text(&arguments[0]);
    if !whole.is_ascii() {
        return Err(EvalError::refused("soundex of text beyond ASCII"));
    }
    let letters: Vec<u8> =
        whole.bytes().filter(u8::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()).collect();
    let Some(first) = letters.first() else { return Ok(Value::varchar("")) };
    let code = |letter: &u8| CODES.get(usize::from(letter - b'A')).copied().unwrap_or(b'0');
    let mut result = String::from(char::from(*first));
    let mut last = code(first);
    for letter in letters.iter().skip(1).filter(|letter| !matches!(letter, b'H' | b'W')) {
        let next = code(letter);
        if next != b'0' && next != last && result.len() < 4 {
            result.push(char::from(next));
        }
        last = next;
    }
    while result.len() < 4 {
        result.push('0');
    }
    Ok(Value::varchar(result))
}
