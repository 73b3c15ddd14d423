//! Files that a command writes at its end, at places that are tried before it does anything.
//!
//! What was read and paid for must not be lost to a misspelt path. So the file is made at once, hidden
//! beside its place, and takes its name when its content is whole: whoever looks there finds the old file
//! or the new one, never half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::{Report, miette};

/// A place that a file will be written to.
#[derive(Debug)]
pub struct Destination {
    /// The place as it was asked for, for messages.
    shown: PathBuf,
    file: File,
    /// The file's name until it is whole, and the one it gets; none for what has no other name, a device
    /// or a pipe.
    renamed: Option<(PathBuf, PathBuf)>,
}

impl Destination {
    /// Tries a place: what stands there stays as it is for now.
    ///
    /// # Errors
    ///
    /// Nothing can be written there.
    pub fn open(place: &Path) -> Result<Self, Report> {
        let failed = |error: io::Error| unwritable(place, &error);
        // Behind a link the file itself is replaced, not the link.
        let target = fs::canonicalize(place).unwrap_or_else(|_| place.to_path_buf());
        let metadata = fs::metadata(&target).ok();
        if metadata.as_ref().is_some_and(fs::Metadata::is_dir) || place.file_name().is_none() {
            return Err(miette!("cannot write {}: it is a folder", place.display()));
        }
        if metadata.is_some_and(|metadata| !metadata.is_file()) {
            let file = OpenOptions::new().write(true).open(&target).map_err(failed)?;
            return Ok(Self { shown: place.to_path_buf(), file, renamed: None });
        }
        let (hidden, file) = beside(&target).map_err(failed)?;
        Ok(Self { shown: place.to_path_buf(), file, renamed: Some((hidden, target)) })
    }

    /// Writes the file and puts it in its place.
    ///
    /// # Errors
    ///
    /// The place was there and cannot be written to any more.
    pub fn write(mut self, content: &[u8]) -> Result<(), Report> {
        let written = self.file.write_all(content).and_then(|()| match &self.renamed {
            Some((hidden, target)) => fs::rename(hidden, target),
            None => Ok(()),
        });
        written.map_err(|error| unwritable(&self.shown, &error))?;
        self.renamed = None;
        Ok(())
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if let Some((hidden, _)) = &self.renamed {
            // If it cannot be removed either, it is empty and hidden.
            let _ = fs::remove_file(hidden);
        }
    }
}

fn unwritable(place: &Path, error: &io::Error) -> Report {
    miette!("cannot write {}: {error}", place.display())
}

/// A new file with a name of its own in a place's folder.
fn beside(place: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0_u32;
    loop {
        let hidden = place.with_file_name(format!(".athplan-{}-{number}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&hidden) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            opened => return opened.map(|file| (hidden, file)),
        }
    }
}
