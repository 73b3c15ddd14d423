//! Few rectangles for many partitions.
//!
//! Both Athena's documentation and Trino's evaluator prune exactly by a constant list for each key,
//! so a set of key tuples is written as disjoint products of such lists. Finding the fewest is hard
//! in general; taking the keys in some order and grouping values with equal rests is exact, and
//! the best of a few orders is near the fewest where partitions come as windows of time.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::needed::PartitionSet;

/// The values of one key in a rectangle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeySet {
    /// Every value that the key has.
    All,
    /// These, in order.
    Values(Vec<String>),
}

/// All combinations of some values of each key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rectangle {
    /// For each key of the table.
    pub keys: Vec<KeySet>,
}

/// With more keys than this, only rotations of their order are tried.
const MOST_PERMUTED: usize = 4;

/// With more rectangles than this, only neighbours are merged when coarsening.
const MOST_PAIRED: usize = 128;

/// Values by number, in the order of their text: comparing and copying them is cheap.
struct Numbered {
    values: Vec<Vec<String>>,
    tuples: Vec<Vec<u32>>,
}

/// A rectangle of numbered values, one list for each key.
type Lists = Vec<Vec<u32>>;

/// Disjoint rectangles whose union is exactly the set, in order.
pub fn cover(set: &PartitionSet) -> Vec<Rectangle> {
    let Some(keys) = set.tuples.first().map(Vec::len) else { return Vec::new() };
    let numbered = number(&set.tuples, keys);
    let product: usize = numbered.values.iter().map(Vec::len).product();
    let best = if product == numbered.tuples.len() {
        let whole = numbered.values.iter().map(|values| (0..).zip(values).map(|(number, _)| number).collect());
        vec![whole.collect()]
    } else {
        let covers = orders(keys).into_iter().map(|order| cover_in_order(&numbered.tuples, &order));
        covers.min_by_key(Vec::len).unwrap_or_default()
    };
    let mut rectangles: Vec<Rectangle> =
        best.into_iter().map(|lists| rectangle(&numbered, lists, &set.domain)).collect();
    rectangles.sort();
    rectangles
}

fn number(tuples: &BTreeSet<Vec<String>>, keys: usize) -> Numbered {
    let mut numbers: Vec<BTreeMap<&str, u32>> = vec![BTreeMap::new(); keys];
    for tuple in tuples {
        for (known, value) in numbers.iter_mut().zip(tuple) {
            known.insert(value, 0);
        }
    }
    for known in &mut numbers {
        for (number, slot) in (0..).zip(known.values_mut()) {
            *slot = number;
        }
    }
    let by_number = |tuple: &Vec<String>| {
        numbers.iter().zip(tuple).map(|(known, value)| known.get(value.as_str()).copied().unwrap_or(0)).collect()
    };
    let tuples = tuples.iter().map(by_number).collect();
    let values = numbers.iter().map(|known| known.keys().map(|value| (*value).to_owned()).collect()).collect();
    Numbered { values, tuples }
}

fn rectangle(numbered: &Numbered, lists: Lists, domain: &[Option<u64>]) -> Rectangle {
    let text = |key: usize, number: &u32| {
        let value = usize::try_from(*number).ok().and_then(|number| numbered.values.get(key)?.get(number));
        value.cloned().unwrap_or_default()
    };
    let keys = lists.iter().enumerate().map(|(key, list)| {
        key_set(list.iter().map(|number| text(key, number)).collect(), domain.get(key).copied().flatten())
    });
    Rectangle { keys: keys.collect() }
}

/// A list of distinct values of a key is all of them if there are as many as it has.
fn key_set(values: Vec<String>, domain: Option<u64>) -> KeySet {
    if domain.is_some_and(|count| u64::try_from(values.len()) == Ok(count)) {
        KeySet::All
    } else {
        KeySet::Values(values)
    }
}

/// The orders of keys to try: all of a few, the rotations of many.
fn orders(keys: usize) -> Vec<Vec<usize>> {
    let identity: Vec<usize> = (0..keys).collect();
    if keys > MOST_PERMUTED {
        let rotated = |by: usize| {
            let mut order = identity.clone();
            order.rotate_left(by);
            order
        };
        return (0..keys).map(rotated).collect();
    }
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for key in identity {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, key);
                    longer
                })
            })
            .collect();
    }
    orders
}

/// Groups by the first key of the order, covers each group's rest, and takes values with equal rests
/// together. The depth is the number of keys.
fn cover_in_order(tuples: &[Vec<u32>], order: &[usize]) -> Vec<Lists> {
    let keys = order.len();
    let mut placed: Vec<Vec<u32>> =
        tuples.iter().map(|tuple| order.iter().map(|key| tuple.get(*key).copied().unwrap_or(0)).collect()).collect();
    placed.sort_unstable();
    let borrowed: Vec<&[u32]> = placed.iter().map(Vec::as_slice).collect();
    let back = |lists: Lists| {
        let mut keyed: Vec<(usize, Vec<u32>)> = order.iter().copied().zip(lists).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, list)| list).collect()
    };
    if keys == 0 { vec![Vec::new()] } else { grouped(&borrowed).into_iter().map(back).collect() }
}

