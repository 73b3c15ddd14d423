//! What a plan reads: tables that exist, and files of logs.

use std::collections::{BTreeMap, BTreeSet};

use super::folder::{MOST, escaped, patterns, taken_apart};
use super::resource::Names;
use crate::Compiled;
use crate::catalog::{Layout, Origin, Table, TableRef, with_slash};
use crate::expand::{Need, at_most};
use crate::plan::Scan;

/// What is read.
#[derive(Debug, Default)]
pub struct Read {
    /// Tables that exist already.
    pub existing: Names,
    /// Those of them with partitions that are registered.
    pub registered: Names,
    /// Patterns of objects that hold rows, by bucket.
    pub files: BTreeSet<(String, String)>,
    /// Patterns of prefixes under which is listed, by bucket.
    pub listed: BTreeMap<String, BTreeSet<String>>,
}

/// The folders of a table that are read; none: all.
type Folders = Option<BTreeSet<String>>;

impl Read {
    /// What a plan reads.
    pub fn of(compiled: &Compiled) -> Self {
        let mut read = Self::default();
        for table in crate::existing_tables(&compiled.plan.spec) {
            read.existing.insert_named(&table.name);
            if matches!(table.layout, Layout::Registered(_)) {
                read.registered.insert_named(&table.name);
            }
        }
        let mut tables: BTreeMap<String, (TableRef, Folders)> = BTreeMap::new();
        for scan in compiled.plan.scans.values() {
            let own = folders(compiled, scan);
            match tables.get_mut(&scan.table.name) {
                None => {
                    tables.insert(scan.table.name.clone(), (scan.table.clone(), own));
                }
                Some((_, Some(all))) if own.is_some() => all.extend(own.into_iter().flatten()),
                Some((_, all)) => *all = None,
            }
        }
        // A table without any partition is listed all the same: that is how it is known.
        for table in crate::scanned_tables(&compiled.plan.spec) {
            let is_flat = table.layout == Layout::Flat && table.origin == Origin::Existing;
            if is_flat && !tables.contains_key(&table.name) {
                tables.insert(table.name.clone(), (table, None));
            }
        }
        for (table, folders) in tables.values() {
            read.files_of(table, folders.as_ref());
        }
        read
    }

    fn files_of(&mut self, table: &Table, folders: Option<&BTreeSet<String>>) {
        let whole: BTreeSet<String> = table.listing_folders().iter().map(|folder| with_slash(folder)).collect();
        for (bucket, keys) in by_bucket(folders.unwrap_or(&whole)) {
            self.files.extend(patterns(keys, MOST).into_iter().map(|key| (bucket.to_owned(), key)));
        }
        // Folders of one table are listed in one sweep, from what their names have in common.
        for (bucket, keys) in by_bucket(&whole) {
            let common = keys.iter().copied().reduce(common).unwrap_or_default();
            let prefix = format!("{}*", escaped(common));
            self.listed.entry(bucket.to_owned()).or_default().insert(prefix);
        }
    }
}

/// The folders that a scan reads, whatever the rows of drivers are.
fn folders(compiled: &Compiled, scan: &Scan) -> Folders {
    if let Layout::Registered(entries) = &scan.table.layout
        && scan.table.origin == Origin::Existing
        && entries.iter().any(|entry| entry.location.is_none())
    {
        // The live catalog names partitions, and not where they lie.
        return None;
    }
    let locations = |need: &Need| {
        let tuples = need.set.tuples.iter();
        need.is_restricted.then(|| tuples.map(|values| scan.table.partition_location(values)).collect())
    };
    match compiled.needs.get(&scan.relation) {
        Some(need) => locations(need),
        None => locations(&at_most(&compiled.plan, scan, &compiled.world).ok()?),
    }
}

fn by_bucket(locations: &BTreeSet<String>) -> BTreeMap<&str, Vec<&str>> {
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for location in locations {
        let (bucket, key) = taken_apart(location);
        keys.entry(bucket).or_default().push(key);
    }
    keys
}

/// What two texts begin with.
fn common<'a>(left: &'a str, right: &str) -> &'a str {
    let same = left.chars().zip(right.chars()).take_while(|(left, right)| left == right);
    let end = same.map(|(character, _)| character.len_utf8()).sum();
    &left[..end]
}
