//! The run's own files: what lies under a location that it wrote to, and deleting it.

use super::store::{Mapping, Store};
use crate::catalog::with_slash;
use crate::engine::{EngineError, ErrorClass, StoredFile};

/// Every file under a location, hidden ones too.
///
/// # Errors
///
/// No folder stands for the location, or it cannot be read.
pub fn list(store: &Store, location: &str) -> Result<Vec<StoredFile>, EngineError> {
    let files = store.all_files(&store.place(location)?)?.unwrap_or_default();
    Ok(files.into_iter().map(|file| StoredFile { location: file.uri, bytes: file.size }).collect())
}

/// Deletes every file under a location inside the output, and says how many there were.
///
/// # Errors
///
/// The location does not lie inside the output, or cannot be deleted.
pub fn remove(store: &Store, output: &Mapping, location: &str) -> Result<usize, EngineError> {
    let place = store.place(location)?;
    let inside = place.uri.strip_prefix(&with_slash(&output.location)).is_some_and(|rest| !rest.is_empty());
    if !inside {
        let message = format!("{location} is not deleted: it does not lie inside {}", output.location);
        return Err(EngineError::new(ErrorClass::Statement, message));
    }
    store.remove_folder(&place)
}
