//! What a table's folders hold, listed for the planner in as few requests as it takes.
//!
//! S3 gives keys in order, a thousand a page, from any key on. So the folders that are wanted are
//! visited in order, and whatever lies between two of them is passed over by asking from the next one
//! on; several stretches of them are listed side by side. Beside them stand the folders of values that
//! a projection does not name: a Region that nobody listed would otherwise be overlooked in silence.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};

use super::store::{Location, Object, Store};
use crate::catalog::{ListedFile, Table, with_slash};
use crate::engine::EngineError;

/// How many stretches are listed side by side.
const SIDE_BY_SIDE: usize = 32;

/// The most folders that are looked into for values which a projection does not name.
const FOLDERS: usize = 64;

/// A listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The files found.
    pub files: Vec<ListedFile>,
    /// Whether there are others, where it did not look.
    pub has_others: bool,
    /// Whether nobody knows where the files lie, so that none was listed.
    pub is_unknown: bool,
}

/// Every file of some partitions of a table, or of all.
///
/// # Errors
///
/// S3 cannot be reached, or does not let the table's bucket be listed.
pub async fn list(
    store: &Store,
    table: &Table,
    wanted: Option<&BTreeSet<Vec<String>>>,
) -> Result<Listing, EngineError> {
    let Some(wanted) = wanted else {
        return Ok(Listing { files: whole(store, table).await?, has_others: false, is_unknown: false });
    };
    let mut places: BTreeSet<String> = wanted.iter().map(|values| table.partition_location(values)).collect();
    places.extend(unnamed(store, table, wanted).await?);
    let stretches = stretches(&places)?;
    let restored = reads_restored(table);
    let found: Vec<Vec<ListedFile>> = stream::iter(&stretches)
        .map(|stretch| visit(store, stretch, restored))
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect()
        .await?;
    let mut files: Vec<ListedFile> = found.into_iter().flatten().collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    let has_others = files.is_empty() && any(store, table).await?;
    Ok(Listing { files, has_others, is_unknown: false })
}

/// Every file under a table's folders: what lies in different folders side by side.
async fn whole(store: &Store, table: &Table) -> Result<Vec<ListedFile>, EngineError> {
    let mut files = BTreeMap::new();
    for folder in table.listing_folders() {
        let top = Location::parse(&with_slash(&folder))?;
        let mut open = vec![top.clone()];
        // Two levels of folders are enough to keep every connection busy: Regions, or accounts.
        for _ in 0..2 {
            if open.len() >= SIDE_BY_SIDE {
                break;
            }
            let levels: Vec<(Vec<Object>, Vec<Location>)> = stream::iter(&open)
                .map(|place| level(store, place))
                .buffer_unordered(SIDE_BY_SIDE)
                .try_collect()
                .await?;
            open = Vec::new();
            for (objects, folders) in levels {
                files.extend(objects.into_iter().map(|object| listed(&top, object, reads_restored(table))));
                open.extend(folders);
            }
        }
        let rest: Vec<Vec<Object>> =
            stream::iter(&open).map(|place| store.list(place)).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        files.extend(rest.into_iter().flatten().map(|object| listed(&top, object, reads_restored(table))));
    }
    Ok(files.into_values().collect())
}

/// The folders that lie so many levels below a location.
///
/// # Errors
///
/// As [`list`].
#[cfg(feature = "trino")]
pub async fn folders_below(store: &Store, location: &str, levels: usize) -> Result<BTreeSet<String>, EngineError> {
    let mut open = vec![Location::parse(&with_slash(location))?];
    for _ in 0..levels {
        let found: Vec<(Vec<Object>, Vec<Location>)> =
            stream::iter(&open).map(|place| level(store, place)).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        open = found.into_iter().flat_map(|(_, folders)| folders).collect();
    }
    Ok(open.iter().map(|place| place.uri(&place.key)).collect())
}

/// The files directly in a folder, and the folders in it.
async fn level(store: &Store, place: &Location) -> Result<(Vec<Object>, Vec<Location>), EngineError> {
    let (mut objects, mut folders, mut token) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.page(place, true, None, token).await?;
        objects.extend(page.objects);
        folders.extend(page.folders.into_iter().map(|key| Location { bucket: place.bucket.clone(), key }));
        token = page.next;
        if token.is_none() {
            return Ok((objects, folders));
        }
    }
}

/// A file of a listing; `restored` says whether objects are read that were restored from an archive.
fn listed(place: &Location, object: Object, restored: bool) -> (String, ListedFile) {
    let path = place.uri(&object.key);
    let archived = object.is_archived && !(restored && object.is_restored);
    (path.clone(), ListedFile { path, bytes: object.bytes, archived })
}

/// Whether a table says that restored objects are to be read; else Athena passes them over, as all of an archive.
fn reads_restored(table: &Table) -> bool {
    let said = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("read_restored_glacier_objects") && value.eq_ignore_ascii_case("true")
    };
    table.properties.iter().any(said)
}

