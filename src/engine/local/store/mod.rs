//! S3 as local folders: which directory stands for a location, what lies in it, where the run writes.
//!
//! Locations come from specs and from data, so a location must never lead out of the folder that the
//! user mapped: keys with `..` are refused, and a symbolic link counts as what it points to.

mod lister;
mod walk;

pub use self::lister::Lister;
pub use self::walk::side_by_side;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};

use self::walk::{Entry, entries, walk};
use crate::engine::{EngineError, ErrorClass};

/// A local folder that stands for a location: `--map s3://bucket/prefix=DIR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// `s3://bucket/prefix`, with or without a slash at its end.
    pub location: String,
    /// The folder that holds the prefix's keys.
    pub directory: PathBuf,
}

/// All mapped folders.
#[derive(Debug, Clone)]
pub struct Store {
    mounts: Vec<Mount>,
}

/// A mapping whose location is taken apart.
#[derive(Debug, Clone)]
struct Mount {
    bucket: String,
    segments: Vec<String>,
    directory: PathBuf,
    /// The folder with links followed.
    canonical: PathBuf,
}

/// A location and the folder that stands for it, whether or not it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The location, ending in `/`.
    pub uri: String,
    /// The folder.
    pub directory: PathBuf,
    /// The mapped folder that it lies in, as it was named and with links followed.
    root: [PathBuf; 2],
}

/// A file of a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// `s3://bucket/key`.
    pub uri: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its size as stored.
    pub size: u64,
    /// When it was last changed: milliseconds since the epoch, 0 if the file system does not tell.
    pub modified: i64,
}

/// What lies under a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The files that a scan reads, sorted by location.
    pub files: Vec<StoredFile>,
    /// The locations of hidden files and folders, which it passes over, sorted.
    pub hidden: Vec<String>,
}

impl Store {
    /// A store of these mappings. Where several fit a location, the longest decides.
    ///
    /// # Errors
    ///
    /// A location is none of S3, or its folder is not there.
    pub fn new(mappings: &[Mapping]) -> Result<Self, EngineError> {
        let mut mounts = Vec::with_capacity(mappings.len());
        for mapping in mappings {
            let (bucket, segments) = parse_location(&mapping.location)?;
            if !mapping.directory.is_dir() {
                let directory = mapping.directory.display();
                return Err(data(format!("{directory}, mapped for {}, is no folder", mapping.location)));
            }
            let directory = mapping.directory.clone();
            let canonical = fs::canonicalize(&directory)
                .map_err(|error| data(format!("{}: cannot be read: {error}", directory.display())))?;
            mounts.push(Mount { bucket, segments, directory, canonical });
        }
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.segments.len()));
        Ok(Self { mounts })
    }

    /// The folder that stands for a location; it need not exist.
    ///
    /// # Errors
    ///
    /// The location is none of S3, or no mapping covers it: the message names the mapping to give.
    pub fn place(&self, location: &str) -> Result<Place, EngineError> {
        let (bucket, segments) = parse_location(location)?;
        let fits = |mount: &&Mount| mount.bucket == bucket && segments.starts_with(&mount.segments);
        let mount = self.mounts.iter().find(fits).ok_or_else(|| unmapped(location, &bucket))?;
        let mut directory = mount.directory.clone();
        directory.extend(segments.iter().skip(mount.segments.len()));
        let mut uri = format!("s3://{bucket}/");
        for segment in &segments {
            uri.push_str(segment);
            uri.push('/');
        }
        Ok(Place { uri, directory, root: [mount.directory.clone(), mount.canonical.clone()] })
    }

    /// Every file under a place; none if the folder does not exist. Names that begin with `_` or `.` are
    /// hidden, and so is all that lies in such a folder, as on Athena.
    ///
    /// # Errors
    ///
    /// A folder cannot be read, a link leads out of the mapped folder, or a name is not UTF-8.
    pub fn files(&self, place: &Place) -> Result<Option<Files>, EngineError> {
        contained(place)?.then(|| walk(place, Entry::is_hidden)).transpose()
    }

    /// Every file under a place, hidden ones too, sorted by key; none if the folder does not exist.
    ///
    /// # Errors
    ///
    /// As [`Store::files`].
    pub fn all_files(&self, place: &Place) -> Result<Option<Vec<StoredFile>>, EngineError> {
        contained(place)?.then(|| Ok(walk(place, |_| false)?.files)).transpose()
    }

    /// The names of the folders directly under a place, sorted; none if it does not exist.
    ///
    /// # Errors
    ///
    /// As [`Store::files`].
    pub fn folders(&self, place: &Place) -> Result<Vec<String>, EngineError> {
        if !contained(place)? {
            return Ok(Vec::new());
        }
        let [_, root] = &place.root;
        let mut folders = Vec::new();
        for entry in entries(&place.directory)? {
            if !entry.is_hidden() && entry.file(root)?.is_none() {
                folders.push(entry.name);
            }
        }
        folders.sort();
        Ok(folders)
    }

    /// Makes a place's folder, private to the user, for a statement's output.
    ///
    /// # Errors
    ///
    /// Files lie there already, as Athena refuses it too (`HIVE_PATH_ALREADY_EXISTS`), or the folder
    /// cannot be made.
    pub fn prepare_output(&self, place: &Place) -> Result<(), EngineError> {
        if self.files(place)?.is_some_and(|found| !found.files.is_empty()) {
            let message = format!("HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: {}", place.uri);
            return Err(EngineError::new(ErrorClass::Exists, message));
        }
        self.make_folder(place)
    }

    /// Makes a place's folder, private to the user, if it is not there.
    ///
    /// # Errors
    ///
    /// It cannot be made, or a link leads out of the mapped folder.
    pub fn make_folder(&self, place: &Place) -> Result<(), EngineError> {
        create_private_directory(&place.directory)
            .map_err(|error| data(format!("{}: cannot be made: {error}", place.directory.display())))?;
        contained(place).map(|_| ())
    }

    /// Deletes a place's folder with all that is in it, and says how many files that were. Links are
    /// deleted, never what they point to.
    ///
    /// # Errors
    ///
    /// A link leads out of the mapped folder, or the file system refuses.
    pub fn remove_folder(&self, place: &Place) -> Result<usize, EngineError> {
        let Some(files) = self.all_files(place)? else { return Ok(0) };
        fs::remove_dir_all(&place.directory)
            .map_err(|error| data(format!("{}: cannot be deleted: {error}", place.directory.display())))?;
        Ok(files.len())
    }

    /// Makes a new file, private to the user, in a prepared place.
    ///
    /// # Errors
    ///
    /// The file exists or cannot be made.
    pub fn create_file(&self, place: &Place, name: &str) -> Result<(PathBuf, File), EngineError> {
        let path = place.directory.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| data(format!("{}: cannot be made: {error}", path.display())))?;
        Ok((path, file))
    }
}

