//! Where results go: tried before anything runs, put in place at the end, and empty after a failure; and the snapshots
//! of statements beside specs.

use super::{CALLS, TABLE, holds, investigation};
use crate::program::Program;

/// What lies below a folder, sorted, folders with a `/`.
fn below(program: &Program, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![program.folder().join(folder)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.expect("the folder is ours").path();
            let shown = path.strip_prefix(program.folder()).expect("below the folder").display().to_string();
            if path.is_dir() {
                found.push(format!("{shown}/"));
                open.push(path);
            } else {
                found.push(shown);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn places_that_cannot_be_written_are_found_before_anything_runs() {
    let program = investigation(&format!("CREATE TABLE calls AS SELECT 1 AS one;{CALLS}"));
    program.file("file", "");
    std::fs::create_dir(program.folder().join("folder")).expect("the folder is ours");
    let commands = [
        "run spec.sql --now 2024-06-01 --out nosuch/rows.csv",
        "run spec.sql --now 2024-06-01 --coverage nosuch/coverage.json",
        "run spec.sql --now 2024-06-01 --coverage folder",
        "run spec.sql --now 2024-06-01 --output file",
        "run spec.sql --now 2024-06-01 --output file/kept",
    ];
    let before = below(&program, "");
    holds("unwritable", &program, &commands);
    assert_eq!(below(&program, ""), before, "nothing was left");
}

#[test]
fn a_file_that_is_there_is_replaced_when_the_rows_are_there() {
    let program = investigation(CALLS);
    program.file("rows.csv", "of an earlier run");
    program.file("broken.sql", format!("{TABLE}SELECT 1 / count(*) FROM trail WHERE day = '2024/05/31';"));
    let commands = [
        "run broken.sql --now 2024-06-01 --quiet --out rows.csv",
        "run spec.sql --now 2024-06-01 --quiet --out rows.csv --coverage /dev/null",
    ];
    let read = || std::fs::read_to_string(program.folder().join("rows.csv")).expect("the file is there");
    let first = program.transcript(commands[0]);
    assert_eq!(read(), "of an earlier run");
    let second = program.transcript(commands[1]);
    assert!(read().starts_with("eventtime,"), "{}", read());
    super::held("replaced_file", &format!("{first}\n{second}"));
    assert!(!below(&program, "").iter().any(|path| path.contains(".athplan-")), "{:?}", below(&program, ""));
}

#[test]
fn a_run_that_fails_keeps_nothing() {
    let good = "CREATE TABLE calls AS SELECT eventname FROM trail WHERE day = '2024/05/06';";
    // The second table is made of the first, so that the first is whole when the run fails.
    let bad = "CREATE TABLE shares AS SELECT 1 / (count(*) - 3) AS share FROM calls;";
    let program = investigation(&format!("{good}{bad}"));
    program.file("good.sql", format!("{TABLE}{good}"));
    holds("failed", &program, &["run spec.sql --now 2024-06-01 --quiet"]);
    assert!(!program.folder().join("athplan-out").exists(), "{:?}", below(&program, "athplan-out"));

    assert_eq!(program.call(&["run", "good.sql", "--now", "2024-06-01", "--quiet"]).code, 0);
    let kept = below(&program, "athplan-out");
    for arguments in [&["run", "spec.sql", "--replace"][..], &["run", "spec.sql"]] {
        assert_eq!(program.call(arguments).code, 1, "{arguments:?}");
        assert_eq!(below(&program, "athplan-out"), kept, "{arguments:?}");
    }
}

#[test]
fn snapshots_of_statements() {
    let program = investigation("SELECT eventname FROM trail WHERE day = '2024/05/06';");
    let before = ["snapshot spec.sql --check", "snapshot spec.sql --now 2024-06-01", "snapshot spec.sql --check"];
    holds("snapshot", &program, &before);
    program.file("spec.sql", format!("{TABLE}SELECT eventname FROM trail WHERE day = '2024/05/07';"));
    holds(
        "snapshot_changed",
        &program,
        &["snapshot spec.sql --check", "snapshot spec.sql", "snapshot spec.sql --check"],
    );
}

#[test]
fn every_spec_is_checked_whatever_is_wrong_with_another() {
    let program = investigation(CALLS);
    program.file("wrong.sql", "SELECT nosuch;");
    program.file("good.sql", "SELECT 1 AS one;");
    let commands = [
        "snapshot spec.sql wrong.sql good.sql --now 2024-06-01",
        "snapshot --check wrong.sql spec.sql good.sql",
        "snapshot --check wrong.sql nosuch.sql spec.sql",
    ];
    let first = program.transcript(commands[0]);
    program.file("spec.sql", format!("{TABLE}{}", CALLS.replace("05-06T22", "05-07T22")));
    let rest = commands[1..].iter().map(|command| program.transcript(command)).collect::<Vec<_>>().join("\n");
    super::held("snapshots_of_several", &format!("{first}\n{rest}"));
}
