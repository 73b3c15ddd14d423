//! What a run reads, it never writes to; and what was not looked at in whole is said.

use super::{CALLS, FOLDER, FOREACH, TABLE, holds, investigation};

#[test]
fn inputs_are_not_overwritten() {
    let program = investigation(FOREACH);
    let keys = "accesskeyid,issued\nAKIA1,2024-05-06T09:30:00Z\n";
    program.file("keys.csv", keys).file("other.ddl", TABLE);
    let before: Vec<Vec<u8>> = read(&program);
    let inside = format!("trail/{}", FOLDER.trim_start_matches("trail/"));
    let commands = [
        "run spec.sql --now 2024-06-01 --out spec.sql".to_owned(),
        "run spec.sql --now 2024-06-01 --coverage ./keys.csv".to_owned(),
        format!("run spec.sql --now 2024-06-01 --out {inside}/a.json.gz"),
        format!("run spec.sql --now 2024-06-01 --output {inside}"),
        "run spec.sql --now 2024-06-01 --out rows.csv --coverage rows.csv".to_owned(),
        "run spec.sql --now 2024-06-01 --slack '10 ms'".to_owned(),
    ];
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    holds("inputs_are_spared", &program, &commands);
    assert_eq!(read(&program), before);
}

fn read(program: &crate::program::Program) -> Vec<Vec<u8>> {
    let names = ["spec.sql", "keys.csv", &format!("{FOLDER}/a.json.gz")].map(|name| program.folder().join(name));
    names.iter().map(|path| std::fs::read(path).expect("it is there")).collect()
}

#[test]
fn what_nobody_looked_at_is_no_result() {
    let program = investigation(FOREACH);
    program.file("keys.csv", "accesskeyid,issued\nAKIA1,\nAKIA2,\n");
    // Without a bound, no driver row needs any partition.
    program.file(
        "contradiction.sql",
        format!(
            "{TABLE}SELECT count(*) AS n FROM trail WHERE day = '2024/05/06' AND eventname = 'a' AND eventname = 'b';"
        ),
    );
    program.file("early.sql", format!("{TABLE}SELECT eventname FROM trail WHERE day = '2024/05/02';"));
    program.file("strays.sql", format!("{TABLE}{CALLS}"));
    program.file("trail/AWSLogs/111111111111/CloudTrail/us-east-1/2024/5/6/b.json.gz", "");
    program.file(&format!("{FOLDER}/empty.json.gz"), "");
    let commands = [
        "run spec.sql --now 2024-06-01 --coverage coverage.json",
        "run contradiction.sql --now 2024-06-01",
        "run early.sql --now 2024-06-01",
        "run strays.sql --now 2024-06-01",
        "explain strays.sql --now 2024-06-01",
    ];
    holds("not_looked_at", &program, &commands);
    let coverage = std::fs::read_to_string(program.folder().join("coverage.json")).expect("--coverage was given");
    let coverage: serde_json::Value = serde_json::from_str(&coverage).expect("it is JSON");
    let foreach = &coverage["foreachs"][0];
    assert_eq!((&foreach["rows_without_partitions"], &coverage["complete"]), (&foreach["rows"], &false.into()));
}
