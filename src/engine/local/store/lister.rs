//! Lists the partitions of a table, most of which may not be there.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Bound;
use std::path::PathBuf;

use super::walk::{Entry, walk};
use super::{Files, Place, Store, contained};
use crate::engine::EngineError;

/// Lists many locations, one after the other. A table of which little is there has tens of thousands of partitions
/// that are not, most of them below a folder that is not there either: that one is asked for once.
pub struct Lister<'a> {
    store: &'a Store,
    /// Locations, each ending in `/`, under which nothing is.
    missing: BTreeSet<String>,
    /// The folder above the last location, with the one mapped for it, if links do not lead out of that.
    above: Option<(PathBuf, PathBuf)>,
}

impl<'a> Lister<'a> {
    /// A lister that knows nothing yet.
    pub fn new(store: &'a Store) -> Self {
        Self { store, missing: BTreeSet::new(), above: None }
    }

    /// Every file under a location, as [`Store::files`]; none if its folder does not exist.
    ///
    /// # Errors
    ///
    /// As [`Store::place`] and [`Store::files`].
    pub fn files(&mut self, location: &str) -> Result<Option<Files>, EngineError> {
        let up_to = (Bound::Unbounded, Bound::Included(location));
        if self.missing.range::<str, _>(up_to).next_back().is_some_and(|above| location.starts_with(above)) {
            return Ok(None);
        }
        let place = self.store.place(location)?;
        if self.contains(&place)? {
            return walk(&place, Entry::is_hidden).map(Some);
        }
        self.missing.insert(missing_above(&place));
        Ok(None)
    }

    /// As [`contained`]. Links are followed once for all the locations of a folder: those that are none themselves lie
    /// in it.
    fn contains(&mut self, place: &Place) -> Result<bool, EngineError> {
        let [_, canonical] = &place.root;
        let Some(above) = place.directory.parent() else { return contained(place) };
        if !self.above.as_ref().is_some_and(|(known, root)| known == above && root == canonical) {
            let inside = fs::canonicalize(above).is_ok_and(|above| above.starts_with(canonical));
            self.above = inside.then(|| (above.to_owned(), canonical.clone()));
        }
        match fs::symlink_metadata(&place.directory) {
            Ok(metadata) if self.above.is_some() && !metadata.is_symlink() => Ok(metadata.is_dir()),
            _ => contained(place),
        }
    }
}

/// The widest location above a missing place, or the place itself, that is missing too.
fn missing_above(place: &Place) -> String {
    let [root, _] = &place.root;
    let (mut uri, mut directory) = (place.uri.as_str(), place.directory.as_path());
    while let Some(above) = directory.parent()
        && above.starts_with(root)
        && !above.is_dir()
        && let Some((parent, _)) = uri[..uri.len() - 1].rsplit_once('/')
    {
        (uri, directory) = (&uri[..=parent.len()], above);
    }
    uri.to_owned()
}
