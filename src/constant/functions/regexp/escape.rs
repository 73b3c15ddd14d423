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
        // Letters that mean something elsewhere stand for themselves here.
        letter if letter.is_alphabetic() && !matches!(letter, 'C' | 'G') => letter,
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
        parser.take().ok_or_else(|| invalid("invalid character property name"))?.to_string()
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

/// A set by its name, whose case does not matter. The POSIX names stand for Unicode's properties.
fn named(parser: &mut Parser, name: &str) -> Result<Class, EvalError> {
    const CATEGORIES: [&str; 36] = [
        "l", "lu", "ll", "lt", "lm", "lo", "letter", "m", "mn", "mc", "me", "mark", "n", "nd", "nl", "no", "number",
        "p", "pc", "pd", "ps", "pe", "pi", "pf", "po", "s", "sm", "sc", "sk", "so", "symbol", "z", "zs", "zl", "zp",
        "cc",
    ];
    const SCRIPTS: [&str; 14] = [
        "latin",
        "greek",
        "cyrillic",
        "han",
        "hiragana",
        "katakana",
        "hangul",
        "arabic",
        "hebrew",
        "thai",
        "devanagari",
        "armenian",
        "georgian",
        "alphabetic",
    ];
    let plain = name.to_ascii_lowercase();
    if CATEGORIES.contains(&plain.as_str()) || SCRIPTS.contains(&plain.as_str()) {
        return Ok(Class::known(format!(r"\p{{{plain}}}")));
    }
    Ok(Class::known(match plain.as_str() {
        "alpha" => r"\p{Alphabetic}",
        "digit" => r"\p{Nd}",
        "alnum" => r"[\p{Alphabetic}\p{Nd}]",
        "upper" => r"\p{Uppercase}",
        "lower" => r"\p{Lowercase}",
        "space" => r"\p{White_Space}",
        "blank" => r"[\x09\p{Zs}]",
        "punct" => r"\p{P}",
        "cntrl" => r"\p{Cc}",
        "ascii" => r"[\x00-\x7F]",
        "xdigit" => "[0-9A-Fa-f]",
        "word" => r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]",
        "graph" | "print" => {
            parser.limits.ascii_only = true;
            let first = if plain == "graph" { '!' } else { ' ' };
            return Ok(Class { negated: false, parts: vec![vec![Item::Range(first, '~')]] });
        }
        _ if plain.strip_prefix("is").is_some_and(|rest| CATEGORIES.contains(&rest) || SCRIPTS.contains(&rest)) => {
            return Err(invalid(format!("invalid character property name <{name}>")));
        }
        _ => return Err(EvalError::refused(format!("the set of characters {name} in a pattern"))),
    }))
}
