//! A type with holes: what a signature declares for an argument or its result.
//!
//! `array(E)` has a hole for a type, `decimal(p,s)` two for numbers. [`Bindings`] say what fills
//! them; the solver finds the bindings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parse::{Node, NodeArgument, numbered, type_of};
use super::{RowField, Type};

/// A declared type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    /// A type without holes.
    Concrete(Type),
    /// A hole for a type.
    Variable(String),
    /// A type with holes for numbers.
    Numbered(Numbered),
    /// `array(…)`.
    Array(Box<Pattern>),
    /// `map(…, …)`.
    Map(Box<Pattern>, Box<Pattern>),
    /// `row(…)`.
    Row(Vec<(Option<Arc<str>>, Pattern)>),
    /// `function(…, result)`.
    Function(Vec<Pattern>, Box<Pattern>),
}

/// A type of a family that numbers tell apart, some of them holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    /// The family's name, such as `timestamp with time zone`.
    family: String,
    /// Any member of the family.
    pub(super) member: Type,
    numbers: Vec<Number>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Number {
    Fixed(u32),
    Variable(String),
}

/// What fills a signature's holes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bindings {
    /// The types, by the name of the hole.
    pub(super) types: BTreeMap<String, Type>,
    /// The numbers, by the name of the hole.
    pub(super) numbers: BTreeMap<String, u32>,
}

impl Pattern {
    /// Understands a declared type; `None` if it is neither a type nor one with holes.
    pub(super) fn of(node: &Node) -> Option<Pattern> {
        if let Some(ty) = type_of(node) {
            return Some(Pattern::Concrete(ty));
        }
        if node.arguments.is_empty() {
            return Some(Pattern::Variable(node.name.clone()));
        }
        if let Some(member) = numbered(&node.name, &[]) {
            let numbers = node.arguments.iter().map(Number::of).collect::<Option<_>>()?;
            return Some(Pattern::Numbered(Numbered { family: node.name.clone(), member, numbers }));
        }
        let mut parts = node
            .arguments
            .iter()
            .map(|argument| match argument {
                NodeArgument::Number(_) => None,
                NodeArgument::Node(name, node) => Some((name.clone(), Pattern::of(node)?)),
            })
            .collect::<Option<Vec<_>>>()?;
        if node.name == "row" {
            return Some(Pattern::Row(parts));
        }
        let last = Box::new(parts.pop()?.1);
        let mut parts = parts.into_iter().map(|(_, pattern)| pattern);
        match node.name.as_str() {
            "array" => Some(Pattern::Array(last)),
            "map" => Some(Pattern::Map(Box::new(parts.next()?), last)),
            "function" => Some(Pattern::Function(parts.collect(), last)),
            // A digest of any type is a type of its own, so the whole of it is the hole.
            "qdigest" => Some(Pattern::Variable(QUANTILE_DIGEST.to_owned())),
            _ => None,
        }
    }

    /// Shows this pattern and all inside it.
    fn walk<'p>(&'p self, visit: &mut dyn FnMut(&'p Pattern)) {
        visit(self);
        match self {
            Pattern::Concrete(_) | Pattern::Variable(_) | Pattern::Numbered(_) => {}
            Pattern::Array(element) => element.walk(visit),
            Pattern::Map(key, value) => {
                key.walk(visit);
                value.walk(visit);
            }
            Pattern::Row(fields) => fields.iter().for_each(|(_, field)| field.walk(visit)),
            Pattern::Function(parameters, result) => {
                parameters.iter().for_each(|parameter| parameter.walk(visit));
                result.walk(visit);
            }
        }
    }

    /// Whether it has a hole for a type.
    pub(super) fn has_type_variable(&self) -> bool {
        let mut found = false;
        self.walk(&mut |pattern| found |= matches!(pattern, Pattern::Variable(_)));
        found
    }

    /// The names of its holes for types.
    pub(super) fn type_variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.walk(&mut |pattern| {
            if let Pattern::Variable(name) = pattern {
                names.push(name.as_str());
            }
        });
        names
    }

    /// The names of its holes for numbers.
    pub(super) fn number_variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.walk(&mut |pattern| {
            if let Pattern::Numbered(numbered) = pattern {
                names.extend(numbered.numbers.iter().filter_map(Number::variable));
            }
        });
        names
    }

    /// The type with its holes filled; `None` while one is open, or if the numbers make no type.
    pub(super) fn filled(&self, bindings: &Bindings) -> Option<Type> {
        Some(match self {
            Pattern::Concrete(ty) => ty.clone(),
            Pattern::Variable(name) => bindings.types.get(name)?.clone(),
            Pattern::Numbered(numbered) => numbered.filled(|name| bindings.numbers.get(name).copied())?,
            Pattern::Array(element) => Type::array(element.filled(bindings)?),
            Pattern::Map(key, value) => Type::map(key.filled(bindings)?, value.filled(bindings)?),
            Pattern::Row(fields) => Type::Row(
                fields
                    .iter()
                    .map(|(name, field)| Some(RowField { name: name.clone(), ty: field.filled(bindings)? }))
                    .collect::<Option<_>>()?,
            ),
            Pattern::Function(parameters, result) => Type::Function(
                parameters.iter().map(|parameter| parameter.filled(bindings)).collect::<Option<_>>()?,
                Arc::new(result.filled(bindings)?),
            ),
        })
    }
}

/// The hole that stands for a quantile digest of any type.
pub(super) const QUANTILE_DIGEST: &str = "qdigest";

impl Numbered {
    /// The type with these numbers; `None` if one is missing or they make no type.
    pub(super) fn filled(&self, value: impl Fn(&str) -> Option<u32>) -> Option<Type> {
        let numbers = self
            .numbers
            .iter()
            .map(|number| match number {
                Number::Fixed(number) => Some(*number),
                Number::Variable(name) => value(name),
            })
            .collect::<Option<Vec<_>>>()?;
        numbered(&self.family, &numbers)
    }

    /// The holes with the numbers that a type of this family has in their places.
    pub(super) fn numbers_in<'a>(&'a self, ty: &Type) -> impl Iterator<Item = (&'a str, u32)> {
        self.numbers.iter().zip(numbers_of(ty)).filter_map(|(number, value)| Some((number.variable()?, value)))
    }
}

impl Number {
    fn variable(&self) -> Option<&str> {
        match self {
            Number::Fixed(_) => None,
            Number::Variable(name) => Some(name),
        }
    }

    fn of(argument: &NodeArgument) -> Option<Number> {
        match argument {
            NodeArgument::Number(number) => Some(Number::Fixed(*number)),
            NodeArgument::Node(None, node) if node.arguments.is_empty() => Some(Number::Variable(node.name.clone())),
            NodeArgument::Node(..) => None,
        }
    }
}

/// The numbers that tell a type from others of its family.
fn numbers_of(ty: &Type) -> Vec<u32> {
    match ty {
        Type::Decimal(precision, scale) => vec![(*precision).into(), (*scale).into()],
        Type::Varchar(length) => vec![length.unwrap_or(super::parse::UNBOUNDED)],
        Type::Char(length) => vec![*length],
        Type::Time(precision)
        | Type::TimeWithTimeZone(precision)
        | Type::Timestamp(precision)
        | Type::TimestampWithTimeZone(precision) => vec![(*precision).into()],
        _ => Vec::new(),
    }
}
