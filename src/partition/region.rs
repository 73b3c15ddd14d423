//! What a predicate leaves of a table: sets of key values and of event times.
//!
//! A predicate comes in negation normal form: NOT has been pushed into its atoms, where a set of
//! times or values is complemented *before* it becomes a set of folders. An atom that says nothing
//! of keys or time is [`Predicate::Unknown`] and leaves everything. So every step here gives at
//! least what the predicate can be true for, and never less.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::intervals::Intervals;
use super::key_value::KeyValue;

/// More regions than this are merged into coarser ones.
const MOST_REGIONS: usize = 128;

/// What a predicate says of partition keys and of event time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Always true.
    True,
    /// Never true: false or NULL.
    False,
    /// All of them.
    And(Vec<Predicate>),
    /// Any of them.
    Or(Vec<Predicate>),
    /// A partition key, by its position, has one of these values.
    Key {
        /// The key's position.
        index: usize,
        /// The values.
        values: Intervals<KeyValue>,
    },
    /// The event time, in picoseconds since the epoch in UTC, is one of these.
    Time(Intervals<i128>),
    /// It says nothing of keys or time.
    Unknown,
}

/// Some values of each key and some event times, all combinations of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Region {
    /// The values of each key that is restricted, by its position.
    pub keys: BTreeMap<usize, Intervals<KeyValue>>,
    /// The event times.
    pub time: Intervals<i128>,
}

/// A union of regions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Regions(Vec<Region>);

impl Region {
    /// Everything.
    pub fn all() -> Region {
        Region { keys: BTreeMap::new(), time: Intervals::all() }
    }

    /// Whether nothing lies in it.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty() || self.keys.values().any(Intervals::is_empty)
    }

    /// What lies in both.
    #[must_use]
    pub fn and(&self, other: &Region) -> Region {
        let mut keys = self.keys.clone();
        for (index, values) in &other.keys {
            let both = keys.get(index).map_or_else(|| values.clone(), |before| before.intersection(values));
            keys.insert(*index, both);
        }
        Region { keys, time: self.time.intersection(&other.time) }
    }

    /// The smallest region around both.
    #[must_use]
    fn around(&self, other: &Region) -> Region {
        let keys = self
            .keys
            .iter()
            .filter_map(|(index, values)| Some((*index, values.union(other.keys.get(index)?))))
            .filter(|(_, values)| !values.is_all())
            .collect();
        Region { keys, time: self.time.union(&other.time) }
    }

    /// Whether the union of both is one region: they differ in one respect at most, or one lies in
    /// the other.
    fn joins(&self, other: &Region) -> bool {
        let indexes = self.keys.keys().chain(other.keys.keys().filter(|index| !self.keys.contains_key(index)));
        let different = indexes.filter(|index| self.keys.get(index) != other.keys.get(index)).take(2).count();
        different + usize::from(self.time != other.time) <= 1 || self.lies_in(other) || other.lies_in(self)
    }

    /// Whether the other holds all of this.
    fn lies_in(&self, other: &Region) -> bool {
        self.time.is_subset(&other.time)
            && other.keys.iter().all(|(index, values)| self.keys.get(index).is_some_and(|own| own.is_subset(values)))
    }
}

impl Regions {
    /// Nothing.
    pub fn none() -> Regions {
        Regions(Vec::new())
    }

    /// Everything.
    pub fn all() -> Regions {
        Regions(vec![Region::all()])
    }

    /// The regions whose union this is.
    pub fn parts(&self) -> &[Region] {
        &self.0
    }

    /// Whether nothing lies in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What lies in both.
    #[must_use]
    pub fn and(&self, other: &Regions) -> Regions {
        let pairs = self.0.iter().flat_map(|left| other.0.iter().map(move |right| left.and(right)));
        Regions::from_parts(pairs.collect())
    }

    /// What lies in either.
    #[must_use]
    pub fn or(&self, other: &Regions) -> Regions {
        Regions::from_parts(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// The event times of all regions together.
    pub fn time(&self) -> Intervals<i128> {
        self.0.iter().fold(Intervals::none(), |time, region| time.union(&region.time))
    }

    /// Whether every region has both ends of its time.
    pub fn is_time_bounded(&self) -> bool {
        self.0.iter().all(|region| {
            let hull = region.time.hull();
            hull.parts().iter().all(|(from, to)| from.value().is_some() && to.value().is_some())
        })
    }

    /// Drops empty regions, joins what is one region, and beyond [`MOST_REGIONS`] takes neighbours
    /// together, which leaves more in than there was but nothing out.
    fn from_parts(parts: Vec<Region>) -> Regions {
        let mut regions: Vec<Region> = Vec::new();
        for mut region in parts.into_iter().filter(|region| !region.is_empty()) {
            while let Some(at) = regions.iter().position(|before| before.joins(&region)) {
                region = regions.remove(at).around(&region);
            }
            regions.push(region);
            if regions.len() > 2 * MOST_REGIONS {
                regions = halved(&regions);
            }
        }
        while regions.len() > MOST_REGIONS {
            regions = halved(&regions);
        }
        Regions(regions)
    }
}

/// Each two neighbours taken together.
fn halved(regions: &[Region]) -> Vec<Region> {
    let pair = |pair: &[Region]| match pair {
        [left, right] => Some(left.around(right)),
        [alone] => Some(alone.clone()),
        _ => None,
    };
    regions.chunks(2).filter_map(pair).collect()
}

impl Predicate {
    /// What the predicate can be true for.
    pub fn regions(&self) -> Regions {
        match self {
            Predicate::True | Predicate::Unknown => Regions::all(),
            Predicate::Key { values, .. } if values.is_all() => Regions::all(),
            Predicate::False => Regions::none(),
            Predicate::And(all) => all.iter().fold(Regions::all(), |left, right| left.and(&right.regions())),
            Predicate::Or(any) => Regions::from_parts(any.iter().flat_map(|one| one.regions().0).collect()),
            Predicate::Key { index, values } => {
                let keys = BTreeMap::from([(*index, values.clone())]);
                Regions::from_parts(vec![Region { keys, time: Intervals::all() }])
            }
            Predicate::Time(time) => Regions::from_parts(vec![Region { keys: BTreeMap::new(), time: time.clone() }]),
        }
    }
}
