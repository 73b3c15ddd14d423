//! JSON read as a whole and written again, where Trino builds a tree: `json_parse` and parts of others.
//!
//! An object keeps the last of several members of one name. `json_parse` sorts the members by name;
//! `json_array_get` leaves each where its name stood first.

use super::reader::{Malformed, Reader, Token};
use super::writer::{Writer, decimal, write_text};
use crate::constant::EvalError;

use super::super::argument::refused;

/// How deep Trino's writer nests; what lies deeper is refused, since Trino fails on it in other ways.
const DEEPEST: usize = 1_000;

/// Why a text could not be read as a tree.
pub(super) enum TreeError {
    Malformed,
    Refused(EvalError),
}

impl From<Malformed> for TreeError {
    fn from(_: Malformed) -> Self {
        TreeError::Malformed
    }
}

/// An object or array under construction, its children written already.
enum Open {
    Object { members: Vec<(String, String)>, name: String },
    Array(Vec<String>),
}

/// Reads the value that begins with this token and writes it canonically.
pub(super) fn canonical(reader: &mut Reader<'_>, first: Token<'_>, sorted: bool) -> Result<String, TreeError> {
    let mut open: Vec<Open> = Vec::new();
    let mut token = first.into_owned_kind();
    loop {
        let done = match token {
            Kind::Begin { object } => {
                if open.len() >= DEEPEST {
                    return Err(TreeError::Refused(refused("JSON nested deeper than a thousand levels")));
                }
                open.push(if object {
                    Open::Object { members: Vec::new(), name: String::new() }
                } else {
                    Open::Array(Vec::new())
                });
                None
            }
            Kind::Name(next) => {
                if let Some(Open::Object { name, .. }) = open.last_mut() {
                    *name = next;
                }
                None
            }
            Kind::End => Some(close(open.pop().expect("the reader closes only what was opened"), sorted)),
            Kind::Scalar(text) => Some(text),
        };
        if let Some(text) = done {
            match open.last_mut() {
                None => return Ok(text),
                Some(Open::Array(elements)) => elements.push(text),
                Some(Open::Object { members, name }) => members.push((std::mem::take(name), text)),
            }
        }
        token = reader.next()?.ok_or(TreeError::Malformed)?.into_owned_kind();
    }
}

/// A token as the tree needs it.
enum Kind {
    Begin { object: bool },
    End,
    Name(String),
    Scalar(String),
}

impl Token<'_> {
    fn into_owned_kind(self) -> Kind {
        match self {
            Token::BeginObject => Kind::Begin { object: true },
            Token::BeginArray => Kind::Begin { object: false },
            Token::EndObject | Token::EndArray => Kind::End,
            Token::Name(name) => Kind::Name(name.into_owned()),
            Token::Decimal(number) => Kind::Scalar(decimal(number)),
            scalar => {
                let mut writer = Writer::default();
                writer.write(&scalar);
                Kind::Scalar(writer.finish())
            }
        }
    }
}

fn close(open: Open, sorted: bool) -> String {
    match open {
        Open::Array(elements) => format!("[{}]", elements.join(",")),
        Open::Object { members, .. } => {
            let mut text = String::from("{");
            for (at, (name, value)) in distinct(members, sorted).into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_text(&mut text, &name);
                text.push(':');
                text.push_str(&value);
            }
            text.push('}');
            text
        }
    }
}

/// The members with the last value of each name, in the order of the names or of their first places.
fn distinct(members: Vec<(String, String)>, sorted: bool) -> Vec<(String, String)> {
    let mut places = std::collections::HashMap::new();
    let mut kept: Vec<(String, String)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        if let Some(at) = places.get(&name) {
            let place: &mut (String, String) = &mut kept[*at];
            place.1 = value;
        } else {
            places.insert(name.clone(), kept.len());
            kept.push((name, value));
        }
    }
    if sorted {
        // Java orders strings by their 16-bit units.
        kept.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    }
    kept
}
