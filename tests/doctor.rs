//! `athplan doctor` against the emulator: what it says of an account that is well, and of each thing that is not.
#![cfg(all(feature = "local", feature = "athena"))]

use crate::emulator::{CallFault, Chance, FaultPlan, Options, Workgroup};
use crate::live::Bench;
use crate::program::Program;

const DOCTOR: &str = "doctor --output-location s3://out/athplan";

fn denied(action: &str, resource: &str) -> Options {
    Options { denied: vec![(action.to_owned(), resource.to_owned())], ..Options::default() }
}

#[test]
fn everything_is_looked_at_in_order() {
    let mut texts = Vec::new();
    let mut add = |title: &str, program: &Program, command: &str| {
        texts.push(format!("## {title}\n{}", program.transcript(command)));
    };
    let well = Bench::new(Options::default());
    add("all is well", &well.program, DOCTOR);
    assert!(well.emulator.objects("out", "").is_empty(), "nothing is left");
    assert!(well.emulator.executions().is_empty(), "nothing runs");
    add("as JSON", &well.program, &format!("{DOCTOR} --format json"));
    well.emulator.database("logs");
    well.program.file("athplan.toml", "[athena]\ndatabase = \"logs\"\noutput-location = \"s3://out/logs/\"\n");
    add("settings of the file", &well.program, "doctor");

    let group = Workgroup { cutoff: Some(10_000_000), ..Workgroup::enforcing("primary", "s3://out/group/") };
    let group = Bench::new(Options { workgroups: vec![group], ..Options::default() });
    add("a workgroup that enforces its settings", &group.program, "doctor");
    let managed = Bench::new(Options { workgroups: vec![Workgroup::managed("primary")], ..Options::default() });
    add("a workgroup that keeps results", &managed.program, "doctor");

    let mut nobody = Program::new();
    nobody.variable("AWS_EC2_METADATA_DISABLED", "true");
    add("nobody, nowhere", &nobody, DOCTOR);
    let expired = Bench::new(Options::default());
    expired.emulator.follow(FaultPlan::new(1).on_call("*", Chance::Always, CallFault::Expired));
    add("credentials that have expired", &expired.program, DOCTOR);
    add("no such workgroup", &well.program, &format!("{DOCTOR} --workgroup nobodys"));
    let plain = Bench::new(Options::default());
    add("no output location", &plain.program, "doctor");
    add("no such bucket", &plain.program, "doctor --output-location s3://nowhere/x/");
    add("no such database", &plain.program, &format!("{DOCTOR} --database nobodys"));
    let unwritable = Bench::new(denied("s3:DeleteObject", "arn:aws:s3:::out/athplan/"));
    add("what is written cannot be deleted", &unwritable.program, DOCTOR);
    let unlisted = Bench::new(denied("glue:GetTables", "arn:aws:glue"));
    add("tables may not be listed", &unlisted.program, DOCTOR);
    let unasked = Bench::new(denied("glue:GetTable", "arn:aws:glue"));
    add("tables may not be asked for", &unasked.program, DOCTOR);
    crate::cli::held("doctor", &texts.join("\n"));
}
