//! A ledger's folder: the entries, the plan they belong to, and the lock of the process that holds it.
//!
//! The folder and its files are readable by their owner alone. An entry is on disk before the act it
//! speaks of: what is appended is synced before the call returns.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::LedgerError;
use super::entry::{self, Entry, Header, VERSION};

/// The entries.
const LEDGER: &str = "ledger";
/// The plan.
const PLAN: &str = "plan";
/// The lock.
const LOCK: &str = "lock";
/// How often a lock that another process has is tried for, and how long apart.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// An open ledger file. As long as it lives, no other process takes up the run.
#[derive(Debug)]
pub(super) struct LedgerFile {
    path: PathBuf,
    file: File,
    /// Where the last whole line ends.
    end: u64,
    /// Held, not read: the lock goes with it.
    _lock: File,
}

impl LedgerFile {
    /// Makes the folder of a new run.
    pub fn create(folder: &Path, header: &Header, plan: &[u8]) -> Result<Self, LedgerError> {
        make_private(folder).map_err(|error| LedgerError::at(folder, &error))?;
        let lock = lock(folder)?;
        let path = folder.join(PLAN);
        let mut file = new_file(&path).map_err(|error| LedgerError::at(&path, &error))?;
        file.write_all(plan).and_then(|()| file.sync_all()).map_err(|error| LedgerError::at(&path, &error))?;
        let path = folder.join(LEDGER);
        let file = new_file(&path).map_err(|error| LedgerError::at(&path, &error))?;
        let mut created = Self { path, file, end: 0, _lock: lock };
        created.append(&Entry::Begun(header.clone()))?;
        // The names of new files are on disk only when their folder is.
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| LedgerError::at(folder, &error))?;
        Ok(created)
    }

    /// Opens the folder of a run that is to go on; gives its entries and its plan.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Entry>, Vec<u8>), LedgerError> {
        let path = folder.join(LEDGER);
        if !path.is_file() {
            return Err(LedgerError::Missing { folder: folder.display().to_string() });
        }
        let lock = lock(folder)?;
        let failed = |error: &io::Error| LedgerError::at(&path, error);
        let mut file = OpenOptions::new().read(true).write(true).open(&path).map_err(|error| failed(&error))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| failed(&error))?;
        let (entries, whole) = read_entries(&path, &text)?;
        // What a crash cut short never happened: the next entry takes its place.
        file.set_len(whole).map_err(|error| failed(&error))?;
        let plan = read_plan(folder, &entries)?;
        Ok((Self { path: path.clone(), file, end: whole, _lock: lock }, entries, plan))
    }

    /// Appends an entry; it is on disk when this returns. What a full disk cut short is written over by the
    /// next: a half line between whole ones would make all of them unreadable.
    pub fn append(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let line = entry::line(entry);
        let written = self
            .file
            .set_len(self.end)
            .and_then(|()| self.file.seek(SeekFrom::Start(self.end)))
            .and_then(|_| self.file.write_all(line.as_bytes()))
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| LedgerError::at(&self.path, &error))?;
        self.end += line.len() as u64;
        Ok(())
    }
}

/// The entries of a run that may be going on elsewhere, for reading only.
pub(super) fn read(folder: &Path) -> Result<Vec<Entry>, LedgerError> {
    let path = folder.join(LEDGER);
    match fs::read(&path) {
        Ok(text) => Ok(read_entries(&path, &text)?.0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(LedgerError::Missing { folder: folder.display().to_string() })
        }
        Err(error) => Err(LedgerError::at(&path, &error)),
    }
}

/// The entries of a text, and the bytes that they take: the last line may have been cut short.
fn read_entries(path: &Path, text: &[u8]) -> Result<(Vec<Entry>, u64), LedgerError> {
    let mut entries = Vec::new();
    let mut whole = 0;
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let entry = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok()).and_then(entry::parse);
        match entry {
            Some(entry) => {
                entries.push(entry);
                whole += line.len() as u64;
            }
            None if lines.peek().is_none() && at > 0 => break,
            None => return Err(LedgerError::Damaged { path: path.display().to_string(), line: at + 1 }),
        }
    }
    match entries.first() {
        Some(Entry::Begun(header)) if header.version == VERSION => Ok((entries, whole)),
        Some(Entry::Begun(header)) => Err(LedgerError::Version { found: header.version }),
        _ => Err(LedgerError::Damaged { path: path.display().to_string(), line: 1 }),
    }
}

fn read_plan(folder: &Path, entries: &[Entry]) -> Result<Vec<u8>, LedgerError> {
    let path = folder.join(PLAN);
    let plan = fs::read(&path).map_err(|error| LedgerError::at(&path, &error))?;
    let sum = sum(&plan);
    match entries.first() {
        Some(Entry::Begun(header)) if header.plan == sum => Ok(plan),
        _ => Err(LedgerError::Damaged { path: path.display().to_string(), line: 1 }),
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(super) fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock(folder: &Path) -> Result<File, LedgerError> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    let file = options.open(&path).map_err(|error| LedgerError::at(&path, &error))?;
    let mut tried = 0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A process that is being started holds its parent's files for a moment, locks too.
            Err(TryLockError::WouldBlock) if tried < LOCK_TRIES => {
                tried += 1;
                thread::sleep(LOCK_PAUSE);
            }
            Err(TryLockError::WouldBlock) => return Err(LedgerError::Locked { folder: folder.display().to_string() }),
            Err(TryLockError::Error(error)) => return Err(LedgerError::at(&path, &error)),
        }
    }
}

/// Whether a process holds the lock of a folder.
pub(super) fn is_held(folder: &Path) -> bool {
    let file = OpenOptions::new().write(true).open(folder.join(LOCK));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Whether a folder holds a ledger's files and no others, and no whole line.
pub(super) fn is_unbegun(folder: &Path) -> bool {
    let known = [LEDGER, PLAN, LOCK, "stop"];
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let mut names = Vec::new();
    for entry in entries {
        let Ok(entry) = entry else { return false };
        let Some(name) = entry.file_name().to_str().and_then(|name| known.iter().find(|known| **known == name)) else {
            return false;
        };
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            return false;
        }
        names.push(*name);
    }
    let text = fs::read(folder.join(LEDGER));
    !names.is_empty()
        && match text {
            Ok(text) => !text.contains(&b'\n'),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    options.open(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{LedgerFile, read};
    use crate::run::ledger::{Entry, Header, VERSION};

    /// A disk that was full for a moment takes a part of a line, and later lines whole.
    #[test]
    fn half_a_line_is_written_over_by_the_next() {
        let own = std::env::temp_dir().join(format!("athplan-ledger-{}", std::process::id()));
        let header = Header {
            version: VERSION,
            athplan: "test".to_owned(),
            run: "r7".to_owned(),
            spec: "spec.sql".to_owned(),
            at: 0,
            engine: Vec::new(),
            output: "s3://out/".to_owned(),
            limits: crate::run::Limits::default(),
            statement_deadline: None,
            plan: String::new(),
        };
        let folder = own.join("r7");
        let mut ledger = LedgerFile::create(&folder, &header, b"plan").expect("it can be made");
        ledger.file.write_all(b"0123abcd {\"resumed\":{\"at\"").expect("it can be written");
        for at in [1, 2] {
            ledger.append(&Entry::Resumed { at }).expect("it can be written");
        }
        let entries = read(&folder).expect("every line is whole");
        std::fs::remove_dir_all(&own).expect("it is ours");
        assert_eq!(entries[1..], [Entry::Resumed { at: 1 }, Entry::Resumed { at: 2 }]);
    }
}
