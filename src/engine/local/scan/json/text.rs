//! JSON as the text of a varchar column: strings unescaped, everything else compact.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::decimal::DecimalText;
use super::decode::{Mismatch, entries, items};
use super::scalar::parse_integer_literal;

/// Objects and arrays nested deeper than this are refused when their text has to be rewritten.
const MAXIMUM_DEPTH: usize = 128;

/// The text of a JSON string, its quotes and escapes undone. A surrogate without its pair becomes
/// `?`, as Java writes it in UTF-8.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = rest[at + 1..].chars().next();
        rest = &rest[at + 1 + escape.map_or(0, char::len_utf8)..];
        match escape {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('u') => {
                let (decoded, tail) = unescape_unit(rest);
                text.push(decoded);
                rest = tail;
            }
            Some(other) => text.push(other),
            None => {}
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character of the four hexadecimal digits that follow `\u`, and of the low surrogate behind
/// them if they are a high one.
pub fn unescape_unit(rest: &str) -> (char, &str) {
    let unit = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(first) = unit(rest) else { return ('?', rest) };
    let tail = &rest[4..];
    if let Some(character) = char::from_u32(first) {
        return (character, tail);
    }
    if first < 0xdc00
        && let Some(second) = tail.strip_prefix("\\u").and_then(unit).filter(|low| (0xdc00..0xe000).contains(low))
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or('?'), &tail[6..]);
    }
    ('?', tail)
}

/// JSON without the white space between its tokens; numbers and escapes as they stand.
pub fn compact(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let (mut quoted, mut escaped) = (false, false);
    for character in raw.chars() {
        if !quoted && character.is_ascii_whitespace() {
            continue;
        }
        text.push(character);
        quoted ^= character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
    }
    Cow::Owned(text)
}

/// JSON as the OpenX SerDe writes it: compact, numbers as Java prints them, the last of equal keys.
///
/// # Errors
///
/// It is nested too deep.
pub fn canonical(raw: &RawValue, out: &mut String, depth: usize) -> Result<(), Mismatch> {
    if depth > MAXIMUM_DEPTH {
        return Err(Mismatch::new(format!("JSON is nested deeper than {MAXIMUM_DEPTH} levels")));
    }
    match raw.get().as_bytes().first() {
        Some(b'{') => {
            out.push('{');
            for (at, (key, value)) in entries(raw, true)?.into_iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                quote(&key, out);
                out.push(':');
                canonical(value, out, depth + 1)?;
            }
            out.push('}');
        }
        Some(b'[') => {
            out.push('[');
            for (at, value) in items(raw)?.into_iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                canonical(value, out, depth + 1)?;
            }
            out.push(']');
        }
        Some(b'"') => quote(&unescape(raw.get()), out),
        _ => out.push_str(&canonical_scalar(raw.get())),
    }
    Ok(())
}

/// A number, boolean or null as the OpenX SerDe writes it.
pub fn canonical_scalar(raw: &str) -> Cow<'_, str> {
    if let Some(number) = parse_integer_literal(raw) {
        return Cow::Owned(number.to_string());
    }
    DecimalText::parse(raw).map_or(Cow::Borrowed(raw), |number| Cow::Owned(number.to_text()))
}

/// A text as a JSON string.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut previous = ' ';
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '/' if previous == '<' => out.push_str("\\/"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            control if control <= '\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
        previous = character;
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped() {
        assert_eq!(unescape(r#""a\"b\\cé😀\/""#), "a\"b\\cé😀/");
        assert_eq!(unescape(r#""\ud83dx\udc00""#), "?x?");
    }

    #[test]
    fn white_space_goes_only_between_tokens() {
        assert_eq!(compact("{ \"a b\" : [1, 2 ,\"x\\\" y\"]\n}"), "{\"a b\":[1,2,\"x\\\" y\"]}");
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        let raw: Box<RawValue> = serde_json::from_str(r#"{"k":1e3,"s":"</\u0001","K":[1, 2.50 ]}"#).expect("JSON");
        let mut out = String::new();
        canonical(&raw, &mut out, 0).expect("flat");
        assert_eq!(out, r#"{"s":"<\/\u0001","K":[1,2.50]}"#);
    }
}