/// Whether a place exists; one that links lead out of its mapped folder is an error.
fn contained(place: &Place) -> Result<bool, EngineError> {
    let missing = |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    let directory = match fs::canonicalize(&place.directory) {
        Ok(directory) => directory,
        Err(error) if missing(&error) => return Ok(false),
        Err(error) => return Err(data(format!("{}: cannot be read: {error}", place.directory.display()))),
    };
    let [root, canonical] = &place.root;
    if !directory.starts_with(canonical) {
        return Err(data(format!("{}: the location leads out of {}", place.uri, root.display())));
    }
    Ok(directory.is_dir())
}

/// Makes a folder and its missing parents, readable by the user alone.
///
/// # Errors
///
/// The file system refuses.
pub fn create_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// The bucket and the key's segments of `s3://bucket/a/b/`.
fn parse_location(location: &str) -> Result<(String, Vec<String>), EngineError> {
    let wrong = |why: &str| {
        let message = format!("the location '{location}' {why}");
        EngineError::new(ErrorClass::Statement, message)
    };
    let rest = location.strip_prefix("s3://").ok_or_else(|| wrong("does not begin with s3://"))?;
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(wrong("names no bucket"));
    }
    let key = key.strip_suffix('/').unwrap_or(key);
    let segments: Vec<String> = if key.is_empty() { Vec::new() } else { key.split('/').map(str::to_owned).collect() };
    for segment in &segments {
        let mut components = Path::new(segment).components();
        let plain = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        if !plain || segment.contains(['\0', '\\']) {
            return Err(wrong(&format!("has the segment '{segment}', which no local folder stands for")));
        }
    }
    Ok((bucket.to_owned(), segments))
}

fn unmapped(location: &str, bucket: &str) -> EngineError {
    let message = format!(
        "no local folder is mapped for {location}; give one with --map s3://{bucket}=DIR \
         (or a longer prefix of the location)"
    );
    EngineError::new(ErrorClass::Data, message)
}

fn data(message: String) -> EngineError {
    EngineError::new(ErrorClass::Data, message)
}
