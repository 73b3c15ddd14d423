//! JSON as a tree, as Trino's SQL/JSON functions hold it: read by Jackson, and written by it again.
//!
//! Here, unlike in `json_parse`, an object's members stay where their names stood first, an integer
//! keeps all its digits, and text behind the first value goes unnoticed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Answer, Format};
use crate::constant::functions::json_reader::{Malformed, Reader, Token};
use crate::constant::json_text::{write_inner_string, write_string};
use crate::constant::{EvalError, Value, decimal, float};
use crate::types::Type;

/// How deep Jackson reads and writes.
const DEEPEST: usize = 1_000;

/// How many digits a number may have for Jackson, those of its exponent included.
const MOST_DIGITS: usize = 1_000;

/// How many members an object may have before they are looked up by a table.
const FEW: usize = 16;

/// A JSON value.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// What a text without any value is read as: written as `null`, and yet no scalar.
    Missing,
    Null,
    /// A string, a boolean, or a number, of the SQL type that Trino gives it.
    Scalar(Type, Value),
    /// An integer beyond 64 bits: it can be written, but is no SQL value.
    Huge(Arc<str>),
    Array(Arc<[Node]>),
    Object(Arc<[Member]>),
}

/// A member of an object; an object has each name once.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: Arc<str>,
    pub(super) value: Node,
}

/// Why a text gives no tree.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is no JSON as far as it was read, which ON ERROR answers for.
    Malformed,
    /// The evaluator cannot say what Trino does.
    Refused(EvalError),
}

impl From<Malformed> for Unread {
    fn from(_: Malformed) -> Self {
        Unread::Malformed
    }
}

/// An object or array under construction.
enum Open {
    Object { members: Vec<Member>, places: HashMap<Arc<str>, usize>, name: Arc<str> },
    Array(Vec<Node>),
}

impl Open {
    fn take(&mut self, node: Node) {
        match self {
            Open::Array(elements) => elements.push(node),
            Open::Object { members, places, name } => {
                let name = std::mem::take(name);
                let found = match members.len() {
                    0..FEW => members.iter().position(|member| member.name == name),
                    _ => {
                        if places.is_empty() {
                            places.extend(members.iter().enumerate().map(|(at, member)| (member.name.clone(), at)));
                        }
                        places.get(&name).copied()
                    }
                };
                if let Some(at) = found {
                    members[at].value = node;
                    return;
                }
                if !places.is_empty() {
                    places.insert(name.clone(), members.len());
                }
                members.push(Member { name, value: node });
            }
        }
    }

    fn close(self) -> Node {
        match self {
            Open::Array(elements) => Node::Array(elements.into()),
            Open::Object { members, .. } => Node::Object(members.into()),
        }
    }
}

impl Node {
    pub(super) fn text(text: impl Into<Arc<str>>) -> Node {
        Node::Scalar(Type::VARCHAR, Value::Varchar(text.into()))
    }

    pub(super) fn integer(number: i64) -> Node {
        let ty = if i32::try_from(number).is_ok() { Type::Integer } else { Type::BigInt };
        Node::Scalar(ty, Value::Integer(number))
    }

    /// Reads an operand that is JSON by its FORMAT.
    pub(super) fn read(value: &Value, format: Format) -> Result<Node, Unread> {
        Node::parse(&decoded(value, format)?)
    }

