//! Lists folders as S3 lists keys: every file below a prefix.

use std::fs;
use std::io;
use std::iter;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::{ScopedJoinHandle, available_parallelism};
use std::time::UNIX_EPOCH;

use super::{Files, Place, StoredFile, data};
use crate::engine::EngineError;

/// Folders nested deeper than this are refused: no log archive has them, but a loop of links does.
const MAXIMUM_DEPTH: usize = 64;

/// Fewer items than this are not worth a thread.
const FEWEST: usize = 32;

/// Into how many parts what a thread has to do is divided.
const PARTS: usize = 16;

/// A folder that is to be listed: where it is, its location, and how deep it lies.
type Found = (PathBuf, String, usize);

/// Every file under a place that exists. Threads list parts of it side by side: what takes the time is waiting for the
/// file system.
///
/// # Errors
///
/// A folder cannot be read, or is nested too deep; a link leads out of the mapped folder, or a name is not UTF-8.
pub fn walk(place: &Place, is_hidden: impl Fn(&Entry) -> bool + Sync) -> Result<Files, EngineError> {
    let [_, root] = &place.root;
    let mut found = Files::default();
    // The uppermost folders, level by level, until there are enough of them to share.
    let mut level: Vec<Found> = vec![(place.directory.clone(), place.uri.clone(), 0)];
    while !level.is_empty() && level.len() < FEWEST {
        let mut deeper = Vec::new();
        level.iter().try_for_each(|folder| list(folder, root, &is_hidden, &mut found, &mut deeper))?;
        level = deeper;
    }
    let parts = side_by_side(&level, |folders| {
        let mut part = Files::default();
        let mut open = folders.to_vec();
        while let Some(folder) = open.pop() {
            list(&folder, root, &is_hidden, &mut part, &mut open)?;
        }
        Ok(part)
    })?;
    for part in parts {
        found.files.extend(part.files);
        found.hidden.extend(part.hidden);
    }
    found.files.sort_by(|a, b| a.uri.cmp(&b.uri));
    found.hidden.sort();
    Ok(found)
}

/// Adds what is in a folder, and the folders in it.
fn list(
    (directory, uri, depth): &Found,
    root: &Path,
    is_hidden: impl Fn(&Entry) -> bool,
    found: &mut Files,
    deeper: &mut Vec<Found>,
) -> Result<(), EngineError> {
    if *depth > MAXIMUM_DEPTH {
        return Err(data(format!("{}: folders are nested too deep", directory.display())));
    }
    for entry in entries(directory)? {
        let uri = format!("{uri}{}", entry.name);
        if is_hidden(&entry) {
            found.hidden.push(uri);
            continue;
        }
        let path = entry.found.path();
        match entry.file(root)? {
            None => deeper.push((path, format!("{uri}/"), depth + 1)),
            Some(metadata) if metadata.is_file() => {
                let (size, modified) = (metadata.len(), modified(&metadata));
                found.files.push(StoredFile { uri, path, size, modified });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Does something with all items, in parts that threads take side by side if there are many; the results are in the
/// order of the items. Each thread takes the next part when it has done one: what is there often lies together, and a
/// part without it takes no time.
///
/// # Errors
///
/// That of the first part which has one.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&[T]) -> Result<R, EngineError> + Sync,
) -> Result<Vec<R>, EngineError> {
    if items.len() < FEWEST {
        return Ok(vec![work(items)?]);
    }
    // Asking takes longer than listing a folder: the answer is read from files.
    let threads = available_parallelism().map_or(1, usize::from);
    let parts = Mutex::new(items.chunks(items.len().div_ceil(threads * PARTS)).enumerate());
    let take = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut done: Vec<(usize, Result<R, EngineError>)> = std::thread::scope(|scope| {
        let take_all = || iter::from_fn(take).map(|(number, part)| (number, work(part))).collect::<Vec<_>>();
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take_all)).collect();
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        threads.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A directory's entry.
pub struct Entry {
    /// Its name.
    pub name: String,
    found: fs::DirEntry,
}

impl Entry {
    /// Whether Athena passes over it.
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with(['_', '.'])
    }

    /// What it is, or what it links to; none if that is a folder. A link out of the root is an error. The directory
    /// says of most entries what they are, and the others are looked up in it, not by their whole path.
    pub fn file(&self, root: &Path) -> Result<Option<fs::Metadata>, EngineError> {
        let unreadable = |error: io::Error| data(format!("{}: cannot be read: {error}", self.found.path().display()));
        let kind = self.found.file_type().map_err(unreadable)?;
        let metadata = if kind.is_dir() {
            return Ok(None);
        } else if kind.is_symlink() {
            linked(&self.found.path(), root)?
        } else {
            self.found.metadata().map_err(unreadable)?
        };
        Ok((!metadata.is_dir()).then_some(metadata))
    }
}

/// What is in a directory, in no order.
///
/// # Errors
///
/// It cannot be read, or a name is not UTF-8.
pub fn entries(directory: &Path) -> Result<Vec<Entry>, EngineError> {
    let unreadable = |error: io::Error| data(format!("{}: cannot be listed: {error}", directory.display()));
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let found = entry.map_err(unreadable)?;
        let name = found.file_name().into_string().map_err(|name| {
            data(format!("{}: the name {} is not UTF-8, which S3 keys are", directory.display(), name.display()))
        })?;
        entries.push(Entry { name, found });
    }
    Ok(entries)
}

fn modified(metadata: &fs::Metadata) -> i64 {
    let elapsed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    elapsed.and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok()).unwrap_or_default()
}

/// What a link points to; out of the root is an error.
fn linked(path: &Path, root: &Path) -> Result<fs::Metadata, EngineError> {
    let unreadable = |error: io::Error| data(format!("{}: cannot be read: {error}", path.display()));
    let target = fs::canonicalize(path).map_err(unreadable)?;
    if !target.starts_with(root) {
        return Err(data(format!("{}: the link leads out of {}", path.display(), root.display())));
    }
    fs::metadata(&target).map_err(unreadable)
}
