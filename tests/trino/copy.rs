//! The judge's converter: the files of an archive copied, in the same folders under the same names, as text that
//! Trino reads. `{"Records": […]}` becomes one record a line; everything else stays as it is.
//!
//! It knows nothing of athplan's own readers: flate2 inflates, serde_json takes records apart.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value as Json;

/// What becomes of files that no reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// They are copied: who opens one, fails.
    Kept,
    /// They are left out.
    Dropped,
}

/// Copies all files below a folder; how many records of CloudTrail there were.
pub fn copy(from: &Path, to: &Path, unreadable: Unreadable) -> usize {
    fs::create_dir_all(to).expect("the folder can be made");
    let mut records = 0;
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            records += copy(&path, &target, unreadable);
            continue;
        }
        let stored = fs::read(&path).expect("the file can be read");
        let is_gzip = path.extension().is_some_and(|extension| extension == "gz");
        let text = if is_gzip { inflated(&stored) } else { Some(stored.clone()) };
        let parsed: Option<Json> = text.as_deref().and_then(|text| serde_json::from_slice(text).ok());
        match (text, parsed.as_ref().and_then(|file| file["Records"].as_array())) {
            (Some(_), Some(list)) => {
                records += list.len();
                let lines: String = list.iter().map(|record| format!("{record}\n")).collect();
                fs::write(target, if is_gzip { deflated(&lines) } else { lines.into_bytes() })
            }
            (None, _) if unreadable == Unreadable::Dropped => Ok(()),
            _ => fs::write(target, stored),
        }
        .expect("the copy can be written");
    }
    records
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut text).ok().map(|_| text)
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
