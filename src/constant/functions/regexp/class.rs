//! Reading a bracketed set of characters: ranges, nested sets, intersections.

use super::super::argument::invalid;
use super::escape::{Escape, escape, posix, posix_or_property};
use super::parse::Parser;
use super::syntax::{Class, Item};
use crate::constant::EvalError;

/// How deep sets may nest.
const DEEPEST: usize = 50;

/// Reads a set behind its opening bracket.
pub(super) fn class(parser: &mut Parser, depth: usize) -> Result<Class, EvalError> {
    if depth > DEEPEST {
        return Err(EvalError::refused("a pattern with sets nested so deep"));
    }
    let negated = parser.skip("^");
    let mut parts = vec![Vec::new()];
    // A closing bracket right at the beginning is a member if another one follows.
    if parser.peek() == Some(']') {
        if !parser.characters[parser.at + 1..].contains(&']') {
            return Err(invalid("empty char-class"));
        }
        parser.at += 1;
        parts[0].push(Item::Range(']', ']'));
    }
    loop {
        let items = parts.last_mut().expect("there is always a last part");
        let character = parser.take().ok_or_else(|| invalid("premature end of char-class"))?;
        match character {
            ']' => break,
            '[' if parser.peek() == Some(':') => items.push(Item::Nested(posix(parser)?)),
            '[' => {
                if parser.peek() == Some(']') && !parser.characters[parser.at + 1..].contains(&']') {
                    return Err(invalid("empty char-class"));
                }
                items.push(Item::Nested(class(parser, depth + 1)?));
            }
            '&' if parser.skip("&") => {
                if items.is_empty() {
                    return Err(EvalError::refused("an intersection with nothing in a pattern"));
                }
                parts.push(Vec::new());
            }
            '-' if items.is_empty() && parser.peek() == Some('-') => {
                return Err(EvalError::refused("a range in a pattern that begins with a hyphen"));
            }
            _ => match member(parser, character)? {
                Escape::Class(class) => items.push(Item::Nested(class)),
                Escape::Character(first) => items.push(range(parser, character, first)?),
            },
        }
    }
    if parts.iter().any(Vec::is_empty) {
        return Err(EvalError::refused("an intersection with nothing in a pattern"));
    }
    Ok(Class { negated, parts })
}

/// Reads one member whose first character has been taken.
fn member(parser: &mut Parser, character: char) -> Result<Escape, EvalError> {
    if character != '\\' {
        return Ok(Escape::Character(character));
    }
    match parser.peek() {
        Some('p' | 'P') => posix_or_property(parser).map(Escape::Class),
        Some('b') => {
            parser.at += 1;
            Ok(Escape::Character('\u{8}'))
        }
        _ => escape(parser),
    }
}

/// A character, or the range that it begins. A hyphen at the end, behind a range or behind a set is a member.
fn range(parser: &mut Parser, written: char, first: char) -> Result<Item, EvalError> {
    let hyphen = parser.peek() == Some('-');
    let behind = parser.characters.get(parser.at + 1).copied();
    if written == '-' || !hyphen || behind == Some(']') {
        return Ok(Item::Range(first, first));
    }
    parser.at += 1;
    let character = parser.take().ok_or_else(|| invalid("premature end of char-class"))?;
    if character == '[' || character == '&' && parser.peek() == Some('&') {
        return Err(EvalError::refused("a range in a pattern that ends with a set"));
    }
    match member(parser, character)? {
        Escape::Class(_) => Err(invalid("char-class value at end of range")),
        Escape::Character(last) if last < first => Err(invalid("empty range in char class")),
        Escape::Character(last) => Ok(Item::Range(first, last)),
    }
}
