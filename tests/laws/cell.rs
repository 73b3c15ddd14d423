//! Values as the naive evaluator holds them, with SQL's three truths.

use std::cmp::Ordering;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// An instant: seconds since the epoch.
    Instant(i64),
    /// A date: days since 1970-01-01.
    Date(i64),
    /// A truth value.
    Truth(bool),
    /// NULL; last, as SQL sorts it.
    Null,
}

/// A row.
pub type Row = Vec<Cell>;

/// TRUE, FALSE, or neither.
pub type Truth = Option<bool>;

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// How two values compare; none if one is NULL.
    pub fn compare(&self, other: &Cell) -> Option<Ordering> {
        match (self, other) {
            (Cell::Null, _) | (_, Cell::Null) => None,
            _ => {
                assert_eq!(std::mem::discriminant(self), std::mem::discriminant(other), "{self:?} against {other:?}");
                Some(self.cmp(other))
            }
        }
    }

    /// As a condition.
    pub fn truth(&self) -> Truth {
        match self {
            Cell::Truth(truth) => Some(*truth),
            Cell::Null => None,
            other => panic!("{other:?} is no condition"),
        }
    }

    /// As the engines' rows show it.
    pub fn shown(&self) -> String {
        match self {
            Cell::Null => "NULL".to_owned(),
            Cell::Truth(truth) => truth.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Text(text) => text.clone(),
            Cell::Instant(_) | Cell::Date(_) => panic!("generated specs yield texts and numbers only"),
        }
    }
}

impl From<Truth> for Cell {
    fn from(truth: Truth) -> Cell {
        truth.map_or(Cell::Null, Cell::Truth)
    }
}

/// SQL's AND.
pub fn all(parts: impl IntoIterator<Item = Truth>) -> Truth {
    let mut truth = Some(true);
    for part in parts {
        truth = match (truth, part) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    truth
}

/// SQL's OR.
pub fn any(parts: impl IntoIterator<Item = Truth>) -> Truth {
    not(all(parts.into_iter().map(not)))
}

/// SQL's NOT.
pub fn not(truth: Truth) -> Truth {
    truth.map(|truth| !truth)
}
