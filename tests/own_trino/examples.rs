//! All examples on a real Trino: the rows of the embedded engine, and nothing left behind.

use std::fs;

use super::bench::{Bench, over_lines, sorted};
use crate::live::examples;
use crate::program::copy_folder;

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn the_examples_give_the_rows_of_the_embedded_engine() {
    let bench = Bench::new();
    let mut kept: Vec<String> = Vec::new();
    for (name, spec) in examples() {
        let folder = bench.program.folder().join(&name);
        copy_folder(spec.parent().expect("a spec lies in a folder"), &folder);
        let text = over_lines(&fs::read_to_string(&spec).expect("the spec"));
        fs::write(folder.join("spec.sql"), text).expect("the folder is ours");
        let own = format!("{name}/spec.sql");
        let local = bench.local(&own);
        let live = bench.trino("run", &own, &["--format", "csv", "--replace"]);
        assert_eq!(live.code, local.code, "{name}: {}", live.stderr);
        assert!(local.code == 0 || local.code == 10, "{name}: {}", local.stderr);
        assert_eq!(sorted(&live.stdout), sorted(&local.stdout), "{name}: {}", live.stderr);
        let made = live.stderr.lines().filter_map(|line| line.strip_prefix("kept ")?.split(' ').next());
        kept.extend(made.map(str::to_owned));
        bench.nothing_is_left(&kept.iter().map(String::as_str).collect::<Vec<_>>());
        let explained = bench.trino("explain", &own, &[]);
        assert_eq!(explained.code, 0, "{name}: {}", explained.stderr);
        assert!(!String::from_utf8_lossy(&explained.stdout).contains('$'), "{name}: no Trino has a price");
    }
    assert!(!kept.is_empty());
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn a_wrong_query_fails_with_trinos_words_and_the_line_of_the_spec() {
    let bench = Bench::new();
    bench.program.file("spec.sql", "\n\nSELECT 1 / (n - n) AS x FROM (VALUES 1) AS v(n);");
    let ended = bench.trino("run", "spec.sql", &[]);
    assert!(ended.stderr.contains("DIVISION_BY_ZERO") && ended.stderr.contains("spec.sql:3"), "{}", ended.stderr);
    bench.program.file("spec.sql", "CREATE TABLE kept AS\nSELECT '𝄞' AS a, 1.5 AS b,\n  sqrt(nope(1)) AS x;");
    let ended = bench.trino("run", "spec.sql", &[]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("FUNCTION_NOT_FOUND") && ended.stderr.contains("spec.sql:3"), "{}", ended.stderr);
}
