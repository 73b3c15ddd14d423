//! What a listing of the files said: how many files and bytes each partition has, and how far that
//! can be trusted.
//!
//! It is data, kept with a plan, so that compiling needs no storage. What lies outside the
//! partitions that a table names is kept too: a Region that no projection lists would otherwise never
//! be looked at, and nothing would say so.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::table::{Layout, PartitionEntry, Table};

/// How far a figure can be trusted, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Counted.
    Exact,
    /// It is this or less.
    UpperBound,
    /// It is likely near this.
    Estimate,
    /// Nothing is known; the number says nothing.
    Unknown,
}

/// A number with its tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The number.
    pub value: u64,
    /// How far it can be trusted.
    pub tier: Tier,
}

impl Figure {
    /// Nothing, for certain: where sums begin.
    pub const ZERO: Figure = Figure { value: 0, tier: Tier::Exact };

    /// Not known.
    pub const UNKNOWN: Figure = Figure { value: 0, tier: Tier::Unknown };

    /// A number that was counted.
    pub fn exact(value: u64) -> Figure {
        Figure { value, tier: Tier::Exact }
    }
}

impl std::ops::Add for Figure {
    type Output = Figure;

    /// A sum is as good as its worst part.
    fn add(self, other: Figure) -> Figure {
        Figure { value: self.value.saturating_add(other.value), tier: self.tier.max(other.tier) }
    }
}

impl std::iter::Sum for Figure {
    fn sum<I: Iterator<Item = Figure>>(figures: I) -> Figure {
        figures.fold(Figure::ZERO, |sum, figure| sum + figure)
    }
}

/// Files and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Size {
    /// How many files.
    pub files: u64,
    /// Their bytes as stored.
    pub bytes: u64,
}

impl Size {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// A file of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its full location.
    pub path: String,
    /// Its bytes as stored.
    pub bytes: u64,
    /// Whether it lies in an archive storage class, which Athena skips without a word.
    pub archived: bool,
}

/// What was listed, by the tables' names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inventory {
    tables: BTreeMap<String, TableInventory>,
}

/// What was listed of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInventory {
    /// How far the sizes can be trusted.
    pub tier: Tier,
    /// The partitions that have files, by their key values, in order.
    pub partitions: Vec<PartitionSize>,
    /// Folders whose value for a key is none that the table names, in order.
    pub uncovered: Vec<Uncovered>,
    /// Files under the table's location that lie in no partition.
    pub strays: Size,
    /// Files that Athena skips since they are archived.
    pub archived: Size,
    /// Whether the table's location holds no file of any partition, as far as it was looked at.
    pub nothing_there: bool,
    /// Files that Athena passes over for their names, and folders of such.
    pub hidden: u64,
}

/// A partition's size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionSize {
    /// Its key values.
    pub values: Vec<String>,
    /// Its files.
    pub size: Size,
}

/// Files in a folder that the table does not cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncovered {
    /// The key.
    pub key: String,
    /// The folder's value for it.
    pub value: String,
    /// The files there.
    pub size: Size,
    /// The key values of the partitions that they would be, in order.
    pub partitions: Vec<Vec<String>>,
}

/// Files, bytes and partitions of a set of partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Files.
    pub files: Figure,
    /// Bytes as stored.
    pub bytes: Figure,
    /// Partitions that have files.
    pub found: Figure,
}

impl Inventory {
    /// An inventory of one table from a whole listing of its files, as of `now`.
    pub fn from_listing(table: &Table, listing: impl IntoIterator<Item = ListedFile>, now: i128) -> Inventory {
        let listed = TableInventory::from_listing(table, listing, now);
        Inventory { tables: BTreeMap::from([(table.name.clone(), listed)]) }
    }

    /// Notes that a table has files where its listing did not look.
    pub fn has_others(&mut self, table: &str) {
        if let Some(listed) = self.tables.get_mut(table) {
            listed.nothing_there = false;
        }
    }

    /// Adds a table, or replaces what was known of it.
    pub fn insert(&mut self, table: &str, listed: TableInventory) {
        self.tables.insert(table.to_owned(), listed);
    }

    /// Takes in another inventory's tables.
    pub fn merge(&mut self, other: Inventory) {
        self.tables.extend(other.tables);
    }

    /// What is known of a table.
    pub fn table(&self, name: &str) -> Option<&TableInventory> {
        self.tables.get(name)
    }

    /// The size of some partitions of a table; unknown if it was not listed.
    pub fn measure(&self, table: &str, partitions: &BTreeSet<Vec<String>>) -> Measure {
        match self.table(table) {
            Some(listed) => listed.measure(partitions),
            None => Measure { files: Figure::UNKNOWN, bytes: Figure::UNKNOWN, found: Figure::UNKNOWN },
        }
    }
}

/// Files, and the partitions that they lie in.
type Folders = (Size, BTreeSet<Vec<String>>);

