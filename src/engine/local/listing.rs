//! What a table's folders hold, listed for the planner: the same files that a scan would find.

use std::collections::BTreeMap;

use super::store::Store;
use crate::catalog::{ListedFile, Table};
use crate::engine::EngineError;

/// Every file of a table, wherever its partitions lie; none if no folder is mapped for one of them,
/// so that nothing is known of its sizes.
///
/// # Errors
///
/// A folder cannot be read, or a link leads out of the mapped folder.
pub fn list(store: &Store, table: &Table) -> Result<Option<Vec<ListedFile>>, EngineError> {
    let mut files = BTreeMap::new();
    for location in table.listing_folders() {
        let Ok(place) = store.place(&location) else { return Ok(None) };
        let Some(found) = store.files(&place)? else { continue };
        files.extend(found.files.into_iter().map(|file| (file.uri, file.size)));
        // The planner passes over them as a scan does, and counts them.
        files.extend(found.hidden.into_iter().map(|uri| (uri, 0)));
    }
    let listed = |(path, bytes)| ListedFile { path, bytes, archived: false };
    Ok(Some(files.into_iter().map(listed).collect()))
}

/// Whether a folder stands for every place where a table's partitions lie.
///
/// # Errors
///
/// One has none: the message names the mapping to give.
pub fn is_mapped(store: &Store, table: &Table) -> Result<(), EngineError> {
    table.listing_folders().iter().try_for_each(|location| store.place(location).map(|_| ()))
}
