//! Sets of values made of intervals, each end open, closed or unbounded.
//!
//! An end is a [`Cut`]: a place between values. Ordering the cuts makes union, intersection and
//! complement a single walk, without a case for each kind of end. No order is taken to be discrete:
//! the open interval between 1 and 2 is not empty.

use serde::{Deserialize, Serialize};

/// A place between the values of an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cut<T> {
    /// Before every value.
    Start,
    /// Right before a value.
    Before(T),
    /// Right after a value.
    After(T),
    /// After every value.
    End,
}

impl<T: Ord> Ord for Cut<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place().cmp(&other.place())
    }
}

impl<T: Ord> PartialOrd for Cut<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Cut<T> {
    /// The order of cuts as that of tuples: the ends, then the value, then before or after it.
    fn place(&self) -> (u8, Option<&T>, bool) {
        match self {
            Cut::Start => (0, None, false),
            Cut::Before(value) => (1, Some(value), false),
            Cut::After(value) => (1, Some(value), true),
            Cut::End => (2, None, false),
        }
    }

    /// The value beside the cut.
    pub fn value(&self) -> Option<&T> {
        self.place().1
    }
}

/// A set of values: disjoint intervals in order, none empty, none touching the next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intervals<T> {
    parts: Vec<(Cut<T>, Cut<T>)>,
}

impl<T: Ord + Clone> Intervals<T> {
    /// No value.
    pub fn none() -> Self {
        Self { parts: Vec::new() }
    }

    /// Every value.
    pub fn all() -> Self {
        Self::between(Cut::Start, Cut::End)
    }

    /// The values between two cuts.
    pub fn between(from: Cut<T>, to: Cut<T>) -> Self {
        Self { parts: if from < to { vec![(from, to)] } else { Vec::new() } }
    }

    /// One value (`=`).
    pub fn point(value: T) -> Self {
        Self::between(Cut::Before(value.clone()), Cut::After(value))
    }

    /// Some values (`IN`).
    pub fn points_of(values: impl IntoIterator<Item = T>) -> Self {
        Self::from_parts(values.into_iter().map(|value| (Cut::Before(value.clone()), Cut::After(value))).collect())
    }

    /// `< value`.
    pub fn less(value: T) -> Self {
        Self::between(Cut::Start, Cut::Before(value))
    }

    /// `<= value`.
    pub fn at_most(value: T) -> Self {
        Self::between(Cut::Start, Cut::After(value))
    }

    /// `> value`.
    pub fn greater(value: T) -> Self {
        Self::between(Cut::After(value), Cut::End)
    }

    /// `>= value`.
    pub fn at_least(value: T) -> Self {
        Self::between(Cut::Before(value), Cut::End)
    }

    /// `BETWEEN low AND high`.
    pub fn closed(low: T, high: T) -> Self {
        Self::between(Cut::Before(low), Cut::After(high))
    }

    /// The values in this or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_parts(self.parts.iter().chain(&other.parts).cloned().collect())
    }

    /// The values in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let (mut left, mut right) = (self.parts.iter().peekable(), other.parts.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (from, to) = ((&a.0).max(&b.0), (&a.1).min(&b.1));
            if from < to {
                parts.push((from.clone(), to.clone()));
            }
            if a.1 <= b.1 {
                left.next()
            } else {
                right.next()
            };
        }
        Self { parts }
    }

    /// The values not in this.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut parts = Vec::new();
        let mut from = Cut::Start;
        for (start, end) in &self.parts {
            if from < *start {
                parts.push((from, start.clone()));
            }
            from = end.clone();
        }
        if from < Cut::End {
            parts.push((from, Cut::End));
        }
        Self { parts }
    }

    /// The values in this but not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    /// Whether a value is in the set.
    pub fn contains(&self, value: &T) -> bool {
        let after = self.parts.partition_point(|(from, _)| match from.value() {
            Some(start) => start < value || (start == value && matches!(from, Cut::Before(_))),
            None => *from == Cut::Start,
        });
        after.checked_sub(1).and_then(|at| self.parts.get(at)).is_some_and(|(_, to)| match to {
            Cut::Start => false,
            Cut::Before(end) => value < end,
            Cut::After(end) => value <= end,
            Cut::End => true,
        })
    }

    /// Whether the other has every value of this.
    pub fn is_subset(&self, other: &Self) -> bool {
        let mut around = other.parts.iter().peekable();
        self.parts.iter().all(|(from, to)| {
            while around.next_if(|(_, end)| end < to).is_some() {}
            around.peek().is_some_and(|(start, _)| start <= from)
        })
    }

    /// Whether the set has no interval.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether the set is every value.
    pub fn is_all(&self) -> bool {
        matches!(self.parts.as_slice(), [(Cut::Start, Cut::End)])
    }

    /// The values, if the set is a list of single ones.
    pub fn points(&self) -> Option<Vec<&T>> {
        self.parts
            .iter()
            .map(|part| match part {
                (Cut::Before(from), Cut::After(to)) if from == to => Some(from),
                _ => None,
            })
            .collect()
    }

    /// The intervals, in order.
    pub fn parts(&self) -> &[(Cut<T>, Cut<T>)] {
        &self.parts
    }

    /// The smallest single interval around the set.
    #[must_use]
    pub fn hull(&self) -> Self {
        match (self.parts.first(), self.parts.last()) {
            (Some((from, _)), Some((_, to))) => Self::between(from.clone(), to.clone()),
            _ => Self::none(),
        }
    }

    /// The set with each interval's end moved; ends may then overlap, and are merged.
    #[must_use]
    pub fn extended(&self, move_end: impl Fn(&T) -> T) -> Self {
        let extend = |(from, to): &(Cut<T>, Cut<T>)| {
            let to = match to {
                Cut::Before(end) => Cut::Before(move_end(end)),
                Cut::After(end) => Cut::After(move_end(end)),
                Cut::Start => Cut::Start,
                Cut::End => Cut::End,
            };
            (from.clone(), to)
        };
        Self::from_parts(self.parts.iter().map(extend).collect())
    }

    /// A set from any intervals: sorted, overlapping and touching ones merged, empty ones dropped.
    fn from_parts(mut unordered: Vec<(Cut<T>, Cut<T>)>) -> Self {
        unordered.retain(|(from, to)| from < to);
        unordered.sort_unstable();
        let mut parts: Vec<(Cut<T>, Cut<T>)> = Vec::with_capacity(unordered.len());
        for (from, to) in unordered {
            match parts.last_mut() {
                Some((_, end)) if from <= *end => *end = std::mem::replace(end, Cut::Start).max(to),
                _ => parts.push((from, to)),
            }
        }
        Self { parts }
    }
}

impl Intervals<String> {
    /// The texts that begin with some text (`LIKE 'p%'`), in the order of code points that Trino
    /// compares by.
    pub fn prefix(text: &str) -> Self {
        let end = after_prefix(text).map_or(Cut::End, Cut::Before);
        Self::between(if text.is_empty() { Cut::Start } else { Cut::Before(text.to_owned()) }, end)
    }
}

/// The least text after all that begin with `text`; none if there is none.
pub fn after_prefix(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}
