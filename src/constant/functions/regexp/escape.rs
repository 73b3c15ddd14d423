//! What a backslash means in a pattern, and the named sets of characters.

use super::super::argument::invalid;
use super::parse::Parser;
use super::syntax::{Class, Item};
use crate::constant::EvalError;

/// What an escape stands for.
pub(super) enum Escape {
    Character(char),
    Class(Class),
}

/// Reads an escape behind its backslash that means the same inside and outside of brackets.
pub(super) fn escape(parser: &mut Parser) -> Result<Escape, EvalError> {
    let character = parser.take().ok_or_else(|| invalid("end pattern at escape"))?;
    Ok(Escape::Character(match character {
        'd' => return Ok(set("0-9", false)),
        'D' => return Ok(set("0-9", true)),
        'w' => return Ok(set("A-Za-z0-9_", false)),
        'W' => return Ok(set("A-Za-z0-9_", true)),
        's' => return Ok(set(r"\x09-\x0D\x20", false)),
        'S' => return Ok(set(r"\x09-\x0D\x20", true)),
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'v' => '\u{b}',
        'a' => '\u{7}',
        'e' => '\u{1b}',
        'c' => match parser.take() {
            Some(letter) if letter.is_ascii_alphabetic() => char::from(letter as u8 & 0x1f),
            _ => return Err(EvalError::refused(r"such a \c in a pattern")),
        },
        'x' if parser.skip("{") => {
            let digits = parser.until("}").ok_or_else(|| invalid("invalid code point value"))?;
            hexadecimal(&digits)?
        }
        'x' => fixed_hexadecimal(parser, 2)?,
        'u' => fixed_hexadecimal(parser, 4)?,
        '0' => {
            let mut code = 0;
            for _ in 0..2 {
                let Some(digit) = parser.peek().and_then(|next| next.to_digit(8)) else { break };
                parser.at += 1;
                code = code * 8 + digit;
            }
            char::from_u32(code).expect("two octal digits are a character")
        }
        'h' | 'H' | 'R' | 'X' | 'y' => character,
        _ if character.is_alphanumeric() => {
            return Err(EvalError::refused(format!(r"\{character} in a pattern")));
        }
        _ => character,
    }))
}

fn set(ranges: &str, negated: bool) -> Escape {
    let mut class = Class::known(format!("[{ranges}]"));
    class.negated = negated;
    Escape::Class(class)
}

fn fixed_hexadecimal(parser: &mut Parser, length: usize) -> Result<char, EvalError> {
    let digits: String = parser.characters.iter().skip(parser.at).take(length).collect();
    if digits.chars().count() < length || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(EvalError::refused("a short hexadecimal number in a pattern"));
    }
    let character = hexadecimal(&digits)?;
    // Two digits above ASCII are a byte of the text's encoding to Joni, not a character.
    if length == 2 && !character.is_ascii() {
        return Err(EvalError::refused(r"\x above 7F in a pattern"));
    }
    parser.at += length;
    Ok(character)
}

fn hexadecimal(digits: &str) -> Result<char, EvalError> {
    let code = u32::from_str_radix(digits, 16).ok();
    code.and_then(char::from_u32).ok_or_else(|| EvalError::refused(format!("the character {digits} in a pattern")))
}

/// Reads `p{Name}` or `P{Name}` behind a backslash.
pub(super) fn posix_or_property(parser: &mut Parser) -> Result<Class, EvalError> {
    let negated = parser.take() == Some('P');
    let name = if parser.skip("{") {
        parser.until("}").ok_or_else(|| invalid("invalid character property name"))?
    } else {
        return Err(EvalError::refused(r"\p without braces in a pattern"));
    };
    let mut class = named(parser, &name)?;
    class.negated = negated;
    Ok(class)
}

/// Reads `[:name:]` behind its first bracket.
pub(super) fn posix(parser: &mut Parser) -> Result<Class, EvalError> {
    parser.at += 1;
    let negated = parser.skip("^");
    let name = parser.until(":]").ok_or_else(|| EvalError::refused("[: in a pattern without a name"))?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(EvalError::refused("such a [:name:] in a pattern"));
    }
    let mut class = named(parser, &name)?;
    class.negated = negated;
    Ok(class)
}

/// A set by its name. General categories are the same everywhere; of other sets the ASCII part is known.
fn named(parser: &mut Parser, name: &str) -> Result<Class, EvalError> {
    let general = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "Nd", "Nl", "No", "P", "S", "Z", "Zs"].contains(&name);
    if general {
        return Ok(Class::known(format!(r"\p{{{name}}}")));
    }
    let ranges: &[(char, char)] = match name.to_ascii_lowercase().as_str() {
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "digit" => &[('0', '9')],
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "upper" => &[('A', 'Z')],
        "lower" => &[('a', 'z')],
        "space" => &[('\u{9}', '\u{d}'), (' ', ' ')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        _ => return Err(EvalError::refused(format!("the set of characters {name} in a pattern"))),
    };
    parser.limits.ascii_only = true;
    Ok(Class { negated: false, parts: vec![ranges.iter().map(|(first, last)| Item::Range(*first, *last)).collect()] })
}
