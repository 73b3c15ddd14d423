//! A folder with files and an engine over it.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use athplan::constant::{Value, Zone, format};
use athplan::engine::local::store::Mapping;
use athplan::engine::local::{LocalEngine, LocalOptions};
use athplan::engine::{Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, Submission};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// 2023-07-10 12:00 UTC, the time of every statement.
pub const NOW_MILLISECONDS: i128 = 1_688_990_400_000;

/// A bucket `s3://bucket` in a temporary folder, and an engine that reads it.
pub struct Bench {
    folder: TempDir,
    engine: LocalEngine,
    /// Statements submitted so far: every one has a token of its own.
    submitted: AtomicUsize,
}

impl Bench {
    /// An empty bucket.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// An empty bucket and an engine with other options.
    pub fn with(change: impl FnOnce(&mut LocalOptions)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bucket = folder.path().join("bucket");
        std::fs::create_dir(&bucket).expect("the folder is new");
        let mut options = LocalOptions::new(folder.path().join("output"), NOW_MILLISECONDS * 1_000_000_000);
        options.maps.push(Mapping { location: "s3://bucket".to_owned(), directory: bucket });
        change(&mut options);
        let engine = LocalEngine::new(options).expect("the folders are there");
        Self { folder, engine, submitted: AtomicUsize::new(0) }
    }

    /// The engine.
    pub fn engine(&self) -> &LocalEngine {
        &self.engine
    }

    /// Where a key of the bucket lies.
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join("bucket").join(key)
    }

    /// Writes a file.
    pub fn file(&self, key: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(key);
        std::fs::create_dir_all(path.parent().expect("a key has a folder")).expect("the folder can be made");
        std::fs::write(path, content).expect("the file can be written");
        self
    }

    /// Submits a statement and waits for its end.
    pub async fn run(&self, sql: &str) -> Result<(QueryId, Status), EngineError> {
        let token = self.submitted.fetch_add(1, Ordering::Relaxed).to_string();
        let submission = Submission { sql: sql.to_owned(), token, kind: Kind::Query };
        let id = self.engine.submit(&submission).await?;
        loop {
            let status = self.engine.poll(std::slice::from_ref(&id)).await.expect("the id is known").remove(0);
            if !matches!(status.state, State::Queued | State::Running) {
                return Ok((id, status));
            }
            self.engine.wait(std::slice::from_ref(&id)).await;
        }
    }

    /// A statement that must succeed.
    pub async fn ok(&self, sql: &str) -> (ResultSet, Status) {
        let (id, status) = self.run(sql).await.expect("the statement is well formed");
        assert_eq!(status.state, State::Succeeded, "{sql}");
        (self.engine.result(&id, &[]).await.expect("it succeeded"), status)
    }

    /// The rows of a query, each as its values' texts with `|` between them.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let (result, _) = self.ok(sql).await;
        let text = |row: &Vec<Value>| {
            let values = row.iter().zip(&result.columns).map(|(value, (_, ty))| match value {
                Value::Null => "NULL".to_owned(),
                value => format(value, ty),
            });
            values.collect::<Vec<_>>().join("|")
        };
        result.rows.iter().map(text).collect()
    }

    /// The error of a statement that must fail.
    pub async fn error(&self, sql: &str) -> EngineError {
        match self.run(sql).await {
            Err(error) => error,
            Ok((_, Status { state: State::Failed(error), .. })) => error,
            Ok((_, status)) => panic!("{sql} ended as {status:?}"),
        }
    }

    /// Asserts that a statement fails in a way that names all of these.
    pub async fn fails(&self, sql: &str, class: ErrorClass, words: &[&str]) {
        let error = self.error(sql).await;
        assert_eq!(error.class, class, "{}", error.message);
        for word in words {
            assert!(error.message.contains(word), "{word} is not in: {}", error.message);
        }
    }
}

/// Bytes in one gzip member.
pub fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_ref()).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// An instant in UTC, in milliseconds.
pub fn utc(milliseconds: i128) -> Value {
    Value::TimestampWithTimeZone(milliseconds * 1_000_000_000, Zone::Offset(0))
}
