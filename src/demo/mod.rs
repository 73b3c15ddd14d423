//! A CloudTrail archive to try things on: months of many people's and machines' calls in several
//! regions, and in them the story that the examples investigate.
//!
//! The generator knows nothing of the compiler, so that neither can hide the other's mistakes. It
//! reads no clock and no system randomness: the same seed gives the same bytes.

mod actor;
mod archive;
mod call;
mod clock;
mod event;
mod flow;
mod noise;
mod random;
mod record;
mod story;

use std::io;
use std::path::Path;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records, those that were delivered twice counted twice.
    pub events: u64,
    /// Files of the trail.
    pub files: u64,
    /// Folders of a region and day.
    pub partitions: u64,
    /// Files of VPC flow logs beside it.
    pub flow_files: u64,
    /// Bytes of the trail as JSON text.
    pub json_bytes: u64,
    /// Bytes of the trail's files as they lie there, compressed.
    pub stored_bytes: u64,
}

/// Writes an archive of about `events` records into `directory/AWSLogs/`: the story, always whole,
/// and as much background as brings it to that number; and some
/// flow logs of the days around its turning point.
///
/// # Errors
///
/// `directory` holds an `AWSLogs` already, or cannot be written to.
pub fn write(directory: &Path, events: u64, seed: u64) -> io::Result<Summary> {
    let logs = directory.join("AWSLogs");
    if logs.try_exists()? {
        let message = format!("{} is there already; two archives must not mix", logs.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let mut random = random::Random::new(seed);
    let mut all = story::events();
    let background = events.saturating_sub(all.len() as u64);
    all.extend(noise::events(background, &mut random));
    let trail = archive::write(directory, all, &mut random)?;
    Ok(Summary { flow_files: flow::write(directory)?, ..trail })
}
