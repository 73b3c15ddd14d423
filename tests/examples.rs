//! The examples are specs that the compiler takes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use athplan::bind::{BindOptions, NoTables};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::types::Dialect;

/// The folders of the examples, in order.
fn examples() -> Vec<PathBuf> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"));
    let entries = fs::read_dir(root).expect("the examples").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.join("spec.sql").exists()).collect();
    folders.sort();
    folders
}

#[test]
fn every_example_binds() {
    let folders = examples();
    assert!(!folders.is_empty());
    let arguments = BTreeMap::new();
    let now = Value::TimestampWithTimeZone(1_560_000_000_000_000_000_000, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::default(), now, arguments: &arguments, catalog: &NoTables };
    for folder in folders {
        let path = folder.join("spec.sql");
        let text = fs::read_to_string(&path).expect("a spec");
        let source = Arc::new(Source::new(path.display().to_string(), text));
        let bound = athplan::front(&source, &options);
        assert!(bound.is_ok(), "{}:\n{}", path.display(), bound.expect_err("not ok"));
    }
}

#[test]
fn every_example_says_how_to_run_it() {
    for folder in examples() {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let read_me = fs::read_to_string(folder.join("README.md")).expect("a README");
        assert!(read_me.contains(&format!("run examples/{name}/spec.sql")), "{name}");
    }
}

/// Each example's rows, as a table. What else a run says goes to standard error.
#[cfg(feature = "local")]
#[test]
fn every_example_gives_its_rows() {
    for folder in examples() {
        let output = tempfile::tempdir().expect("a folder");
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_athplan"))
            .args(["run", "--quiet", "--format", "table", "--now", "2019-07-01T00:00:00Z", "--output"])
            .args([output.path(), &folder.join("spec.sql")])
            .output()
            .expect("athplan runs");
        let complaints = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{}: {}\n{complaints}", folder.display(), run.status);
        assert_eq!(complaints, "", "{}", folder.display());
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a plain name");
        insta::assert_snapshot!(format!("rows_of_{name}"), String::from_utf8(run.stdout).expect("UTF-8"));
    }
}
