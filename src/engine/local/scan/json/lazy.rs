//! Finds the members of a JSON object that somebody wants, and skips the others by their brackets.
//!
//! A record of CloudTrail has some twenty members, most of its bytes lie in two or three of them, and a query wants others.
//! What is skipped is not checked: an object or a list by its brackets and quotes, a string by its quotes. What is wanted
//! is checked by whoever decodes it.

use std::borrow::Cow;

use memchr::memchr2;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::super::extent::ValueScan;
use super::decode::Mismatch;

/// Calls `wants` for each key of an object, and `found` for the value if it is wanted.
///
/// # Errors
///
/// The text is no object, or a value that is wanted no JSON.
pub fn members<'r, W>(
    raw: &'r str,
    wants: impl Fn(&str) -> Option<W>,
    mut found: impl FnMut(W, &'r RawValue),
) -> Result<(), Mismatch> {
    let mut at = Place { raw, at: 0 };
    at.expect(b'{')?;
    if at.next() == Some(b'}') {
        at.at += 1;
        return at.end();
    }
    loop {
        let (key, escapes) = at.string()?;
        let key = if escapes { Cow::Owned(serde_json::from_str(key)?) } else { Cow::Borrowed(&key[1..key.len() - 1]) };
        let wanted = wants(&key);
        at.expect(b':')?;
        let value = at.value()?;
        match wanted {
            Some(wanted) => found(wanted, serde_json::from_str(value)?),
            None if value.starts_with(['{', '[', '"']) => {}
            None => drop(serde_json::from_str::<IgnoredAny>(value)?),
        }
        match at.next() {
            Some(b',') => at.at += 1,
            Some(b'}') => {
                at.at += 1;
                return at.end();
            }
            _ => return Err(malformed("a comma or } was expected")),
        }
    }
}

/// A place in the text of an object.
struct Place<'r> {
    raw: &'r str,
    at: usize,
}

impl<'r> Place<'r> {
    /// The next byte that is no white space; it stays unread.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.raw.as_bytes()[self.at..];
        let (skipped, byte) =
            rest.iter().enumerate().find(|(_, byte)| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))?;
        self.at += skipped;
        Some(*byte)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Mismatch> {
        if self.next() != Some(byte) {
            return Err(malformed(&format!("{} was expected", char::from(byte))));
        }
        self.at += 1;
        Ok(())
    }

    /// A string with its quotes, and whether there are escapes in it.
    fn string(&mut self) -> Result<(&'r str, bool), Mismatch> {
        if self.next() != Some(b'"') {
            return Err(malformed("a string was expected"));
        }
        let (mut length, mut escapes) = (1, false);
        let rest = &self.raw[self.at..];
        loop {
            let next = rest.as_bytes().get(length..).and_then(|rest| memchr2(b'"', b'\\', rest));
            length += next.ok_or_else(|| malformed("a string does not end"))?;
            if rest.as_bytes()[length] == b'"' {
                break;
            }
            escapes = true;
            length += 2;
        }
        self.at += length + 1;
        Ok((&rest[..=length], escapes))
    }

    /// The text of a value.
    fn value(&mut self) -> Result<&'r str, Mismatch> {
        let first = self.next().ok_or_else(|| malformed("a value was expected"))?;
        if first == b'"' {
            return self.string().map(|(text, _)| text);
        }
        let rest = &self.raw[self.at..];
        let length = match first {
            b'{' | b'[' => {
                let end = ValueScan::default().end(rest.as_bytes()).map_err(|error| malformed(&error))?;
                end.ok_or_else(|| malformed("an object or a list does not end"))?
            }
            _ => rest.find([',', '}', ']', ' ', '\t', '\n', '\r']).unwrap_or(rest.len()),
        };
        self.at += length;
        Ok(&rest[..length])
    }

    /// The end of the text.
    fn end(&mut self) -> Result<(), Mismatch> {
        if self.next().is_some() { Err(malformed("text follows its end")) } else { Ok(()) }
    }
}

fn malformed(message: &str) -> Mismatch {
    Mismatch { message: format!("it is no JSON: {message}"), malformed: true }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    fn all(raw: &str) -> Result<Vec<(String, String)>, Mismatch> {
        let mut all = Vec::new();
        members(raw, |key| Some(key.to_owned()), |key, value| all.push((key, value.get().to_owned())))?;
        Ok(all)
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for raw in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            "{,}",
            "{a:1}",
            "[]",
            "{}x",
            "{\"a\":01}",
            "{\"a\":\"\\",
        ] {
            assert!(all(raw).is_err(), "{raw}");
        }
        assert!(members("{\"a\":tru}", |_| None::<()>, |(), _| {}).is_err());
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c \"\\\\{}\\[\\],:\u{e9}\n]{0,70}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c\"\\\\]{0,3}", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn members_are_those_of_another_reader(value in prop::collection::btree_map("[a-e\"\\\\ ]{0,4}", json(), 0..6), pretty in any::<bool>()) {
            let value: Map<String, Value> = value.into_iter().collect();
            let raw = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.expect("JSON");
            let found = all(&raw).expect("it is an object");
            prop_assert_eq!(found.len(), value.len());
            for ((key, text), (expected, member)) in found.iter().zip(&value) {
                prop_assert_eq!(key, expected);
                prop_assert_eq!(&serde_json::from_str::<Value>(text).expect("JSON"), member);
            }
        }
    }
}
