//! Following a path through JSON: from sequences of items to sequences of items.
//!
//! An item is JSON, or a value of SQL that a literal, a method or PASSING gave. Items share their
//! trees, so a sequence is as small as it is long; and since wildcards multiply, one evaluation may only do
//! so much before it is refused.

use std::sync::Arc;

use super::node::{Member, Node};
use super::number;
use super::path::{Method, Path, PathExpr, Step, Subscript, TYPE_NAME};
use super::predicate;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// How many items and members one evaluation may look at.
const MOST: usize = 2_000_000;

/// One item of a sequence.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Json(Node),
    /// A value that is not NULL, of a type that need not be one of JSON's.
    Sql(Type, Value),
}

/// A value of PASSING.
#[derive(Debug, Clone)]
pub(super) enum Passed {
    /// Of JSON that is NULL there is no item.
    Nothing,
    Item(Item),
}

/// Why a path gives no sequence.
#[derive(Debug)]
pub(super) enum Failure {
    /// A PATH_EVALUATION_ERROR, which a filter takes for unknown and ON ERROR answers for.
    Path(String),
    /// Trino's own failure, or what the evaluator refuses.
    Fatal(EvalError),
}

pub(super) type Walked<T> = Result<T, Failure>;

/// The error of a path, by its reason.
pub(super) fn failed<T>(message: impl Into<String>) -> Walked<T> {
    Err(Failure::Path(message.into()))
}

/// What the variables of a path stand for at one place.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    current: Option<&'a Item>,
    last: Option<usize>,
}

/// One evaluation of a path.
pub(super) struct Walk<'a> {
    pub(super) lax: bool,
    input: &'a Node,
    passed: &'a [Passed],
    /// How many objects `keyvalue()` has numbered.
    objects: i64,
    left: usize,
}

/// The items that a path gives.
///
/// # Errors
///
/// What the path asks for is not there or is of the wrong kind, or it is too much.
pub(super) fn follow(path: &Path, input: &Node, passed: &[Passed]) -> Walked<Vec<Item>> {
    let mut walk = Walk { lax: path.lax, input, passed, objects: 0, left: MOST };
    walk.sequence(&path.root, Place { current: None, last: None })
}

