//! Reads types as Trino writes them, in CASTs, in protocol answers and in function signatures.
//!
//! The text first becomes a [`Node`], which knows no type by name; the signature table reads the
//! same nodes with variables in them. Names are matched without case, and both
//! `timestamp(3) with time zone` and `TIMESTAMP WITH TIME ZONE` are one name.

use std::sync::Arc;

use super::{RowField, Type};

/// How deep a type may nest; deeper ones are refused rather than risk the stack.
const DEEPEST: usize = 64;

/// Trino's types that athplan passes on without modelling them.
const NOT_MODELLED: [&str; 12] = [
    "bingtile",
    "codepoints",
    "color",
    "geometry",
    "hyperloglog",
    "joniregexp",
    "jsonpath",
    "kdbtree",
    "p4hyperloglog",
    "setdigest",
    "sphericalgeography",
    "tdigest",
];

/// Reads a type; `None` if the text is no type of Trino's.
///
/// Left out numbers have Trino's defaults: `timestamp` is `timestamp(3)`, `decimal` is
/// `decimal(38,0)`, `char` is `char(1)`.
pub fn parse_type(text: &str) -> Option<Type> {
    type_of(&parse_node(text)?)
}

/// A type's text, taken apart but not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// The name, lower case, its words joined by single blanks (`timestamp with time zone`).
    pub(super) name: String,
    /// What stands in its parentheses.
    pub(super) arguments: Vec<NodeArgument>,
}

/// One argument of a [`Node`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NodeArgument {
    /// A number, as in `varchar(3)`.
    Number(u32),
    /// A type, or a variable that stands for one or for a number; with a field's name in a row.
    Node(Option<Arc<str>>, Node),
}

/// Takes a type's text apart.
pub(super) fn parse_node(text: &str) -> Option<Node> {
    let mut reader = Reader { rest: text.trim_start() };
    let node = reader.node(DEEPEST)?;
    reader.rest.is_empty().then_some(node)
}

/// Understands a node that has no variables.
pub(super) fn type_of(node: &Node) -> Option<Type> {
    if let Some(ty) = type_of_plain_name(&node.name) {
        return node.arguments.is_empty().then_some(ty);
    }
    if let Some(ty) = numbers_of(node).and_then(|numbers| numbered(&node.name, &numbers)) {
        return Some(ty);
    }
    let inner =
        || node.arguments.iter().map(|argument| unnamed(argument).and_then(type_of)).collect::<Option<Vec<_>>>();
    match node.name.as_str() {
        "array" => <[Type; 1]>::try_from(inner()?).ok().map(|[element]| Type::array(element)),
        "map" => <[Type; 2]>::try_from(inner()?).ok().map(|[key, value]| Type::map(key, value)),
        "function" => {
            let mut parts = inner()?;
            let result = parts.pop()?;
            Some(Type::Function(parts.into(), Arc::new(result)))
        }
        "row" if !node.arguments.is_empty() => node
            .arguments
            .iter()
            .map(|argument| match argument {
                NodeArgument::Number(_) => None,
                NodeArgument::Node(name, node) => Some(RowField { name: name.clone(), ty: type_of(node)? }),
            })
            .collect::<Option<Vec<_>>>()
            .map(|fields| Type::Row(fields.into())),
        "qdigest" => match inner()?.as_slice() {
            [of @ (Type::BigInt | Type::Double | Type::Real)] => Some(Type::Named(format!("qdigest({of})").into())),
            _ => None,
        },
        name => {
            (NOT_MODELLED.contains(&name) && node.arguments.is_empty()).then(|| Type::Named(node.name.as_str().into()))
        }
    }
}

/// A type whose name says all.
fn type_of_plain_name(name: &str) -> Option<Type> {
    Some(match name {
        "unknown" => Type::Unknown,
        "boolean" => Type::Boolean,
        "tinyint" => Type::TinyInt,
        "smallint" => Type::SmallInt,
        "integer" | "int" => Type::Integer,
        "bigint" => Type::BigInt,
        "real" => Type::Real,
        "double" | "double precision" => Type::Double,
        "varbinary" => Type::Varbinary,
        "json" => Type::Json,
        "date" => Type::Date,
        "interval day to second" => Type::IntervalDayToSecond,
        "interval year to month" => Type::IntervalYearToMonth,
        "uuid" => Type::Uuid,
        "ipaddress" => Type::IpAddress,
        _ => return None,
    })
}

