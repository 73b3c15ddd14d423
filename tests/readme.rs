//! The README tells the truth: its spec is the first example, and its commands print what it says.
#![cfg(feature = "local")]

use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The README's blocks of a kind.
fn blocks(kind: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("the README");
    let opening = format!("```{kind}\n");
    let pieces = text.split(&opening).skip(1);
    pieces.map(|piece| piece.split("```").next().expect("a split has a first piece").to_owned()).collect()
}

/// Output without the blanks at the ends of lines, which editors take away.
fn trimmed(text: &str) -> String {
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn its_spec_is_the_first_example() {
    let example = fs::read_to_string(Path::new(ROOT).join("examples/01-bobs-devops-keys/spec.sql")).expect("the spec");
    let spec = blocks("sql").into_iter().next().expect("the README shows a spec");
    assert!(example.contains(&spec), "{spec}");
}

#[cfg(unix)]
#[test]
fn its_commands_print_what_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(Path::new(ROOT).join("examples"), folder.path().join("examples")).expect("a link");
    let blocks = blocks("console");
    assert!(!blocks.is_empty());
    for block in blocks {
        let (command, expected) = block.split_once('\n').expect("a command and what it prints");
        let words = command.strip_prefix("$ athplan ").expect("commands of athplan").split_whitespace();
        let mut athplan = Command::new(env!("CARGO_BIN_EXE_athplan"));
        athplan.current_dir(folder.path()).args(words);
        if command.contains(" run ") {
            // The README shows what a terminal does.
            athplan.args(["--format", "table"]);
        }
        let output = athplan.output().expect("athplan runs");
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(trimmed(&printed) == trimmed(expected), "{command}\n{printed}\n{complaints}");
    }
}

#[test]
fn its_table_of_functions_is_what_the_engine_says() {
    let text = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("the README");
    let (_, behind) = text.split_once("<!-- functions -->\n").expect("the table has a beginning");
    let (table, _) = behind.split_once("<!-- end of functions -->").expect("the table has an end");
    let listed = Command::new(env!("CARGO_BIN_EXE_athplan")).args(["functions", "--format", "markdown"]).output();
    let listed = String::from_utf8(listed.expect("athplan runs").stdout).expect("UTF-8");
    assert!(table == listed, "the table in README.md, as `athplan functions --format markdown` prints it:\n{listed}");
}
