//! An engine over two small tables, and cases of query and rows.

use std::sync::atomic::{AtomicUsize, Ordering};

use athplan::constant::{Value, format};
use athplan::engine::local::{LocalEngine, LocalOptions};
use athplan::engine::{Engine, EngineError, Kind, ResultSet, State, Submission};
use athplan::types::{Dialect, Type};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Two tables: calls with an id, a key and a name, and keys with a key and a time; NULLs in all of them,
/// and a key that stands twice.
const TABLES: [&str; 2] = [
    "CREATE TABLE calls AS SELECT * FROM (VALUES (BIGINT '1', 'a', 'x'), (2, 'b', 'x'), (3, 'a', 'y'), (NULL, 'c', NULL),
     (5, NULL, 'y')) t(id, key, name)",
    "CREATE TABLE keys AS SELECT * FROM (VALUES ('a', BIGINT '1'), ('a', 1), ('b', NULL), (NULL, 7), ('z', 9)) t(key, at)",
];

/// The embedded engine in Trino's dialect.
pub struct Bench {
    _folder: TempDir,
    runtime: Runtime,
    engine: LocalEngine,
    submitted: AtomicUsize,
}

impl Bench {
    /// An engine without tables.
    pub fn empty() -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut options = LocalOptions::new(folder.path().join("output"), 1_714_979_289_123 * 1_000_000_000);
        options.dialect = Dialect::Trino;
        let engine = LocalEngine::new(options).expect("the folder is there");
        let runtime = Runtime::new().expect("a runtime can be made");
        Bench { _folder: folder, runtime, engine, submitted: AtomicUsize::new(0) }
    }

    /// An engine with the two tables.
    pub fn new() -> Bench {
        let bench = Bench::empty();
        for table in TABLES {
            bench.run(table).expect("the table can be made");
        }
        bench
    }

    /// What a statement yields.
    pub fn run(&self, sql: &str) -> Result<ResultSet, EngineError> {
        let token = self.submitted.fetch_add(1, Ordering::Relaxed).to_string();
        let submission = Submission { sql: sql.to_owned(), token, kind: Kind::Query };
        self.runtime.block_on(async {
            let id = self.engine.submit(&submission).await?;
            loop {
                let status = self.engine.poll(std::slice::from_ref(&id)).await?.remove(0);
                match status.state {
                    State::Queued | State::Running => self.engine.wait(std::slice::from_ref(&id)).await,
                    State::Failed(error) => return Err(error),
                    State::Succeeded | State::Cancelled => return self.engine.result(&id, &[]).await,
                }
            }
        })
    }

    /// The rows of a query, each as `a|b`.
    pub fn rows(&self, sql: &str) -> Result<Vec<String>, EngineError> {
        let result = self.run(sql)?;
        let types: Vec<&Type> = result.columns.iter().map(|(_, ty)| ty).collect();
        let row = |row: &Vec<Value>| {
            let values = row.iter().zip(&types).map(|(value, ty)| shown(value, ty));
            values.collect::<Vec<_>>().join("|")
        };
        Ok(result.rows.iter().map(row).collect())
    }

    /// Asserts cases of a query and its rows, in any order unless the query ends in an ORDER BY.
    pub fn check<S: AsRef<str>>(&self, cases: &[(S, &str)]) {
        let mut wrong = Vec::new();
        for (sql, expected) in cases {
            let sql = sql.as_ref();
            let mut expected: Vec<String> =
                expected.split("; ").filter(|row| !row.is_empty()).map(str::to_owned).collect();
            let ordered = sql.rsplit(')').next().is_some_and(|end| end.contains("ORDER BY"));
            let got = self.rows(sql).map(|mut rows| {
                if !ordered {
                    rows.sort();
                    expected.sort();
                }
                rows
            });
            if got.as_ref().ok() != Some(&expected) {
                wrong.push(format!("{sql}\n  expected {expected:?}\n  got      {got:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Asserts that a query fails with an error of Trino's, by its name.
    pub fn fails(&self, sql: &str, name: &str) {
        let error = self.rows(sql).expect_err(sql);
        assert!(error.message.starts_with(name), "{sql}: {error}");
    }
}

fn shown(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::Null, _) => "NULL".to_owned(),
        (Value::Array(items), Type::Array(element)) => {
            format!("[{}]", items.iter().map(|item| shown(item, element)).collect::<Vec<_>>().join(","))
        }
        (Value::Row(items), Type::Row(fields)) => {
            let items = items.iter().zip(fields.iter());
            format!("[{}]", items.map(|(item, field)| shown(item, &field.ty)).collect::<Vec<_>>().join(","))
        }
        _ => format(value, ty),
    }
}