/// A type of a family that numbers tell apart, within the bounds that Trino sets.
pub(super) fn numbered(name: &str, numbers: &[u32]) -> Option<Type> {
    let precision = |default: u32| match numbers {
        [] => u8::try_from(default).ok(),
        [precision @ 0..=12] => u8::try_from(*precision).ok(),
        _ => None,
    };
    match (name, numbers) {
        ("decimal", _) => {
            let (precision, scale) = match numbers {
                [] => (38, 0),
                [precision] => (*precision, 0),
                [precision, scale] => (*precision, *scale),
                _ => return None,
            };
            let valid = (1..=38).contains(&precision) && scale <= precision;
            valid.then_some(Type::Decimal(u8::try_from(precision).ok()?, u8::try_from(scale).ok()?))
        }
        ("varchar", []) => Some(Type::VARCHAR),
        ("varchar", [length]) if *length < UNBOUNDED => Some(Type::Varchar(Some(*length))),
        ("varchar", [UNBOUNDED]) => Some(Type::VARCHAR),
        ("char", []) => Some(Type::Char(1)),
        ("char", [length]) if *length <= super::coercion::LONGEST_CHAR => Some(Type::Char(*length)),
        ("time" | "time without time zone", _) => precision(3).map(Type::Time),
        ("time with time zone", _) => precision(3).map(Type::TimeWithTimeZone),
        ("timestamp" | "timestamp without time zone", _) => precision(3).map(Type::Timestamp),
        ("timestamp with time zone", _) => precision(3).map(Type::TimestampWithTimeZone),
        _ => None,
    }
}

/// The number by which Trino's rules for lengths write an unbounded `varchar`.
pub(super) const UNBOUNDED: u32 = i32::MAX as u32;

fn numbers_of(node: &Node) -> Option<Vec<u32>> {
    node.arguments
        .iter()
        .map(|argument| match argument {
            NodeArgument::Number(number) => Some(*number),
            NodeArgument::Node(..) => None,
        })
        .collect()
}

fn unnamed(argument: &NodeArgument) -> Option<&Node> {
    match argument {
        NodeArgument::Node(None, node) => Some(node),
        _ => None,
    }
}

/// What is left of a type's text; always without leading blanks.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn node(&mut self, depth: usize) -> Option<Node> {
        let word = self.word()?;
        self.node_after(word, depth.checked_sub(1)?)
    }

    /// The rest of a node whose first word has been read.
    fn node_after(&mut self, word: &str, depth: usize) -> Option<Node> {
        let mut name = word.to_ascii_lowercase();
        let further: &[&[&str]] = match name.as_str() {
            "double" => &[&["precision"]],
            "interval" => &[&["day", "to", "second"], &["year", "to", "month"]],
            _ => &[],
        };
        self.take_words(&mut name, further);
        let arguments = if self.take('(') { self.arguments(depth)? } else { Vec::new() };
        if matches!(name.as_str(), "time" | "timestamp") {
            self.take_words(&mut name, &[&["with", "time", "zone"], &["without", "time", "zone"]]);
        }
        Some(Node { name, arguments })
    }

    fn arguments(&mut self, depth: usize) -> Option<Vec<NodeArgument>> {
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.argument(depth)?);
            if self.take(')') {
                return Some(arguments);
            }
            if !self.take(',') {
                return None;
            }
        }
    }

    fn argument(&mut self, depth: usize) -> Option<NodeArgument> {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let number = self.rest[..end].parse().ok()?;
            self.advance(end);
            return Some(NodeArgument::Number(number));
        }
        if self.rest.starts_with('"') {
            let name = self.quoted_name()?;
            return Some(NodeArgument::Node(Some(name), self.node(depth)?));
        }
        // `a integer` is a field and its type, `integer` is a type, `double precision` is one too.
        let word = self.word()?;
        let before = self.rest;
        let node = self.node_after(word, depth.checked_sub(1)?)?;
        if self.rest.starts_with([',', ')']) {
            return Some(NodeArgument::Node(None, node));
        }
        self.rest = before;
        Some(NodeArgument::Node(Some(word.to_lowercase().into()), self.node(depth)?))
    }

    /// The longest of these sequences of words, if one comes next, appended to the name.
    fn take_words(&mut self, name: &mut String, sequences: &[&[&str]]) {
        for sequence in sequences {
            let before = self.rest;
            if sequence.iter().all(|expected| self.word().is_some_and(|word| word.eq_ignore_ascii_case(expected))) {
                for word in *sequence {
                    name.push(' ');
                    name.push_str(word);
                }
                return;
            }
            self.rest = before;
        }
    }

    fn word(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        let starts_well = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        starts_well.then(|| self.advance(end))?;
        Some(word)
    }

    /// A name in double quotes, in which two of them stand for one.
    fn quoted_name(&mut self) -> Option<Arc<str>> {
        let mut name = String::new();
        let mut characters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            if character == '"' && characters.next_if(|(_, next)| *next == '"').is_none() {
                self.advance(at + 1);
                return Some(name.to_lowercase().into());
            }
            name.push(character);
        }
        None
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.rest.starts_with(symbol);
        if found {
            self.advance(symbol.len_utf8());
        }
        found
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }
}
