//! JSON text as Trino (Jackson) writes it: no white space, doubles in Java's form, few escapes.

use std::fmt::Write;

use super::reader::Token;
use crate::constant::float::java_double;

/// Writes tokens as compact JSON; commas come by themselves.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    /// For each open object or array: whether something stands in it already.
    levels: Vec<bool>,
    named: bool,
}

impl Writer {
    /// The text written.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Writes one token. A number is written by its value, not by the text it was read from.
    pub(crate) fn write(&mut self, token: &Token<'_>) {
        if matches!(token, Token::EndObject | Token::EndArray) {
            self.levels.pop();
            self.text.push(if matches!(token, Token::EndObject) { '}' } else { ']' });
            return;
        }
        if !std::mem::take(&mut self.named)
            && let Some(level) = self.levels.last_mut()
            && std::mem::replace(level, true)
        {
            self.text.push(',');
        }
        match token {
            Token::BeginObject | Token::BeginArray => {
                self.levels.push(false);
                self.text.push(if matches!(token, Token::BeginObject) { '{' } else { '[' });
            }
            Token::Name(name) => {
                write_text(&mut self.text, name);
                self.text.push(':');
                self.named = true;
            }
            Token::Text(text) => write_text(&mut self.text, text),
            Token::Integer(digits) => self.text.push_str(if *digits == "-0" { "0" } else { digits }),
            Token::Decimal(number) => self.text.push_str(&decimal(number)),
            Token::Boolean(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Token::Null => self.text.push_str("null"),
            Token::EndObject | Token::EndArray => {}
        }
    }

    /// Writes a value that is JSON text already.
    pub(crate) fn write_raw(&mut self, json: &str) {
        if !std::mem::take(&mut self.named)
            && let Some(level) = self.levels.last_mut()
            && std::mem::replace(level, true)
        {
            self.text.push(',');
        }
        self.text.push_str(json);
    }
}

/// A number with fraction or exponent, as Trino writes the double nearest to it.
pub(crate) fn decimal(number: &str) -> String {
    let value: f64 = number.parse().expect("the reader took it for a number");
    // A number beyond all doubles is infinite, for which JSON has no number.
    if value.is_finite() { java_double(value) } else { format!("\"{}\"", java_double(value)) }
}

/// Writes a string with its quotes.
pub(crate) fn write_text(to: &mut String, text: &str) {
    to.push('"');
    for character in text.chars() {
        match character {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\u{8}' => to.push_str("\\b"),
            '\t' => to.push_str("\\t"),
            '\n' => to.push_str("\\n"),
            '\u{c}' => to.push_str("\\f"),
            '\r' => to.push_str("\\r"),
            '\0'..='\u{1f}' => write!(to, "\\u{:04X}", u32::from(character)).expect("a string takes all text"),
            _ => to.push(character),
        }
    }
    to.push('"');
}
