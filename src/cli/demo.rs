//! `athplan demo`: an archive to try things on.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::output::visible;
use crate::demo;

/// Writes a made-up CloudTrail archive, the one that the examples investigate.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder to write to; it must not hold an archive already
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// How many records, about; the story itself is always whole
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub events: u64,
    /// Another seed gives another background
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

impl Demo {
    /// Writes the archive and says what was written.
    ///
    /// # Errors
    ///
    /// The folder holds an archive already, or cannot be written to.
    pub fn run(&self, out: &mut dyn Write) -> io::Result<()> {
        let written = demo::write(&self.directory, self.events, self.seed)?;
        let demo::Summary { events, files, partitions, flow_files, json_bytes, stored_bytes } = written;
        writeln!(
            out,
            "{events} records in {files} files, {partitions} region and day folders; {flow_files} files of flow logs"
        )?;
        writeln!(out, "{json_bytes} bytes of JSON, {stored_bytes} bytes stored")?;
        writeln!(out, "read it with --map s3://trail-bucket={}", visible(&self.directory.display().to_string()))
    }
}
