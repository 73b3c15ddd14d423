//! The path language of SQL/JSON, as Trino reads it: `lax $.a[0 to last]?(@.b > 1).size()`.
//!
//! It has nothing in common with the paths of `json_extract` but the dollar sign. A path is read once,
//! when its spec is bound; what stands here is its tree, in which a chain of accessors or operators is a
//! list, so that only parentheses nest.

mod check;
mod lex;
mod parse;

use std::ops::Range;
use std::sync::Arc;

pub(super) use check::TYPE_NAME;
use serde::{Deserialize, Serialize};

use crate::constant::Value;
use crate::types::Type;

/// A path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// `lax`: arrays are unwrapped where something else is wanted, and what is not there is nothing.
    pub(super) lax: bool,
    pub(super) root: PathExpr,
    /// The type of what it gives, if the path alone fixes it.
    ty: Option<Type>,
}

impl Path {
    /// Reads a path; `passed` are the values of PASSING by name, with the type of those that are no JSON.
    ///
    /// # Errors
    ///
    /// What Trino refuses in a path before it looks at any value.
    pub fn parse(text: &str, passed: &[(String, Option<Type>)]) -> Result<Path, PathMistake> {
        let (lax, root) = parse::path(text, passed)?;
        let ty = check::result_type(&root)?;
        Ok(Path { lax, root, ty })
    }

    /// The type of what it gives, if the path alone fixes it.
    pub fn result_type(&self) -> Option<&Type> {
        self.ty.as_ref()
    }
}

/// What is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathMistake {
    /// Trino's name for the error.
    pub name: &'static str,
    /// What is wrong, in words.
    pub message: String,
    /// Which bytes of the path are wrong; the whole path if none.
    pub at: Option<Range<usize>>,
}

/// What gives a sequence of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum PathExpr {
    /// `$`
    Context,
    /// `@`
    Current,
    /// `last`
    Last,
    /// `null`
    Null,
    /// `$name`: a value of PASSING, by its place there.
    Variable(usize),
    Literal(Type, Value),
    /// `-x`, or `+x` if false.
    Signed(bool, Box<PathExpr>),
    /// `a + b - c …`, of operators of one rank, from the left.
    Arithmetic(Box<PathExpr>, Vec<(Operator, PathExpr)>),
    /// Accessors, filters and methods behind something.
    Access(Box<PathExpr>, Vec<Step>),
}

/// An operator between two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulus,
}

impl Operator {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Modulus => "%",
        }
    }
}

/// What stands behind an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Step {
    /// `.name`
    Member(Arc<str>),
    /// `.*`
    AnyMember,
    /// `..name`
    Descendant(Arc<str>),
    /// `[*]`
    AnyElement,
    /// `[1, 3 to last]`
    Elements(Vec<Subscript>),
    /// `?(…)`
    Filter(Predicate),
    /// `.name()`
    Method(Method),
}

/// `from` or `from to to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Subscript {
    pub(super) from: PathExpr,
    pub(super) to: Option<PathExpr>,
}

/// A method of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Method {
    Abs,
    Ceiling,
    Double,
    Floor,
    KeyValue,
    Size,
    Type,
}

/// What a filter asks: true, false or unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Predicate {
    /// `a == b`
    Compare(Comparison, Box<PathExpr>, Box<PathExpr>),
    /// `a starts with "b"`
    StartsWith(Box<PathExpr>, Box<PathExpr>),
    /// `exists(a)`
    Exists(Box<PathExpr>),
    /// `(p) is unknown`
    IsUnknown(Box<Predicate>),
    /// `!(p)`
    Not(Box<Predicate>),
    /// `p && q && …`
    And(Vec<Predicate>),
    /// `p || q || …`
    Or(Vec<Predicate>),
}

/// A comparison of two items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
