//! The folders behind the emulated S3: one for each bucket, and one beside them for what is archived.
//!
//! An object in an archive storage class is listed, and Athena skips it without a word. Its file lies
//! outside the bucket's folder, so the embedded engine cannot come across it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

/// The file that stands for an object whose key ends in a slash.
const FOLDER_MARKER: &str = ".emulated-folder";

/// The emulator's folders.
#[derive(Debug)]
pub struct Folders {
    root: PathBuf,
    archive: PathBuf,
    /// What executions write before anybody may see it.
    pub staging: PathBuf,
    /// What lies nowhere.
    pub nowhere: PathBuf,
    /// The content types of objects that were written with one, by location.
    content_types: Mutex<BTreeMap<String, String>>,
    /// Every object that was written, in order.
    written: Mutex<Vec<String>>,
    /// Holds all that is the emulator's own until it is dropped.
    _own: TempDir,
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size.
    pub size: u64,
    /// When it was written: milliseconds since the epoch.
    pub modified: i64,
    /// Whether it lies in an archive storage class.
    pub archived: bool,
}

impl Folders {
    /// Folders over a root, or all of them temporary.
    pub fn new(root: Option<PathBuf>) -> io::Result<Self> {
        let own = tempfile::tempdir()?;
        let below = |name: &str| own.path().join(name);
        let root = root.unwrap_or_else(|| below("buckets"));
        let folders = Self {
            root,
            archive: below("archive"),
            staging: below("staging"),
            nowhere: below("nowhere"),
            content_types: Mutex::default(),
            written: Mutex::default(),
            _own: own,
        };
        for folder in [&folders.root, &folders.archive, &folders.staging, &folders.nowhere] {
            fs::create_dir_all(folder)?;
        }
        Ok(folders)
    }