impl TableInventory {
    /// Sorts a listing's files into a table's partitions.
    fn from_listing(table: &Table, listing: impl IntoIterator<Item = ListedFile>, now: i128) -> TableInventory {
        let mut partitions: BTreeMap<Vec<String>, Size> = BTreeMap::new();
        let mut outside: BTreeMap<(String, String), Folders> = BTreeMap::new();
        let (mut strays, mut archived) = (Size::default(), Size::default());
        let mut known = KnownValues::new(table, now);
        let mut hidden = 0;
        for file in listing {
            if file.path.ends_with('/') {
                // The mark of a folder holds no rows.
                continue;
            }
            if is_hidden(table, &file.path) {
                hidden += 1;
                continue;
            }
            if file.archived {
                archived.add(file.bytes);
                continue;
            }
            let Some(values) = table.partition_of(&file.path) else {
                if file.path.starts_with(table.listing_prefix()) {
                    strays.add(file.bytes);
                }
                continue;
            };
            let foreign = known.foreign(&values);
            if foreign.is_empty() {
                partitions.entry(values).or_default().add(file.bytes);
                continue;
            }
            for key in foreign {
                if let (Some(column), Some(value)) = (table.partition_keys.get(key), values.get(key)) {
                    let (size, found) = outside.entry((column.name.clone(), value.clone())).or_default();
                    size.add(file.bytes);
                    found.insert(values.clone());
                }
            }
        }
        TableInventory {
            tier: Tier::Exact,
            nothing_there: partitions.is_empty(),
            partitions: partitions.into_iter().map(|(values, size)| PartitionSize { values, size }).collect(),
            uncovered: outside
                .into_iter()
                .map(|((key, value), (size, found))| Uncovered {
                    key,
                    value,
                    size,
                    partitions: found.into_iter().collect(),
                })
                .collect(),
            strays,
            archived,
            hidden,
        }
    }

    /// The partitions that have files, as partitions to be registered.
    pub fn entries(&self) -> Vec<PartitionEntry> {
        let entry = |found: &PartitionSize| PartitionEntry { values: found.values.clone(), location: None };
        self.partitions.iter().map(entry).collect()
    }

    /// A partition's size; none if it has no files.
    pub fn partition(&self, values: &[String]) -> Option<Size> {
        let found = self.partitions.binary_search_by(|listed| listed.values.as_slice().cmp(values));
        found.ok().and_then(|at| self.partitions.get(at)).map(|listed| listed.size)
    }

    /// The size of some partitions.
    pub fn measure(&self, partitions: &BTreeSet<Vec<String>>) -> Measure {
        let (mut size, mut found) = (Size::default(), 0);
        for listed in partitions.iter().filter_map(|values| self.partition(values)) {
            size.files += listed.files;
            size.bytes = size.bytes.saturating_add(listed.bytes);
            found += 1;
        }
        let figure = |value| Figure { value, tier: self.tier };
        Measure { files: figure(size.files), bytes: figure(size.bytes), found: figure(found) }
    }
}

/// Which values a table's keys can have, with the answers kept: a listing asks for the same few
/// values again and again.
struct KnownValues<'a> {
    table: &'a Table,
    now: i128,
    answers: BTreeMap<(usize, String), bool>,
}

impl<'a> KnownValues<'a> {
    fn new(table: &'a Table, now: i128) -> Self {
        Self { table, now, answers: BTreeMap::new() }
    }

    /// The keys whose value is none that the table names.
    fn foreign(&mut self, values: &[String]) -> Vec<usize> {
        match &self.table.layout {
            Layout::Projection { keys, .. } => {
                let mut foreign = Vec::new();
                for (index, (projection, value)) in keys.iter().zip(values).enumerate() {
                    let now = self.now;
                    let answer = self.answers.entry((index, value.clone()));
                    if !*answer.or_insert_with(|| projection.contains(value, now)) {
                        foreign.push(index);
                    }
                }
                foreign
            }
            // With nothing registered by name, every folder that the listing finds is a partition.
            Layout::Registered(entries)
                if !entries.is_empty() && entries.iter().all(|entry| entry.values != values) =>
            {
                (0..values.len()).collect()
            }
            Layout::Registered(_) | Layout::Flat => Vec::new(),
        }
    }
}

/// Whether Athena passes over a file: its name begins with `_` or `.`, or that of a folder below its
/// partition (<https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html>).
fn is_hidden(table: &Table, path: &str) -> bool {
    let begins = |name: &str| name.starts_with(['_', '.']);
    if path.rsplit('/').next().is_some_and(begins) {
        return true;
    }
    let prefix = table.listing_prefix();
    let folder = prefix.rfind('/').map_or(0, |end| end + 1);
    let Some(below) = path.starts_with(prefix).then(|| &path[folder..]) else { return false };
    // A key's value may begin so.
    below.split('/').any(begins)
        && !table.partition_of(path).is_some_and(|values| {
            below.split('/').filter(|name| begins(name)).all(|name| values.iter().any(|value| value == name))
        })
}
