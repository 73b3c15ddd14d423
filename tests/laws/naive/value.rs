//! The values of expressions: SQL's rules once more, by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::super::calendar::{DAY, seconds};
use super::super::cell::{Cell, Truth, all, any, not};
use super::super::model::{Aggregate, Expr};
use super::{Frame, Scope, Tables};

impl Tables {
    /// The value of an expression; in a grouped block with the group's rows.
    pub(super) fn value(&self, expr: &Expr, scope: &Scope<'_>, group: Option<&[Frame]>) -> Cell {
        let value = |expr: &Expr| self.value(expr, scope, group);
        match expr {
            Expr::Column(relation, column) => scope.column(relation, column),
            Expr::Literal(cell) => cell.clone(),
            Expr::Compare(left, sign, right) => compare(&value(left), sign, &value(right)).into(),
            Expr::Between(parts) => {
                let [subject, low, high] = parts.as_ref().each_ref().map(value);
                all([compare(&subject, ">=", &low), compare(&subject, "<=", &high)]).into()
            }
            Expr::In(subject, options, negated) => {
                let subject = value(subject);
                let found = any(options.iter().map(|option| compare(&subject, "=", &value(option))));
                if *negated { not(found) } else { found }.into()
            }
            Expr::StartsWith(subject, prefix) => match value(subject) {
                Cell::Text(text) => Cell::Truth(text.starts_with(prefix.as_str())),
                _ => Cell::Null,
            },
            Expr::And(parts) => all(parts.iter().map(|part| value(part).truth())).into(),
            Expr::Or(parts) => any(parts.iter().map(|part| value(part).truth())).into(),
            Expr::Not(inner) => not(value(inner).truth()).into(),
            Expr::IsNull(inner) => Cell::Truth(value(inner) == Cell::Null),
            Expr::Instant(text) => match value(text) {
                Cell::Text(text) => Cell::Instant(seconds(&text).unwrap_or_else(|| panic!("{text} is no time"))),
                _ => Cell::Null,
            },
            Expr::Later(instant, hours) => on_instant(value(instant), |second| Cell::Instant(second + hours * 3_600)),
            Expr::Date(instant) => on_instant(value(instant), |second| Cell::Date(second.div_euclid(DAY))),
            Expr::Truncated(unit, instant) => {
                on_instant(value(instant), |second| Cell::Instant(second - second.rem_euclid(*unit)))
            }
            Expr::Prefix(text, length) => match value(text) {
                Cell::Text(text) => Cell::Text(text.chars().take(*length).collect()),
                _ => Cell::Null,
            },
            Expr::ThroughJson(text) => value(text),
            Expr::Coalesce(parts) => {
                let [first, second] = parts.as_ref().each_ref().map(value);
                if first == Cell::Null { second } else { first }
            }
            Expr::Exists(query, negated) => Cell::Truth(self.evaluate(query, scope).rows.is_empty() == *negated),
            Expr::InQuery(subject, query, negated) => {
                let subject = value(subject);
                let found = any(self.evaluate(query, scope).rows.iter().map(|row| compare(&subject, "=", &row[0])));
                if *negated { not(found) } else { found }.into()
            }
            Expr::Parameter(_, cell) => cell.clone(),
            Expr::InParameter(subject, _, list) => {
                let subject = value(subject);
                any(list.iter().map(|option| compare(&subject, "=", option))).into()
            }
            Expr::Scalar(query) => match self.evaluate(query, scope).rows.as_slice() {
                [] => Cell::Null,
                [row] => row[0].clone(),
                rows => panic!("a scalar subquery of {} rows", rows.len()),
            },
            Expr::Aggregate(aggregate, argument) => {
                let group = group.expect("an aggregate stands in a grouped block");
                let arguments = group.iter().map(|frame| {
                    let inner = Scope { outer: scope.outer, frame, with: BTreeMap::new() };
                    argument.as_ref().map_or(Cell::Truth(true), |argument| self.value(argument, &inner, None))
                });
                let mut values: Vec<Cell> = arguments.filter(|value| *value != Cell::Null).collect();
                values.sort();
                match aggregate {
                    Aggregate::Count => Cell::Number(i64::try_from(values.len()).expect("few rows")),
                    Aggregate::CountDistinct => {
                        Cell::Number(i64::try_from(values.iter().collect::<BTreeSet<_>>().len()).expect("few rows"))
                    }
                    Aggregate::Min => values.first().cloned().unwrap_or(Cell::Null),
                    Aggregate::Max => values.last().cloned().unwrap_or(Cell::Null),
                }
            }
            Expr::Window(..) => panic!("window functions are items of their own"),
        }
    }
}

fn on_instant(value: Cell, function: impl Fn(i64) -> Cell) -> Cell {
    match value {
        Cell::Instant(second) => function(second),
        Cell::Null => Cell::Null,
        other => panic!("{other:?} is no instant"),
    }
}

fn compare(left: &Cell, sign: &str, right: &Cell) -> Truth {
    let order = left.compare(right)?;
    Some(match sign {
        "=" => order.is_eq(),
        "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        other => panic!("{other} is no comparison"),
    })
}
