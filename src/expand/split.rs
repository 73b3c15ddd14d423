//! Cutting a FOREACH's statement in two, after it took more than an engine gives one.
//!
//! Where partitions may be read apart they are dealt out, and none is read twice. Otherwise driver rows
//! are; what they share is then read for each half.

use crate::emit::{Part, Portion};
use crate::partition::{KeySet, Rectangle};
use crate::plan::{ForeachPlan, Rung};

/// The two halves of a portion; none if it cannot be cut.
pub fn split(foreach: &ForeachPlan, portion: &Portion) -> Option<[Portion; 2]> {
    if foreach.rung == Rung::Substituted {
        return halves(&portion.parts).map(|parts| parts.map(|parts| Portion { parts, ..portion.clone() }));
    }
    let [part] = portion.parts.as_slice() else { return None };
    let parts = match foreach.apart {
        Some(apart) => {
            let dealt = deal(part.scans.get(&apart)?)?;
            dealt.map(|rectangles| {
                let mut part = part.clone();
                part.scans.insert(apart, rectangles);
                part
            })
        }
        None => halves(&part.rows)?.map(|rows| Part { rows, ..part.clone() }),
    };
    let selects_rows = portion.selects_rows || foreach.apart.is_none();
    Some(parts.map(|part| Portion { parts: vec![part], selects_rows }))
}

/// Rectangles dealt out: by their number, or, of a single one, by the values of its longest list.
fn deal(rectangles: &[Rectangle]) -> Option<[Vec<Rectangle>; 2]> {
    if let Some(halves) = halves(rectangles) {
        return Some(halves);
    }
    let rectangle = rectangles.first()?;
    let values = |set: &KeySet| match set {
        KeySet::All => 0,
        KeySet::Values(values) => values.len(),
    };
    let (longest, _) = rectangle.keys.iter().enumerate().max_by_key(|(_, set)| values(set))?;
    let KeySet::Values(list) = &rectangle.keys[longest] else { return None };
    let list: Vec<String> = list.to_vec();
    Some(halves(&list)?.map(|values| {
        let mut half = rectangle.clone();
        half.keys[longest] = KeySet::Values(values.into_iter().collect());
        vec![half]
    }))
}

/// A list cut in the middle; none if one half would be empty.
fn halves<T: Clone>(list: &[T]) -> Option<[Vec<T>; 2]> {
    if list.len() < 2 {
        return None;
    }
    let (first, second) = list.split_at(list.len() / 2);
    Some([first.to_vec(), second.to_vec()])
}
