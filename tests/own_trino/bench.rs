//! A Trino, the S3 that it reads, and a folder to call the program in.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::server::Server;
use crate::emulator::{Emulator, Options};
use crate::live::{EXAMPLES, NOW};
use crate::program::{Ended, Program, copy_folder};

/// A Trino and all around it.
pub struct Bench {
    /// S3.
    pub emulator: Emulator,
    /// The server.
    pub server: Server,
    /// The program, told of both.
    pub program: Program,
}

impl Bench {
    /// A server over the examples' archive with one record a line.
    pub fn new() -> Self {
        let emulator = Emulator::start(Options::default());
        let lines = tempfile::tempdir().expect("a folder for temporary files");
        copy_folder(&Path::new(EXAMPLES).join("archive"), lines.path());
        one_record_a_line(lines.path());
        emulator.bucket("out");
        emulator.copy_in(lines.path(), "s3://trail-bucket/");
        let server = Server::start(&emulator.s3_url());
        Self::of(emulator, server, lines.path())
    }

    /// The same around a server that somebody has started, whose S3 the emulator is.
    pub fn around(emulator: Emulator, server: Server) -> Self {
        let empty = tempfile::tempdir().expect("a folder for temporary files");
        emulator.bucket("out");
        Self::of(emulator, server, empty.path())
    }

    fn of(emulator: Emulator, server: Server, lines: &Path) -> Self {
        assert!(server.query("CREATE SCHEMA IF NOT EXISTS hive.default").is_some(), "the schema can be made");
        let mut program = Program::new();
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("USER", "test"),
        ] {
            program.variable(name, value);
        }
        program.variable("AWS_ENDPOINT_URL_S3", &emulator.s3_url());
        let runs = program.folder().join("runs").to_string_lossy().into_owned();
        program.variable("ATHPLAN_RUNS", &runs);
        let config = format!("[trino]\nserver = \"{}\"\noutput-location = \"s3://out/athplan/\"\n", server.url());
        program.file("athplan.toml", config);
        // The embedded engine reads the same files.
        copy_folder(lines, &program.folder().join("archive"));
        Self { emulator, server, program }
    }

    /// Calls the program on the Trino.
    pub fn trino(&self, command: &str, spec: &str, more: &[&str]) -> Ended {
        let mut arguments = vec![command, spec, "--now", NOW, "--engine", "trino"];
        arguments.extend(more);
        self.program.call(&arguments)
    }

    /// Calls the program on the embedded engine.
    pub fn local(&self, spec: &str) -> Ended {
        let arguments =
            ["run", spec, "--now", NOW, "--map", "s3://trail-bucket=archive", "--format", "csv", "--replace"];
        self.program.call(&arguments)
    }

    /// Waits until the server runs a query of a run's that stores rows.
    pub fn until_something_runs(&self) {
        let began = Instant::now();
        let running = "SELECT count(*) FROM system.runtime.queries WHERE source LIKE 'athplan store%' AND state IN ('RUNNING', 'FINISHING')";
        while self.server.number(running).unwrap_or(0) == 0 {
            assert!(began.elapsed() < Duration::from_secs(120), "nothing ever runs");
            sleep(Duration::from_millis(20));
        }
    }

    /// The tables that are there.
    pub fn tables(&self) -> Vec<String> {
        let text = "SELECT table_name FROM hive.information_schema.tables WHERE table_schema = 'default' ORDER BY 1";
        let rows = self.server.query(text).expect("the server is there");
        rows.into_iter().map(|row| row[0].as_str().expect("a name").to_owned()).collect()
    }

    /// Nothing private is there, and no file lies where no table shows it; tables that are kept may stay.
    pub fn nothing_is_left(&self, kept: &[&str]) {
        let others: Vec<String> = self.tables().into_iter().filter(|name| !kept.contains(&name.as_str())).collect();
        assert!(others.is_empty(), "{others:?}");
        let shown = |key: &String| kept.iter().any(|table| key.starts_with(&format!("athplan/tables/{table}/")));
        let files = self.emulator.objects("out", "athplan/");
        let left: Vec<&String> = files.iter().filter(|key| !shown(key)).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(self.emulator.open_uploads(), 0);
    }
}

/// The example's specs over files with one record a line: only the preset's name changes.
pub fn over_lines(spec: &str) -> String {
    spec.replace("USING cloudtrail\n", "USING cloudtrail_lines\n")
}

/// Writes the CloudTrail files of a folder anew, as `jq -c '.Records[]'` does.
fn one_record_a_line(folder: &Path) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            one_record_a_line(&path);
        } else if path.to_string_lossy().contains("/CloudTrail/") {
            let mut text = String::new();
            let file = fs::File::open(&path).expect("the file is there");
            GzDecoder::new(file).read_to_string(&mut text).expect("it is a gzip file");
            let whole: Value = serde_json::from_str(&text).expect("it is JSON");
            let mut written = GzEncoder::new(fs::File::create(&path).expect("the folder is ours"), Compression::fast());
            for record in whole["Records"].as_array().expect("it holds records") {
                writeln!(written, "{record}").expect("the folder is ours");
            }
            written.finish().expect("the folder is ours");
        }
    }
}

/// Lines of CSV, in an order of their own.
pub fn sorted(text: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = String::from_utf8_lossy(text).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}
