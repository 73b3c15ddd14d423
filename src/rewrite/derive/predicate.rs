//! Reading a conjunct: which of its parts speak of a scan's event time or partition keys, and what
//! they say. The result is in negation normal form, and every atom in it is strict.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::bind::closed;
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::RelationId;
use crate::catalog::{Table, TimeFormat};
use crate::constant::{self, Value};
use crate::partition::{Bound, Derived};
use crate::plan::{Warning, visit_expression};
use crate::source::{Source, Span};
use crate::spec::ast::Comparison;
use crate::types::Type;

/// Reads conjuncts for one scan.
pub(super) struct Reader<'a> {
    /// The table scanned.
    pub table: &'a Table,
    /// The scan's relation.
    pub relation: RelationId,
    /// The relations whose columns a driver row fixes.
    pub drivers: &'a BTreeSet<RelationId>,
    /// The spec's text, for warnings.
    pub source: &'a Source,
    /// What was found that most likely does not say what was meant.
    pub warnings: &'a RefCell<Vec<Warning>>,
}

impl Reader<'_> {
    /// What a conjunct says of the scan's partitions, if it is TRUE.
    pub fn read(&self, conjunct: &Expr) -> Derived {
        self.formula(conjunct, false)
    }

    fn formula(&self, expr: &Expr, negated: bool) -> Derived {
        let each = |children: &[Expr]| children.iter().map(|child| self.formula(child, negated)).collect::<Vec<_>>();
        let joins = matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_));
        if let Some(constant) = (!joins).then(|| constant(expr, negated)).flatten() {
            return constant;
        }
        match &expr.kind {
            ExprKind::And(children) if negated => Derived::any(each(children)),
            ExprKind::And(children) => Derived::all(each(children)),
            ExprKind::Or(children) if negated => Derived::all(each(children)),
            ExprKind::Or(children) => Derived::any(each(children)),
            ExprKind::Not(child) => self.formula(child, !negated),
            ExprKind::Between(children) => {
                let [value, low, high] = children.as_ref();
                let above = self.compare(value, Comparison::GreaterOrEqual, low, negated);
                let below = self.compare(value, Comparison::LessOrEqual, high, negated);
                if negated { Derived::any([above, below]) } else { Derived::all([above, below]) }
            }
            ExprKind::InList(value, list) | ExprKind::InParameter(value, _, list) => {
                let each = list.iter().map(|item| self.compare(value, Comparison::Equal, item, negated));
                if negated { Derived::all(each) } else { Derived::any(each) }
            }
            ExprKind::Call(name, arguments) => match (comparison(name), arguments.as_slice()) {
                (Some(comparison), [left, right]) => self.compare(left, comparison, right, negated),
                (None, [value, pattern, escape @ ..]) if name == "like" && !negated => {
                    self.like(value, pattern, escape.first())
                }
                (None, [value, prefix]) if name == "starts_with" && !negated => match constant_text(prefix) {
                    Some(text) => self.prefix(value, &text, prefix.span),
                    None => Derived::Anything,
                },
                _ => Derived::Anything,
            },
            _ => Derived::Anything,
        }
    }

    fn compare(&self, left: &Expr, comparison: Comparison, right: &Expr, negated: bool) -> Derived {
        let comparison = if negated { opposite(comparison) } else { comparison };
        let sides = [(left, comparison, right), (right, flipped(comparison), left)];
        for (subject, comparison, bound) in sides {
            if let Some(atom) = self.atom(subject, comparison, bound) {
                self.warn_of_bound(subject, &atom);
                return atom;
            }
            self.warn_of_pattern(subject, comparison, bound);
        }
        Derived::Anything
    }

    /// `subject comparison bound`, if the subject is a key or an increasing function of event time
    /// and the bound is fixed by constants and the driver row.
    fn atom(&self, subject: &Expr, comparison: Comparison, bound: &Expr) -> Option<Derived> {
        if let Some(key) = self.key(subject) {
            return Some(Derived::Key { key, comparison, bound: self.bound(bound)? });
        }
        let time = self.table.time.as_ref()?;
        let column = ColumnRef { relation: self.relation, column: time.column };
        let function = super::time::increasing(subject, column, &time.format)?;
        if comparison == Comparison::NotEqual {
            return None;
        }
        let column = self.table.columns.get(time.column)?.ty.clone();
        let (ty, bound) = (subject.ty.clone(), self.bound(bound)?);
        Some(Derived::Time { function, column, ty, comparison, bound, subject: subject.span })
    }

    /// The position of the key that an expression is, coercions that change no value aside. Of keys of
    /// other types (a `char` is padded, a decimal has several texts) nothing is derived.
    fn key(&self, expr: &Expr) -> Option<usize> {
        match &expr.kind {
            ExprKind::Cast(inner, CastMode::Implicit) => {
                let same = matches!((&inner.ty, &expr.ty), (Type::Varchar(_), Type::Varchar(_)))
                    || inner.ty.is_integer() && expr.ty.is_integer();
                if same { self.key(inner) } else { None }
            }
            ExprKind::Column(column) if column.relation == self.relation => {
                let at = column.column.checked_sub(self.table.columns.len())?;
                let key = self.table.partition_keys.get(at)?;
                (key.ty.is_integer() || matches!(key.ty, Type::Varchar(_) | Type::Date)).then_some(at)
            }
            _ => None,
        }
    }

    fn bound(&self, expr: &Expr) -> Option<Bound> {
        let mut columns: Vec<ColumnRef> = Vec::new();
        let closed = closed(expr, &mut |column| {
            if !self.drivers.contains(&column.relation) {
                return None;
            }
            Some(columns.iter().position(|known| *known == column).unwrap_or_else(|| {
                columns.push(column);
                columns.len() - 1
            }))
        })
        .ok()?;
        let increasing = match columns.as_slice() {
            [column] => super::time::increasing(expr, *column, &TimeFormat::Iso8601).is_some(),
            _ => false,
        };
        Some(Bound { expr: closed, columns, increasing, span: expr.span })
    }

    fn like(&self, value: &Expr, pattern: &Expr, escape: Option<&Expr>) -> Derived {
        let escape = match escape.map(constant_text) {
            None => None,
            Some(Some(text)) if text.chars().count() == 1 => text.chars().next(),
            Some(_) => return Derived::Anything,
        };
        let pattern_span = pattern.span;
        let Some(text) = constant_text(pattern) else { return Derived::Anything };
        let mut prefix = String::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                _ if Some(character) == escape => match characters.next() {
                    Some(escaped) => prefix.push(escaped),
                    None => return Derived::Anything,
                },
                '%' | '_' => return self.prefix(value, &prefix, pattern_span),
                _ => prefix.push(character),
            }
        }
        match self.literal(value, prefix, pattern_span) {
            Some(bound) => self.compare(value, Comparison::Equal, &bound, false),
            None => Derived::Anything,
        }
    }

    /// `value` begins with a text: it lies between that text and the next text of its length. Every
    /// text begins with the empty one, which bounds nothing.
    fn prefix(&self, value: &Expr, prefix: &str, span: Span) -> Derived {
        if prefix.is_empty() {
            return Derived::Anything;
        }
        let Some(low) = self.literal(value, prefix.to_owned(), span) else { return Derived::Anything };
        let above = self.atom_at(value, Comparison::GreaterOrEqual, low);
        self.warn_of_beginning(value, &above, prefix);
        let mut next = prefix.to_owned();
        while let Some(last) = next.pop() {
            // The surrogate gap has no characters; the successor of the one before it lies behind.
            let successor = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
            if let Some(successor) = successor {
                next.push(successor);
                let below = self.literal(value, next, span).map(|high| self.atom_at(value, Comparison::Less, high));
                return Derived::all(std::iter::once(above).chain(below));
            }
        }
        above
    }

    fn atom_at(&self, value: &Expr, comparison: Comparison, bound: Expr) -> Derived {
        self.atom(value, comparison, &bound).unwrap_or(Derived::Anything)
    }

    /// A text of the type of what it is compared with, if that is a varchar.
    fn literal(&self, like: &Expr, text: String, span: Span) -> Option<Expr> {
        let literal = || Expr { kind: ExprKind::Literal(Value::varchar(text)), ty: like.ty.clone(), span };
        matches!(like.ty, Type::Varchar(_)).then(literal)
    }
}

/// A predicate without any column, if it has a value: one that is not TRUE means that no row is kept.
fn constant(expr: &Expr, negated: bool) -> Option<Derived> {
    match constant::evaluate(&closed(expr, &mut |_| None).ok()?, &[]).ok()? {
        Value::Boolean(value) if value != negated => Some(Derived::Anything),
        Value::Boolean(_) | Value::Null => Some(Derived::Nothing),
        _ => None,
    }
}

/// The text of an expression without columns, if it is one.
fn constant_text(expr: &Expr) -> Option<String> {
    let mut has_column = false;
    visit_expression(expr, &mut |expr| {
        has_column |= matches!(expr.kind, ExprKind::Column(_));
        !has_column
    });
    if has_column {
        return None;
    }
    match constant::evaluate(&closed(expr, &mut |_| None).ok()?, &[]) {
        Ok(Value::Varchar(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "=" => Comparison::Equal,
        "<>" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// The comparison that is TRUE where this one is FALSE.
fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

/// The comparison with its sides exchanged.
fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal | Comparison::NotEqual => comparison,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}
