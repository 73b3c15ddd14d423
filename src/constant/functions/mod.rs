//! Scalar functions and operators with Trino's results, by family.
//!
//! A function is found once, by its name and the types that the binder resolved, and then called
//! for every row. Each family is a file with one `lookup`.

mod argument;
mod array;
mod binary;
mod conditional;
mod ip;
mod json;
mod map;
mod number;
mod operator;
mod regexp;
mod string;
mod time;
mod url;

pub use json::path_mistake as json_path_mistake;
pub(super) use json::reader as json_reader;

use std::fmt;
use std::sync::Arc;

pub use binary::xx_hash;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{EvalError, Value};
use crate::types::Type;

/// A function or operator, resolved to the types it is called with.
#[derive(Clone)]
pub struct Function {
    /// Its name, lower case; operators by their sign.
    pub name: Arc<str>,
    /// The types of its arguments.
    pub arguments: Arc<[Type]>,
    /// The type of its result.
    pub result: Type,
    /// What it does.
    pub body: Body,
}

/// What a function does.
#[derive(Clone, Copy)]
pub enum Body {
    /// Called only if no argument is NULL; a NULL argument makes the result NULL.
    Strict(fn(&Function, &[Value]) -> Result<Value, EvalError>),
    /// Called with NULLs too.
    Nullable(fn(&Function, &[Value]) -> Result<Value, EvalError>),
    /// Takes lambdas; called with NULLs too.
    HigherOrder(fn(&Function, &[Argument<'_>]) -> Result<Value, EvalError>),
}

/// An argument of a function that takes lambdas.
pub enum Argument<'a> {
    /// A value.
    Value(Value),
    /// A lambda, to be called with its parameters' values.
    Lambda(&'a dyn Fn(&[Value]) -> Result<Value, EvalError>),
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.arguments.len())
    }
}

impl Function {
    /// Its result for arguments of which none is NULL.
    ///
    /// # Errors
    ///
    /// What Trino would raise, by Trino's name for it.
    pub(super) fn call_strict(&self, arguments: &[Value]) -> Result<Value, EvalError> {
        match self.body {
            Body::Strict(body) | Body::Nullable(body) => body(self, arguments),
            Body::HigherOrder(_) => panic!("a function that takes lambdas is not called with values alone"),
        }
    }
}

/// A function is written as the names it is found by.
impl Serialize for Function {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.name, &self.arguments, &self.result).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (name, arguments, result) = <(String, Vec<Type>, Type)>::deserialize(deserializer)?;
        function(&name, &arguments, &result)
            .ok_or_else(|| de::Error::custom(format!("the function {name} is not known to this version")))
    }
}

/// Finds what a function does for these types; `None` if the evaluator lacks it.
pub fn function(name: &str, arguments: &[Type], result: &Type) -> Option<Function> {
    let body = lookup(name, arguments, result)?;
    Some(Function { name: name.into(), arguments: arguments.into(), result: result.clone(), body })
}

/// Finds a function of one family by its name, argument types and result type.
type Lookup = fn(&str, &[Type], &Type) -> Option<Body>;

/// The families, in the order in which they are asked. Their names are disjoint, but for functions
/// such as `concat` or `reverse` that exist for several kinds of types: there each takes its own.
const FAMILIES: [(&str, Lookup); 12] = [
    ("operator", operator::lookup),
    ("string", string::lookup),
    ("regexp", regexp::lookup),
    ("json", json::lookup),
    ("url", url::lookup),
    ("time", time::lookup),
    ("number", number::lookup),
    ("conditional", conditional::lookup),
    ("array", array::lookup),
    ("map", map::lookup),
    ("ip", ip::lookup),
    ("binary", binary::lookup),
];

/// The family of a function for these types, by the room it is written in; `None` if the evaluator lacks it.
pub fn family(name: &str, arguments: &[Type], result: &Type) -> Option<&'static str> {
    FAMILIES.iter().find(|(_, lookup)| lookup(name, arguments, result).is_some()).map(|(family, _)| *family)
}

/// Asks each family in turn.
fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    FAMILIES.iter().find_map(|(_, lookup)| lookup(name, arguments, result))
}
