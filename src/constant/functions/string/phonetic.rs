//! `soundex`, in the American variant that Trino uses: H and W do not part equal codes, vowels do.

use super::super::Function;
use super::super::argument::{invalid, text};
use crate::constant::{EvalError, Value};

/// The codes of A to Z; `0` for vowels, `-` for the silent H and W.
const CODES: &[u8; 26] = b"01230120022455012623010202";

pub(super) fn soundex(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = text(&arguments[0]);
    let letters =
        whole.chars().filter(|letter| letter.is_alphabetic() && !letter.is_numeric()).flat_map(char::to_uppercase);
    // The Java code takes UTF-16 units, so letters beyond the first plane are none.
    let mut letters = letters.filter(|letter| u32::from(*letter) <= 0xFFFF);
    let code = |letter: char| {
        let code = usize::try_from(u32::from(letter)).ok().and_then(|at| at.checked_sub(usize::from(b'A')));
        let code = code.and_then(|at| CODES.get(at)).copied();
        code.ok_or_else(|| invalid(format!("The character is not mapped: {letter}")))
    };
    let Some(first) = letters.next() else { return Ok(Value::varchar("")) };
    let mut last = code(first)?;
    let mut result = String::from(first);
    for letter in letters.filter(|letter| !matches!(letter, 'H' | 'W')) {
        if result.len() == 4 {
            break;
        }
        let next = code(letter)?;
        if next != b'0' && next != last {
            result.push(char::from(next));
        }
        last = next;
    }
    while result.len() < 4 {
        result.push('0');
    }
    Ok(Value::varchar(result))
}