    /// The folder of a bucket, which is made if it is not there.
    pub fn make_bucket(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The buckets with their folders.
    pub fn buckets(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
        let mut buckets: Vec<_> =
            folders.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path.clone()))).collect();
        buckets.sort();
        buckets
    }

    /// Whether there is such a bucket.
    pub fn has_bucket(&self, bucket: &str) -> bool {
        is_plain(bucket) && self.root.join(bucket).is_dir()
    }

    /// The path that stands for `s3://bucket/key`; none if there is no such bucket.
    pub fn path(&self, location: &str) -> Option<PathBuf> {
        let (bucket, key) = split(location)?;
        self.object(bucket, key)
    }

    /// The path of a bucket's key; none if there is no such bucket or no folder can stand for the key.
    pub fn object(&self, bucket: &str, key: &str) -> Option<PathBuf> {
        if !self.has_bucket(bucket) {
            return None;
        }
        let mut path = self.root.join(bucket);
        let folders = key.strip_suffix('/').unwrap_or(key);
        for part in folders.split('/').filter(|_| !folders.is_empty()) {
            if !is_plain(part) {
                return None;
            }
            path.push(part);
        }
        if key.ends_with('/') && !folders.is_empty() {
            path.push(FOLDER_MARKER);
        }
        Some(path)
    }

    /// Whether any object lies under the path of a location that ends in `/`.
    pub fn holds_objects(&self, path: &Path) -> bool {
        let folder = if path.ends_with(FOLDER_MARKER) { path.parent().unwrap_or(path) } else { path };
        let mut found = Vec::new();
        list(folder, "", false, &mut found);
        found.iter().any(|object| !object.key.ends_with('/'))
    }

    /// Every object that was written, by whomever, in order.
    pub fn written(&self) -> Vec<String> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, location: &str, is_written: bool) -> bool {
        if is_written {
            self.written.lock().unwrap_or_else(PoisonError::into_inner).push(location.to_owned());
        }
        is_written
    }

    /// Moves a file to a location; false if its bucket is not there.
    pub fn take_in(&self, file: &Path, location: &str) -> bool {
        let Some(path) = self.path(location) else { return false };
        let folder = path.parent().unwrap_or(&self.root);
        let is_moved = fs::create_dir_all(folder).is_ok()
            && (fs::rename(file, &path).is_ok() || fs::copy(file, &path).is_ok_and(|_| fs::remove_file(file).is_ok()));
        self.note(location, is_moved)
    }

    /// Writes an object whole; false if its bucket is not there.
    pub fn write(&self, location: &str, bytes: &[u8]) -> bool {
        let Some(path) = self.path(location) else { return false };
        let folder = path.parent().unwrap_or(&self.root);
        self.note(location, fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)).is_ok())
    }

    /// Notes an object's content type.
    pub fn set_content_type(&self, location: &str, content_type: &str) {
        let mut types = self.content_types.lock().unwrap_or_else(PoisonError::into_inner);
        types.insert(location.to_owned(), content_type.to_owned());
    }

    /// An object's content type; S3's default if it was written without one.
    pub fn content_type(&self, location: &str) -> String {
        let types = self.content_types.lock().unwrap_or_else(PoisonError::into_inner);
        types.get(location).cloned().unwrap_or_else(|| "binary/octet-stream".to_owned())
    }

    /// Removes an object, and the folders that are empty without it.
    pub fn remove(&self, bucket: &str, key: &str) {
        let Some(path) = self.object(bucket, key) else { return };
        let _ = fs::remove_file(&path);
        let _ = fs::remove_file(self.archived_path(bucket, key));
        let top = self.root.join(bucket);
        let mut folder = path.parent();
        while let Some(empty) = folder.filter(|folder| *folder != top && folder.starts_with(&top)) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }

    /// Moves an object into an archive storage class.
    pub fn archive(&self, location: &str) -> io::Result<()> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("{location} is no object"));
        let (bucket, key) = split(location).ok_or_else(missing)?;
        let from = self.object(bucket, key).ok_or_else(missing)?;
        let to = self.archived_path(bucket, key);
        fs::create_dir_all(to.parent().ok_or_else(missing)?)?;
        fs::copy(&from, &to)?;
        fs::remove_file(&from)
    }

    /// Whether an object lies in an archive storage class.
    pub fn is_archived(&self, bucket: &str, key: &str) -> bool {
        self.archived_path(bucket, key).is_file()
    }

    /// Every object of a bucket whose key begins with a prefix, sorted by key.
    pub fn list(&self, bucket: &str, prefix: &str) -> Vec<Listed> {
        let folder = prefix.rfind('/').map_or("", |end| &prefix[..=end]);
        if folder.split('/').any(|part| !part.is_empty() && !is_plain(part)) {
            return Vec::new();
        }
        let mut objects = Vec::new();
        list(&self.root.join(bucket).join(folder), folder, false, &mut objects);
        list(&self.archive.join(bucket).join(folder), folder, true, &mut objects);
        objects.retain(|object| object.key.starts_with(prefix));
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        objects
    }

    fn archived_path(&self, bucket: &str, key: &str) -> PathBuf {
        self.archive.join(bucket).join(key)
    }
}

/// The bucket and the key of `s3://bucket/key`.
pub fn split(location: &str) -> Option<(&str, &str)> {
    let rest = location.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, ""))).filter(|(bucket, _)| !bucket.is_empty())
}

/// Whether a part of a key can be a file's name.
fn is_plain(part: &str) -> bool {
    !part.is_empty() && part != "." && part != ".." && !part.contains(['/', '\\', '\0'])
}

fn list(folder: &Path, below: &str, archived: bool, objects: &mut Vec<Listed>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(metadata) = fs::metadata(entry.path()) else { continue };
        if metadata.is_dir() {
            list(&entry.path(), &format!("{below}{name}/"), archived, objects);
        } else {
            let key = if name == FOLDER_MARKER { below.to_owned() } else { format!("{below}{name}") };
            let elapsed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let modified = elapsed.and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok()).unwrap_or_default();
            objects.push(Listed { key, size: metadata.len(), modified, archived });
        }
    }
}
