//! Events into files: which folder, which file, which name, as CloudTrail delivers them
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use super::Summary;
use super::actor::ACCOUNT;
use super::clock::{DAY, folders, stamp};
use super::event::Event;
use super::random::Random;

/// How many records a file holds, about.
const RECORDS: usize = 250;

/// Writes the events' files under `root`.
pub fn write(root: &Path, mut events: Vec<Event>, random: &mut Random) -> io::Result<Summary> {
    // The sort keeps the order of equals, so that nothing depends on the machine.
    events.sort_by_key(|event| (event.folder, event.delivered, event.time));
    let mut summary = Summary::default();
    for partition in events.chunk_by(|a, b| (a.folder, day(a)) == (b.folder, day(b))) {
        let files = ((partition.len() + RECORDS / 2) / RECORDS).max(1);
        for records in partition.chunks(partition.len().div_ceil(files)) {
            let path = path(root, records, random);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            summary.json_bytes += file(&path, records)?;
            summary.stored_bytes += fs::metadata(&path)?.len();
            summary.files += 1;
        }
        summary.partitions += 1;
        summary.events += partition.len() as u64;
    }
    Ok(summary)
}

fn day(event: &Event) -> i64 {
    event.delivered.div_euclid(DAY)
}

/// The file of these records, which one delivery brought: the last record's.
fn path(root: &Path, records: &[Event], random: &mut Random) -> PathBuf {
    let last = records.last().expect("chunks are not empty");
    let id = random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16);
    let name = format!("{ACCOUNT}_CloudTrail_{}_{}_{id}.json.gz", last.folder, stamp(last.delivered));
    root.join("AWSLogs").join(ACCOUNT).join("CloudTrail").join(last.folder).join(folders(last.delivered)).join(name)
}

/// Writes one file; how many bytes its text has.
fn file(path: &Path, records: &[Event]) -> io::Result<u64> {
    // No name and no time in the gzip header: the same records give the same bytes.
    let packed = GzBuilder::new().write(BufWriter::new(File::create_new(path)?), Compression::default());
    let mut text = Counted { inner: packed, bytes: 0 };
    text.write_all(b"{\"Records\":[")?;
    for (at, event) in records.iter().enumerate() {
        if at > 0 {
            text.write_all(b",")?;
        }
        serde_json::to_writer(&mut text, &event.record())?;
    }
    text.write_all(b"]}")?;
    let bytes = text.bytes;
    text.inner.finish()?.flush()?;
    Ok(bytes)
}

/// Counts what passes through.
struct Counted {
    inner: GzEncoder<BufWriter<File>>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