/// The rectangles of sorted tuples of equal length.
fn grouped(tuples: &[&[u32]]) -> Vec<Lists> {
    let mut rests: BTreeMap<Vec<Lists>, Vec<u32>> = BTreeMap::new();
    for group in tuples.chunk_by(|left, right| left.first() == right.first()) {
        let Some(first) = group.first().and_then(|tuple| tuple.first()) else { return vec![Vec::new()] };
        let rest: Vec<&[u32]> = group.iter().filter_map(|tuple| tuple.get(1..)).collect();
        let rest = if rest.first().is_some_and(|rest| rest.is_empty()) { vec![Vec::new()] } else { grouped(&rest) };
        rests.entry(rest).or_default().push(*first);
    }
    let with_first = |(rest, values): (Vec<Lists>, Vec<u32>)| {
        rest.into_iter().map(move |lists| std::iter::once(values.clone()).chain(lists).collect())
    };
    rests.into_iter().flat_map(with_first).collect()
}

impl Rectangle {
    /// How many partitions it is, given how many values each key has.
    pub fn count(&self, domain: &[Option<u64>]) -> u64 {
        let length = |(key, set): (usize, &KeySet)| match set {
            KeySet::All => domain.get(key).copied().flatten().unwrap_or(0),
            KeySet::Values(values) => u64::try_from(values.len()).unwrap_or(u64::MAX),
        };
        self.keys.iter().enumerate().map(length).fold(1, u64::saturating_mul)
    }

    /// Whether a partition lies in it.
    pub fn contains(&self, values: &[String]) -> bool {
        self.keys.len() == values.len()
            && self.keys.iter().zip(values).all(|(set, value)| match set {
                KeySet::All => true,
                KeySet::Values(list) => list.binary_search(value).is_ok(),
            })
    }

    /// Whether no partition lies in both.
    pub fn is_disjoint(&self, other: &Rectangle) -> bool {
        self.keys.iter().zip(&other.keys).any(|(left, right)| match (left, right) {
            (KeySet::Values(left), KeySet::Values(right)) => {
                left.iter().all(|value| right.binary_search(value).is_err())
            }
            _ => false,
        })
    }

    /// The smallest rectangle around both.
    fn around(&self, other: &Rectangle, domain: &[Option<u64>]) -> Rectangle {
        let both = |(key, (left, right)): (usize, (&KeySet, &KeySet))| match (left, right) {
            (KeySet::Values(left), KeySet::Values(right)) => {
                let values: BTreeSet<&String> = left.iter().chain(right).collect();
                key_set(values.into_iter().cloned().collect(), domain.get(key).copied().flatten())
            }
            _ => KeySet::All,
        };
        Rectangle { keys: self.keys.iter().zip(&other.keys).enumerate().map(both).collect() }
    }
}

/// Merges disjoint rectangles until there are at most `budget` (at least one), still disjoint, and
/// says how many partitions they have beyond those of the first. The pair that costs least is merged
/// first; what a merged one overlaps is taken in too, since a partition must not be read twice.
pub fn coarsen(rectangles: &[Rectangle], budget: usize, domain: &[Option<u64>]) -> (Vec<Rectangle>, u64) {
    let total = |all: &[Rectangle]| all.iter().map(|one| one.count(domain)).fold(0, u64::saturating_add);
    let exact = total(rectangles);
    let mut merged = rectangles.to_vec();
    merged.sort();
    while merged.len() > budget.max(1) {
        let Some((left, right)) = cheapest_pair(&merged, domain) else { break };
        let second = merged.remove(right);
        let mut around = merged.remove(left).around(&second, domain);
        while let Some(overlapped) = merged.iter().position(|other| !other.is_disjoint(&around)) {
            around = merged.remove(overlapped).around(&around, domain);
        }
        let at = merged.partition_point(|other| *other < around);
        merged.insert(at, around);
    }
    let extra = total(&merged).saturating_sub(exact);
    (merged, extra)
}

/// The two rectangles whose hull has the fewest partitions beyond their own; the first such pair.
fn cheapest_pair(rectangles: &[Rectangle], domain: &[Option<u64>]) -> Option<(usize, usize)> {
    let reach = if rectangles.len() > MOST_PAIRED { 1 } else { rectangles.len() };
    let mut best: Option<(u64, usize, usize)> = None;
    for (left, first) in rectangles.iter().enumerate() {
        for (right, second) in rectangles.iter().enumerate().skip(left + 1).take(reach) {
            let hull = first.around(second, domain).count(domain);
            let extra = hull.saturating_sub(first.count(domain)).saturating_sub(second.count(domain));
            if best.is_none_or(|(cost, ..)| extra < cost) {
                best = Some((extra, left, right));
            }
        }
    }
    best.map(|(_, left, right)| (left, right))
}