    fn parse(text: &str) -> Result<Node, Unread> {
        let mut reader = Reader::new(text);
        let mut open: Vec<Open> = Vec::new();
        let Some(mut token) = reader.next()? else { return Ok(Node::Missing) };
        loop {
            let done = match token {
                Token::BeginObject => {
                    open.push(Open::Object { members: Vec::new(), places: HashMap::new(), name: Arc::default() });
                    None
                }
                Token::BeginArray => {
                    open.push(Open::Array(Vec::new()));
                    None
                }
                Token::Name(next) => {
                    if let Some(Open::Object { name, .. }) = open.last_mut() {
                        *name = next.into();
                    }
                    None
                }
                Token::EndObject | Token::EndArray => {
                    Some(open.pop().expect("the reader closes only what was opened").close())
                }
                Token::Text(text) => Some(Node::text(text)),
                Token::Integer(number) => Some(whole(number)?),
                Token::Decimal(number) => Some(fraction(number)?),
                Token::Boolean(value) => Some(Node::Scalar(Type::Boolean, Value::Boolean(value))),
                Token::Null => Some(Node::Null),
            };
            if open.len() > DEEPEST {
                return Err(Unread::Malformed);
            }
            if reader.has_lone_surrogate() {
                return Err(Unread::Refused(EvalError::refused("JSON with half a surrogate pair")));
            }
            if let Some(node) = done {
                match open.last_mut() {
                    None => return Ok(node),
                    Some(around) => around.take(node),
                }
            }
            token = reader.next()?.ok_or(Unread::Malformed)?;
        }
    }

    /// A value of SQL as JSON; none if JSON has nothing for its type.
    pub(super) fn of(ty: &Type, value: &Value) -> Option<Node> {
        Some(match (ty, value) {
            (Type::Char(width), Value::Varchar(text)) => Node::text(crate::constant::cast::padded(text, *width)),
            (Type::Varchar(_), Value::Varchar(text)) => Node::text(text.clone()),
            (Type::TinyInt, _) => Node::Scalar(Type::SmallInt, value.clone()),
            (Type::Boolean | Type::Real | Type::Double | Type::Decimal(..), _) => {
                Node::Scalar(ty.clone(), value.clone())
            }
            _ if ty.is_integer() => Node::Scalar(ty.clone(), value.clone()),
            _ => return None,
        })
    }

    /// Whether it is one of the things that SQL has a scalar for; `null` is none.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Node::Scalar(..) | Node::Huge(_))
    }

    /// The value as the text that Trino writes, or as that text's bytes.
    pub(super) fn written(
        &self,
        output: Option<Format>,
        on_error: Answer,
        omit_quotes: bool,
    ) -> Result<Value, EvalError> {
        let wide = matches!(output, Some(Format::Utf16 | Format::Utf32));
        let text = match self {
            Node::Scalar(Type::Varchar(_), Value::Varchar(text)) if omit_quotes => text.to_string(),
            _ => {
                let mut text = String::new();
                if !self.write(&mut text, 0, wide) {
                    return match on_error {
                        Answer::Error => {
                            let message = "conversion from JSON failed: it nests deeper than a thousand levels";
                            Err(EvalError::new("JSON_OUTPUT_CONVERSION_ERROR", message))
                        }
                        // Trino holds these as the text of an empty tree, which is no text at all.
                        Answer::EmptyArray | Answer::EmptyObject => Ok(encoded(String::new(), output)),
                        _ => Ok(Value::Null),
                    };
                }
                text
            }
        };
        Ok(encoded(text, output))
    }

    /// Writes it behind what is there; false if it nests too deep to be written.
    fn write(&self, out: &mut String, depth: usize, wide: bool) -> bool {
        match self {
            Node::Missing | Node::Null => out.push_str("null"),
            Node::Huge(digits) => out.push_str(digits),
            Node::Scalar(ty, value) => write_scalar(out, ty, value, wide),
            Node::Array(_) | Node::Object(_) if depth >= DEEPEST => return false,
            Node::Array(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    if !element.write(out, depth + 1, wide) {
                        return false;
                    }
                }
                out.push(']');
            }
            Node::Object(members) => {
                out.push('{');
                for (at, member) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(out, &member.name, wide);
                    out.push(':');
                    if !member.value.write(out, depth + 1, wide) {
                        return false;
                    }
                }
                out.push('}');
            }
        }
        true
    }
}

