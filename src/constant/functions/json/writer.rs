//! JSON text as Trino (Jackson) writes it: no white space, doubles in Java's form, few escapes.

use super::reader::Token;
use crate::constant::float::java_double;
use crate::constant::json_text::write_string;

/// Writes tokens as compact JSON; commas come by themselves.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    /// For each open object or array: whether something stands in it already.
    levels: Vec<bool>,
    named: bool,
}

impl Writer {
    /// The text written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Writes one token. A number is written by its value, not by the text it was read from.
    pub(super) fn write(&mut self, token: &Token<'_>) {
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
                write_string(&mut self.text, name);
                self.text.push(':');
                self.named = true;
            }
            Token::Text(text) => write_string(&mut self.text, text),
            Token::Integer(digits) => self.text.push_str(integer(digits)),
            Token::Decimal(number) => self.text.push_str(&decimal(number)),
            Token::Boolean(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Token::Null => self.text.push_str("null"),
            Token::EndObject | Token::EndArray => {}
        }
    }
}

/// An integer, as Trino writes it.
pub(super) fn integer(digits: &str) -> &str {
    if digits == "-0" { "0" } else { digits }
}

/// A number with fraction or exponent, as Trino writes the double nearest to it.
pub(super) fn decimal(number: &str) -> String {
    let value: f64 = number.parse().expect("the reader took it for a number");
    // A number beyond all doubles is infinite, for which JSON has no number.
    if value.is_finite() { java_double(value) } else { format!("\"{}\"", java_double(value)) }
}