impl Walk<'_> {
    /// Counts what is looked at.
    pub(super) fn spend(&mut self, items: usize) -> Walked<()> {
        match self.left.checked_sub(items) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Failure::Fatal(EvalError::refused("a JSON path over so many items"))),
        }
    }

    pub(super) fn sequence(&mut self, expr: &PathExpr, place: Place<'_>) -> Walked<Vec<Item>> {
        self.spend(1)?;
        Ok(match expr {
            PathExpr::Context => vec![Item::Json(self.input.clone())],
            PathExpr::Current => match place.current {
                Some(item) => vec![item.clone()],
                None => return failed("@ stands outside of any filter"),
            },
            PathExpr::Last => match place.last {
                Some(last) => vec![whole(last)],
                None => return failed("last stands outside of any array"),
            },
            PathExpr::Null => vec![Item::Json(Node::Null)],
            PathExpr::Variable(at) => match &self.passed[*at] {
                Passed::Nothing => Vec::new(),
                Passed::Item(item) => vec![item.clone()],
            },
            PathExpr::Literal(ty, value) => vec![Item::Sql(ty.clone(), value.clone())],
            PathExpr::Signed(negative, operand) => {
                let items = self.sequence(operand, place)?;
                let items = self.unwrapped(items)?;
                items.iter().map(|item| number::signed(*negative, item)).collect::<Walked<_>>()?
            }
            PathExpr::Arithmetic(first, rest) => {
                let mut left = self.sequence(first, place)?;
                for (operator, operand) in rest {
                    let right = self.sequence(operand, place)?;
                    let (one, other) = (self.unwrapped(left)?, self.unwrapped(right)?);
                    let ([one], [other]) = (one.as_slice(), other.as_slice()) else {
                        return failed("an operator takes one number on each side");
                    };
                    left = vec![number::arithmetic(*operator, one, other)?];
                }
                left
            }
            PathExpr::Access(base, steps) => {
                let mut items = self.sequence(base, place)?;
                for step in steps {
                    items = self.step(step, items, place)?;
                }
                items
            }
        })
    }

    /// In lax mode the elements of arrays instead of these.
    pub(super) fn unwrapped(&mut self, items: Vec<Item>) -> Walked<Vec<Item>> {
        let is_array = |item: &Item| matches!(item, Item::Json(Node::Array(_)));
        if !self.lax || !items.iter().any(is_array) {
            return Ok(items);
        }
        let mut all = Vec::new();
        for item in items {
            match item {
                Item::Json(Node::Array(elements)) => {
                    self.spend(elements.len())?;
                    all.extend(elements.iter().cloned().map(Item::Json));
                }
                other => all.push(other),
            }
        }
        Ok(all)
    }

    fn step(&mut self, step: &Step, items: Vec<Item>, place: Place<'_>) -> Walked<Vec<Item>> {
        let unwraps = !matches!(
            step,
            Step::AnyElement | Step::Elements(_) | Step::Descendant(_) | Step::Method(Method::Size | Method::Type)
        );
        let items = if unwraps { self.unwrapped(items)? } else { items };
        self.spend(items.len())?;
        let mut found = Vec::new();
        for item in items {
            match step {
                Step::Member(name) => self.member(name, &item, &mut found)?,
                Step::AnyMember => {
                    let members = self.members(&item)?;
                    self.spend(members.len())?;
                    found.extend(members.iter().map(|member| Item::Json(member.value.clone())));
                }
                Step::Descendant(name) => {
                    if let Item::Json(node) = &item {
                        self.descendants(name, node, &mut found)?;
                    }
                }
                Step::AnyElement => {
                    let elements = self.elements(item)?;
                    self.spend(elements.len())?;
                    found.extend(elements);
                }
                Step::Elements(subscripts) => self.subscripted(subscripts, item, place, &mut found)?,
                Step::Filter(predicate) => {
                    let within = Place { current: Some(&item), ..place };
                    if predicate::holds(self, predicate, within)? == Some(true) {
                        found.push(item);
                    }
                }
                Step::Method(Method::KeyValue) => self.key_values(&item, &mut found)?,
                Step::Method(method) => found.push(self.method(*method, &item)?),
            }
        }
        Ok(found)
    }

    /// The members of an object; in lax mode anything else has none.
    fn members<'i>(&self, item: &'i Item) -> Walked<&'i [Member]> {
        match item {
            Item::Json(Node::Object(members)) => Ok(members),
            _ if self.lax => Ok(&[]),
            other => failed(format!("expected an object, found {}", kind(other))),
        }
    }

    fn member(&mut self, name: &str, item: &Item, found: &mut Vec<Item>) -> Walked<()> {
        let members = self.members(item)?;
        match members.iter().position(|member| *member.name == *name) {
            Some(at) => {
                self.spend(at)?;
                found.push(Item::Json(members[at].value.clone()));
                Ok(())
            }
            None if self.lax => self.spend(members.len()),
            None => failed(format!("the object has no member {name}")),
        }
    }

    /// Every member of this name in a tree, the outer before the inner.
    fn descendants(&mut self, name: &str, node: &Node, found: &mut Vec<Item>) -> Walked<()> {
        match node {
            Node::Object(members) => {
                self.spend(members.len())?;
                let own = members.iter().find(|member| *member.name == *name);
                found.extend(own.map(|member| Item::Json(member.value.clone())));
                members.iter().try_for_each(|member| self.descendants(name, &member.value, found))
            }
            Node::Array(elements) => {
                self.spend(elements.len())?;
                elements.iter().try_for_each(|element| self.descendants(name, element, found))
            }
            _ => Ok(()),
        }
    }

    /// The elements of an array; in lax mode anything else is an array of itself.
    fn elements(&self, item: Item) -> Walked<Vec<Item>> {
        match item {
            Item::Json(Node::Array(elements)) => Ok(elements.iter().cloned().map(Item::Json).collect()),
            other if self.lax => Ok(vec![other]),
            other => failed(format!("expected an array, found {}", kind(&other))),
        }
    }

    fn subscripted(
        &mut self,
        subscripts: &[Subscript],
        item: Item,
        place: Place<'_>,
        found: &mut Vec<Item>,
    ) -> Walked<()> {
        // The array is shared and may be long: what is not chosen is not copied.
        let count = match &item {
            Item::Json(Node::Array(elements)) => elements.len(),
            _ if self.lax => 1,
            other => return failed(format!("expected an array, found {}", kind(other))),
        };
        let Some(last) = count.checked_sub(1) else {
            return if self.lax { Ok(()) } else { failed("the array is empty") };
        };
        let within = Place { last: Some(last), ..place };
        for subscript in subscripts {
            let from = self.sequence(&subscript.from, within)?;
            let to = subscript.to.as_ref().map(|to| self.sequence(to, within)).transpose()?;
            let from = index(&from)?;
            let to = to.map_or(Ok(from), |to| index(&to))?;
            let size = i64::try_from(count).unwrap_or(i64::MAX);
            let inside = |index| (0..size).contains(&index);
            let fits = inside(from) && inside(to) && from <= to;
            if !(self.lax || fits) {
                return failed(format!("the array has {size} elements, not those from {from} to {to}"));
            }
            let first = usize::try_from(from.max(0)).unwrap_or(usize::MAX);
            let end = usize::try_from(to.saturating_add(1).clamp(0, size)).unwrap_or(0);
            if first < end {
                self.spend(end - first)?;
                match &item {
                    Item::Json(Node::Array(elements)) => {
                        found.extend(elements[first..end].iter().cloned().map(Item::Json));
                    }
                    other => found.push(other.clone()),
                }
            }
        }
        Ok(())
    }

    /// An object of name, value and the object's number for each member.
    fn key_values(&mut self, item: &Item, found: &mut Vec<Item>) -> Walked<()> {
        let Item::Json(Node::Object(members)) = item else {
            return failed(format!("expected an object, found {}", kind(item)));
        };
        self.spend(3 * members.len())?;
        for member in members.iter() {
            let part = |name: &str, value| Member { name: name.into(), value };
            let parts = [
                part("name", Node::text(member.name.clone())),
                part("value", member.value.clone()),
                part("id", Node::integer(self.objects)),
            ];
            found.push(Item::Json(Node::Object(Arc::new(parts))));
        }
        self.objects += 1;
        Ok(())
    }

    fn method(&self, method: Method, item: &Item) -> Walked<Item> {
        match method {
            Method::Size => match item {
                Item::Json(Node::Array(elements)) => Ok(whole(elements.len())),
                _ if self.lax => Ok(whole(1)),
                other => failed(format!("expected an array, found {}", kind(other))),
            },
            Method::Type => match item {
                Item::Json(Node::Missing) => {
                    let message = "the type of JSON without a value";
                    Err(Failure::Fatal(EvalError::new("GENERIC_INTERNAL_ERROR", message)))
                }
                item => Ok(Item::Sql(TYPE_NAME, Value::varchar(kind(item)))),
            },
            Method::Abs => number::called("abs", item),
            Method::Ceiling => number::called("ceiling", item),
            Method::Floor => number::called("floor", item),
            Method::Double => number::double(item),
            Method::KeyValue => unreachable!("keyvalue() gives several items and has its own arm"),
        }
    }
}

fn whole(number: usize) -> Item {
    Item::Sql(Type::Integer, Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// The one index that a subscript gives.
fn index(items: &[Item]) -> Walked<i64> {
    match items {
        [item] => number::index(item),
        _ => failed("a subscript is one number"),
    }
}

/// What `type()` says of an item.
pub(super) fn kind(item: &Item) -> &'static str {
    let ty = match item {
        Item::Json(Node::Missing) => return "nothing",
        Item::Json(Node::Null) => return "null",
        Item::Json(Node::Huge(_)) => return "number",
        Item::Json(Node::Array(_)) => return "array",
        Item::Json(Node::Object(_)) => return "object",
        Item::Json(Node::Scalar(ty, _)) | Item::Sql(ty, _) => ty,
    };
    match ty {
        Type::Boolean => "boolean",
        Type::Date => "date",
        Type::Time(_) => "time without time zone",
        Type::TimeWithTimeZone(_) => "time with time zone",
        Type::Timestamp(_) => "timestamp without time zone",
        Type::TimestampWithTimeZone(_) => "timestamp with time zone",
        ty if ty.is_numeric() => "number",
        _ => "string",
    }
}