fn whole(number: &str) -> Result<Node, Unread> {
    if digits(number) > MOST_DIGITS {
        return Err(Unread::Malformed);
    }
    Ok(match number.parse() {
        Ok(number) => Node::integer(number),
        Err(_) => Node::Huge(number.into()),
    })
}

fn fraction(number: &str) -> Result<Node, Unread> {
    if digits(number) > MOST_DIGITS {
        return Err(Unread::Malformed);
    }
    let value = number.parse().expect("the reader took it for a number");
    Ok(Node::Scalar(Type::Double, Value::Double(value)))
}

fn digits(number: &str) -> usize {
    number.bytes().filter(u8::is_ascii_digit).count()
}

/// A scalar as Jackson writes it: numbers that are none in quotes.
fn write_scalar(out: &mut String, ty: &Type, value: &Value, wide: bool) {
    match (value, ty) {
        (Value::Varchar(text), _) => write_text(out, text, wide),
        (Value::Boolean(value), _) => out.push_str(if *value { "true" } else { "false" }),
        (Value::Integer(number), _) => out.push_str(&number.to_string()),
        (Value::Double(number), _) => write_number(out, &float::java_double(*number), number.is_finite()),
        (Value::Real(number), _) => write_number(out, &float::java_float(*number), number.is_finite()),
        (Value::Decimal(unscaled), Type::Decimal(_, scale)) => out.push_str(&decimal::java_text(*unscaled, *scale)),
        _ => unreachable!("a node is made only of these types"),
    }
}

fn write_number(out: &mut String, number: &str, finite: bool) {
    if finite {
        out.push_str(number);
    } else {
        write_text(out, number, false);
    }
}

/// A string; only Jackson's writer of UTF-8 escapes what lies beyond 16 bits.
fn write_text(out: &mut String, text: &str, wide: bool) {
    if wide {
        write_inner_string(out, text);
    } else {
        write_string(out, text);
    }
}

/// The text that an operand is by its FORMAT, as Java decodes it: what is malformed becomes U+FFFD.
fn decoded(value: &Value, format: Format) -> Result<Cow<'_, str>, Unread> {
    let bytes = match value {
        Value::Varchar(text) => return Ok(Cow::Borrowed(text)),
        Value::Varbinary(bytes) => bytes,
        _ => unreachable!("JSON is read from varchar and varbinary"),
    };
    Ok(match format {
        // Java makes one replacement of half a surrogate pair, Rust one of each byte.
        Format::Json | Format::Utf8 if bytes.windows(2).any(|pair| pair[0] == 0xed && pair[1] >= 0xa0) => {
            return Err(Unread::Refused(EvalError::refused("bytes that spell half a surrogate pair")));
        }
        Format::Json | Format::Utf8 => String::from_utf8_lossy(bytes),
        Format::Utf16 => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let mut units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
            let mut text = String::with_capacity(pairs.len());
            while let Some(unit) = units.next() {
                // Behind the first half of a surrogate pair Java takes the next unit too, whatever it is.
                let units =
                    if matches!(unit, 0xd800..0xdc00) { vec![unit, units.next().unwrap_or(0)] } else { vec![unit] };
                let mut read = char::decode_utf16(units);
                text.push(read.next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            text.extend((!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER));
            Cow::Owned(text)
        }
        Format::Utf32 => {
            let (quads, rest) = bytes.as_chunks::<4>();
            let read = |quad: &[u8; 4]| char::from_u32(u32::from_le_bytes(*quad));
            let mut text: String = quads.iter().map(|quad| read(quad).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            text.extend((!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER));
            Cow::Owned(text)
        }
    })
}

/// The text as the result's type holds it.
fn encoded(text: String, output: Option<Format>) -> Value {
    let bytes: Vec<u8> = match output {
        None => return Value::Varchar(text.into()),
        Some(Format::Json | Format::Utf8) => text.into_bytes(),
        Some(Format::Utf16) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some(Format::Utf32) => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
    };
    Value::Varbinary(bytes.into())
}
