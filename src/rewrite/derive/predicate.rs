//! Reading a conjunct: which of its parts speak of a scan's event time or partition keys, and what
//! they say. The result is in negation normal form, and every atom in it is strict.

use std::collections::BTreeSet;

use crate::bind::closed;
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::RelationId;
use crate::catalog::{Table, TimeFormat};
use crate::constant::{self, Value};
use crate::partition::{Bound, Derived};
use crate::plan::visit_expression;
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
}

impl Reader<'_> {
    /// What a conjunct says of the scan's partitions, if it is TRUE.
    pub fn read(&self, conjunct: &Expr) -> Derived {
        self.formula(conjunct, false)
    }

    fn formula(&self, expr: &Expr, negated: bool) -> Derived {
        let each = |children: &[Expr]| children.iter().map(|child| self.formula(child, negated)).collect::<Vec<_>>();
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
                    Some(prefix) => self.prefix(value, &prefix),
                    None => self.constant(expr, negated),
                },
                _ => self.constant(expr, negated),
            },
            _ => self.constant(expr, negated),
        }
    }

    /// A predicate without any column: one that is not TRUE means that no row is kept.
    fn constant(&self, expr: &Expr, negated: bool) -> Derived {
        let Ok(closed) = closed(expr, &mut |_| None) else { return Derived::Anything };
        match constant::evaluate(&closed, &[]) {
            Ok(Value::Boolean(value)) if value != negated => Derived::Anything,
            Ok(Value::Boolean(_) | Value::Null) => Derived::Nothing,
            Ok(_) | Err(_) => Derived::Anything,
        }
    }

    fn compare(&self, left: &Expr, comparison: Comparison, right: &Expr, negated: bool) -> Derived {
        let comparison = if negated { opposite(comparison) } else { comparison };
        self.atom(left, comparison, right)
            .or_else(|| self.atom(right, flipped(comparison), left))
            .unwrap_or(Derived::Anything)
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
        let Some(pattern) = constant_text(pattern) else { return Derived::Anything };
        let mut prefix = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            match character {
                _ if Some(character) == escape => match characters.next() {
                    Some(escaped) => prefix.push(escaped),
                    None => return Derived::Anything,
                },
                '%' | '_' => return self.prefix(value, &prefix),
                _ => prefix.push(character),
            }
        }
        match self.literal(value, prefix) {
            Some(bound) => self.atom_at(value, Comparison::Equal, bound),
            None => Derived::Anything,
        }
    }

    /// `value` begins with a text: it lies between that text and the next text of its length.
    fn prefix(&self, value: &Expr, prefix: &str) -> Derived {
        let Some(low) = self.literal(value, prefix.to_owned()) else { return Derived::Anything };
        let above = self.atom_at(value, Comparison::GreaterOrEqual, low);
        let mut next = prefix.to_owned();
        while let Some(last) = next.pop() {
            // The surrogate gap has no characters; the successor of the one before it lies behind.
            let successor = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
            if let Some(successor) = successor {
                next.push(successor);
                let below = self.literal(value, next).map(|high| self.atom_at(value, Comparison::Less, high));
                return Derived::all(std::iter::once(above).chain(below));
            }
        }
        above
    }

    fn atom_at(&self, value: &Expr, comparison: Comparison, bound: Expr) -> Derived {
        self.atom(value, comparison, &bound).unwrap_or(Derived::Anything)
    }

    fn literal(&self, like: &Expr, text: String) -> Option<Expr> {
        matches!(like.ty, Type::Varchar(_)).then(|| Expr {
            kind: ExprKind::Literal(Value::varchar(text)),
            ty: like.ty.clone(),
            span: like.span,
        })
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
