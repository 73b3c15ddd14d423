//! What people get wrong on the command line and in the files beside a spec.

use super::{CALLS, TABLE, holds, investigation};

#[test]
fn what_is_given_twice() {
    let program = investigation("DECLARE who varchar; SELECT :who AS who;");
    let commands = [
        "run spec.sql -p who=bob -p who=eve",
        "run spec.sql -p who=bob --map s3://logs=trail --map s3://logs=other",
        "explain spec.sql -p who=bob --rows a=b --rows a=c",
        "snapshot spec.sql -p who=bob -p who=eve",
    ];
    holds("given_twice", &program, &commands);
}

#[test]
fn what_explain_tells_of_unmapped_buckets_full_scans_and_programs() {
    let program = investigation("SELECT count(*) AS calls FROM trail WHERE eventname = 'X';");
    program.file("elsewhere/spec.sql", format!("{TABLE}{CALLS}"));
    program.file("elsewhere/athplan.toml", "");
    let commands = [
        "explain elsewhere/spec.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --allow-full-scan=answer",
        "explain elsewhere/spec.sql --now 2024-06-01 --stage dag --format json",
        "explain elsewhere/spec.sql --now 2024-06-01 --stage bound --format json",
    ];
    holds("explain_helps", &program, &commands);
    let statements = ["explain", "spec.sql", "--allow-full-scan=answer", "--stage", "statements", "--format", "json"];
    let statements: serde_json::Value =
        serde_json::from_slice(&program.call(&statements).stdout).expect("statements are JSON");
    assert_eq!((&statements[1]["id"], &statements[1]["purpose"]), (&"answer".into(), &"answer".into()));
    assert!(statements[1]["sql"].as_str().is_some_and(|sql| sql.starts_with("SELECT")));
}
