//! JSON read as a whole and written again, where Trino builds a tree: `json_parse` and parts of others.
//!
//! An object keeps the last of several members of one name. `json_parse` sorts the members by name;
//! `json_array_get` leaves each where its name stood first.

use std::collections::HashMap;

use super::reader::{Malformed, Reader, Token};
use super::writer::{decimal, integer};
use crate::constant::EvalError;
use crate::constant::json_text::{write_inner_string, write_string};

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

/// In which of its two forms Trino writes a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Of `json_parse`: names sorted, characters beyond 16 bits as two escapes.
    Document,
    /// Of `json_array_get`: names in place, characters as they are.
    Element,
}

/// An object or array under construction, its children written already.
enum Open {
    Object { members: Vec<(String, String)>, name: String },
    Array(Vec<String>),
}

/// Reads the value that begins with this token and writes it.
pub(super) fn canonical(reader: &mut Reader<'_>, first: Token<'_>, form: Form) -> Result<String, TreeError> {
    let mut open: Vec<Open> = Vec::new();
    let mut token = first;
    loop {
        let done = match token {
            Token::BeginObject => {
                open.push(Open::Object { members: Vec::new(), name: String::new() });
                None
            }
            Token::BeginArray => {
                open.push(Open::Array(Vec::new()));
                None
            }
            Token::Name(next) => {
                if let Some(Open::Object { name, .. }) = open.last_mut() {
                    *name = next.into_owned();
                }
                None
            }
            Token::EndObject | Token::EndArray => {
                Some(close(open.pop().expect("the reader closes only what was opened"), form))
            }
            Token::Text(text) => Some(quoted(&text, form)),
            Token::Integer(number) => Some(integer(number).to_owned()),
            Token::Decimal(number) => Some(decimal(number)),
            Token::Boolean(value) => Some(value.to_string()),
            Token::Null => Some("null".to_owned()),
        };
        if open.len() > DEEPEST {
            return Err(TreeError::Refused(EvalError::refused("JSON nested deeper than a thousand levels")));
        }
        if reader.has_lone_surrogate() {
            return Err(TreeError::Refused(EvalError::refused("JSON with half a surrogate pair")));
        }
        if let Some(text) = done {
            match open.last_mut() {
                None => return Ok(text),
                Some(Open::Array(elements)) => elements.push(text),
                Some(Open::Object { members, name }) => members.push((std::mem::take(name), text)),
            }
        }
        token = reader.next()?.ok_or(TreeError::Malformed)?;
    }
}

fn quoted(text: &str, form: Form) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    match form {
        Form::Document => write_string(&mut quoted, text),
        Form::Element => write_inner_string(&mut quoted, text),
    }
    quoted
}

fn close(open: Open, form: Form) -> String {
    match open {
        Open::Array(elements) => format!("[{}]", elements.join(",")),
        Open::Object { members, .. } => {
            let members = distinct(members, form).into_iter();
            let written: Vec<String> =
                members.map(|(name, value)| format!("{}:{value}", quoted(&name, form))).collect();
            format!("{{{}}}", written.join(","))
        }
    }
}

/// The members with the last value of each name, in the order of the names or of their first places.
fn distinct(members: Vec<(String, String)>, form: Form) -> Vec<(String, String)> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<(String, String)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        match places.get(&name) {
            Some(at) => kept[*at].1 = value,
            None => {
                places.insert(name.clone(), kept.len());
                kept.push((name, value));
            }
        }
    }
    if form == Form::Document {
        // Java orders strings by their 16-bit units.
        kept.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    }
    kept
}
