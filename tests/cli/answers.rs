//! Several queries in one spec, tables that are kept, and specs that ask for nothing.

use super::{holds, investigation};

/// Two queries, the second of which has a column named like athplan's own.
const TWO: &str = "SELECT 1 AS one; SELECT 'two' AS step, 2 AS two WHERE true;";

#[test]
fn several_queries_print_one_after_the_other() {
    let program = investigation("SELECT 1 AS one; SELECT 'two' AS two WHERE false;");
    let commands = [
        "run spec.sql --quiet",
        "run spec.sql --quiet --format json",
        "run spec.sql --quiet --format table",
        "run spec.sql --quiet --format parquet --out rows.parquet",
        "run spec.sql --quiet --out rows.csv",
    ];
    holds("several_queries", &program, &commands);
}

#[test]
fn several_queries_go_to_a_folder_with_a_file_for_each() {
    let program = investigation(TWO);
    program.file("there/answer.csv", "of an earlier run");
    let commands = [
        "run spec.sql --quiet --format json",
        "run spec.sql --quiet --out rows/",
        "run spec.sql --quiet --out there",
        "run spec.sql --quiet --format parquet --out columns/",
        "run spec.sql --quiet --out nosuch/rows/",
    ];
    holds("folder", &program, &commands);
    let read = |path: &str| std::fs::read_to_string(program.folder().join(path)).expect("it was written");
    assert_eq!(
        (read("rows/answer.csv"), read("rows/answer_2.csv")),
        ("one\r\n1\r\n".into(), "step,two\r\ntwo,2\r\n".into())
    );
    assert_eq!(
        (read("there/answer.csv"), read("there/answer_2.csv")),
        (read("rows/answer.csv"), read("rows/answer_2.csv"))
    );
    assert!(program.folder().join("columns/answer_2.parquet").is_file());
}

#[test]
fn a_table_that_is_kept_is_counted_and_read_by_another_spec() {
    let spec = "
CREATE TABLE \"my calls\" AS
SELECT eventtime, CAST(1.5 AS decimal(5, 2)) AS price FROM trail WHERE day = '2024/05/06';
CREATE TABLE uses AS
FOREACH k IN (SELECT eventtime AS issued FROM \"my calls\")
  SELECT k.issued, c.eventname FROM trail c
  WHERE c.eventtime >= k.issued AND c.eventtime <= '2024-05-06T23:00:00Z';";
    let program = investigation(spec);
    let commands = [
        "run spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01 --quiet",
        "run spec.sql --now 2024-06-01 --replace --quiet --out rows.csv",
    ];
    holds("kept", &program, &commands);
    let described = |name: &str| {
        std::fs::read_to_string(program.folder().join("athplan-out").join(name)).expect("each table is described")
    };
    let next = format!(
        "{}{}SELECT (SELECT sum(price) FROM `my calls`) AS price, count(*) AS uses FROM uses;",
        described("my_calls.sql"),
        described("uses.sql")
    );
    program.file("next.sql", next.replace("FROM `my calls`", "FROM \"my calls\""));
    holds("kept_read", &program, &["run next.sql --map s3://athplan-kept=athplan-out"]);
    // What has no rows exits as what found none.
    let nothing = investigation("CREATE TABLE nothing AS SELECT eventname FROM trail WHERE day = '2024/05/07';");
    holds("kept_empty", &nothing, &["run spec.sql --now 2024-06-01"]);
}

#[test]
fn tables_that_are_kept_are_never_overwritten_by_accident() {
    let program = investigation("CREATE TABLE calls AS SELECT eventname FROM trail WHERE day = '2024/05/06';");
    let commands = [
        "run spec.sql --now 2024-06-01 --output kept",
        "run spec.sql --now 2024-06-01 --output kept",
        "run spec.sql --now 2024-06-01 --output kept --replace",
    ];
    holds("replace", &program, &commands);
}

#[test]
fn a_spec_that_asks_for_nothing() {
    let program =
        investigation("CREATE TEMPORARY TABLE calls AS SELECT eventname FROM trail WHERE day = '2024/05/06';");
    program.file("empty.sql", "-- later\n");
    let commands =
        ["run spec.sql --now 2024-06-01", "explain spec.sql --now 2024-06-01", "run empty.sql --now 2024-06-01"];
    holds("nothing_asked", &program, &commands);
}