/// The folders of partitions that would be wanted, were a value of theirs one that the projection names.
async fn unnamed(
    store: &Store,
    table: &Table,
    wanted: &BTreeSet<Vec<String>>,
) -> Result<BTreeSet<String>, EngineError> {
    let mut places = BTreeSet::new();
    for key in 0..table.partition_keys.len() {
        // The folders that hold the key's values, each with the wanted partitions below it.
        let mut folders: BTreeMap<String, BTreeSet<&Vec<String>>> = BTreeMap::new();
        for values in wanted {
            if let Some(folder) = table.key_folder(key, values) {
                folders.entry(folder).or_default().insert(values);
            }
        }
        if folders.len() > FOLDERS {
            continue;
        }
        let named: BTreeSet<&String> = wanted.iter().filter_map(|values| values.get(key)).collect();
        for (folder, below) in &folders {
            let (_, found) = level(store, &Location::parse(folder)?).await?;
            let names = found.iter().filter_map(|place| place.key.trim_end_matches('/').rsplit('/').next());
            let values = names.filter_map(|name| table.key_value(key, name));
            for value in values.filter(|value| !named.contains(value)) {
                places.extend(below.iter().map(|values| {
                    let mut values = Vec::clone(values);
                    if let Some(slot) = values.get_mut(key) {
                        slot.clone_from(&value);
                    }
                    table.partition_location(&values)
                }));
            }
        }
    }
    Ok(places)
}

/// Folders in the order of their names, none inside another, cut into stretches that are about as long
/// and lie each in one bucket.
fn stretches(places: &BTreeSet<String>) -> Result<Vec<Vec<Location>>, EngineError> {
    let mut outermost: Vec<&String> = Vec::new();
    for place in places {
        if !outermost.last().is_some_and(|outer| place.starts_with(outer.as_str())) {
            outermost.push(place);
        }
    }
    let length = outermost.len().div_ceil(SIDE_BY_SIDE).max(1);
    let mut stretches: Vec<Vec<Location>> = Vec::new();
    for place in outermost {
        let place = Location::parse(place)?;
        match stretches.last_mut() {
            Some(last) if last.len() < length && last.iter().all(|other| other.bucket == place.bucket) => {
                last.push(place);
            }
            _ => stretches.push(vec![place]),
        }
    }
    Ok(stretches)
}

/// The files of a stretch's folders; `restored` as for [`listed`].
async fn visit(store: &Store, stretch: &[Location], restored: bool) -> Result<Vec<ListedFile>, EngineError> {
    let (Some(first), Some(last)) = (stretch.first(), stretch.last()) else { return Ok(Vec::new()) };
    let same = first.key.bytes().zip(last.key.bytes()).take_while(|(left, right)| left == right).count();
    let prefix = first.key.char_indices().map(|(at, _)| at).chain([first.key.len()]).take_while(|at| *at <= same);
    let prefix = Location { bucket: first.bucket.clone(), key: first.key[..prefix.last().unwrap_or(0)].to_owned() };
    let mut files = Vec::new();
    let mut at = 0;
    let mut token = None;
    while let Some(folder) = stretch.get(at) {
        let page = store.page(&prefix, false, Some(&folder.key), token.take()).await?;
        let end = page.objects.last().map(|object| object.key.clone());
        for object in page.objects {
            while stretch.get(at).is_some_and(|folder| is_past(&object.key, &folder.key)) {
                at += 1;
            }
            if stretch.get(at).is_some_and(|folder| object.key.starts_with(&folder.key)) {
                files.push(listed(first, object, restored).1);
            }
        }
        let Some(next) = page.next else { break };
        // In a folder that goes on, or behind a page that holds nothing: on; else from the next folder on.
        let goes_on = end.is_none_or(|end| stretch.get(at).is_some_and(|folder| end.starts_with(&folder.key)));
        token = goes_on.then_some(next);
    }
    Ok(files)
}

/// Whether a key comes behind everything in a folder.
fn is_past(key: &str, folder: &str) -> bool {
    key > folder && !key.starts_with(folder)
}

/// Whether a table has any file at all.
async fn any(store: &Store, table: &Table) -> Result<bool, EngineError> {
    for folder in table.listing_folders() {
        let page = store.page(&Location::parse(&folder)?, false, None, None).await?;
        if !page.objects.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Location, Object, SIDE_BY_SIDE, is_past, listed, stretches};

    /// Law 8: what Athena passes over was not looked at, whether it could be read or not.
    #[test]
    fn restored_objects_are_read_only_where_the_table_says_so() {
        let place = Location::parse("s3://b/t/").expect("a location");
        let archived = |is_archived, is_restored, reads| {
            let object = Object { key: "t/a".to_owned(), bytes: 1, is_archived, is_restored };
            listed(&place, object, reads).1.archived
        };
        assert!(archived(true, false, false) && archived(true, false, true) && archived(true, true, false));
        assert!(!archived(true, true, true) && !archived(false, false, false));
    }

    #[test]
    fn folders_are_visited_in_order_and_none_twice() {
        let names: Vec<String> = (0..100).map(|day| format!("s3://b/r/{day:03}/")).collect();
        let mut places: BTreeSet<String> = names.iter().cloned().collect();
        places.extend(["s3://b/r/007/x/".to_owned(), "s3://a/r/1/".to_owned()]);
        let stretches = stretches(&places).expect("locations");
        assert!(stretches.len() <= SIDE_BY_SIDE + 1);
        assert!(stretches.iter().all(|stretch| stretch.iter().all(|place| place.bucket == stretch[0].bucket)));
        let visited: Vec<String> = stretches.iter().flatten().map(|place| place.uri(&place.key)).collect();
        assert_eq!(visited[0], "s3://a/r/1/");
        assert_eq!(visited[1..], names);
    }

    #[test]
    fn a_key_is_before_in_or_past_a_folder() {
        assert!(!is_past("r/006/z", "r/007/"));
        assert!(!is_past("r/007/a", "r/007/"));
        assert!(is_past("r/008/a", "r/007/"));
        assert!(is_past("r/007a", "r/007/"));
    }
}
