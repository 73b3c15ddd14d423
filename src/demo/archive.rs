//! Events into files: which folder, which file, which name, as CloudTrail delivers them
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

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
            let (json_bytes, stored_bytes) = file(root, records, random)?;
            summary.json_bytes += json_bytes;
            summary.stored_bytes += stored_bytes;
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

/// Writes one file, named by the last delivery in it; how many bytes its text has, and it itself.
fn file(root: &Path, records: &[Event], random: &mut Random) -> io::Result<(u64, u64)> {
    let last = records.last().expect("chunks are not empty");
    let id = random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16);
    let name = format!("{ACCOUNT}_CloudTrail_{}_{}_{id}.json.gz", last.folder, stamp(last.delivered));
    let trail = root.join("AWSLogs").join(ACCOUNT).join("CloudTrail");
    let mut file = Packed::create(&trail.join(last.folder).join(folders(last.delivered)), &name)?;
    file.write_all(b"{\"Records\":[")?;
    for (at, event) in records.iter().enumerate() {
        if at > 0 {
            file.write_all(b",")?;
        }
        serde_json::to_writer(&mut file, &event.record())?;
    }
    file.write_all(b"]}")?;
    file.finish()
}

/// A gzip file being written. Its header holds no name and no time, so that the same text gives the
/// same bytes.
pub struct Packed {
    encoder: GzEncoder<BufWriter<File>>,
    bytes: u64,
}

impl Packed {
    /// A new file; `folder` is made if need be.
    pub fn create(folder: &Path, name: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let file = BufWriter::new(File::create_new(folder.join(name))?);
        Ok(Self { encoder: GzBuilder::new().write(file, Compression::default()), bytes: 0 })
    }

    /// How many bytes were written into it, and how many it has on disk.
    pub fn finish(self) -> io::Result<(u64, u64)> {
        let file = self.encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((self.bytes, file.metadata()?.len()))
    }
}

impl Write for Packed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.encoder.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}
