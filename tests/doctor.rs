//! `athplan doctor` against the emulator: what it says of an account that is well, and of each thing that is not.
#![cfg(all(feature = "local", feature = "athena"))]

use crate::emulator::{CallFault, Chance, FaultPlan, Options, QueryFault, Workgroup};
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

/// What is proven is noted, and then a run says nothing of it.
#[test]
fn a_live_proof_is_capped_noted_and_leaves_nothing() {
    for group in [Workgroup::named("primary"), Workgroup::enforcing("primary", "s3://out/group/")] {
        let enforces = group.enforced;
        let mut bench = Bench::new(Options { workgroups: vec![group], ..Options::default() });
        let state = bench.program.folder().join("state");
        bench.program.variable("XDG_STATE_HOME", &state.to_string_lossy());
        bench.program.file("spec.sql", "SELECT 1 AS n;");
        let before = bench.athena("run", "spec.sql", &[]);
        assert!(before.stderr.contains("are unverified: athplan doctor --live"), "{}", before.stderr);
        let runs = bench.emulator.executions().len();

        let proof = bench.program.call(&["doctor", "--live", "--output-location", "s3://out/athplan"]);
        let text = String::from_utf8_lossy(&proof.stdout).into_owned();
        assert_eq!(proof.code, 0, "{text}{}", proof.stderr);
        assert!(proof.stderr.contains("at most 24 statements that read"), "{}", proof.stderr);
        assert!(!text.contains("failed") && !text.contains("warning"), "{text}");
        if !enforces {
            crate::cli::held("doctor_live", &crate::program::filtered(&text));
        }
        let executions = bench.emulator.executions().split_off(runs);
        let reads = |text: &str| ["SELECT", "WITH", "UNLOAD", "CREATE TABLE"].iter().any(|word| text.contains(word));
        let reading = executions.iter().filter(|execution| reads(&execution.request.query)).count();
        assert!(reading <= 24, "{reading} statements read");
        assert!(bench.emulator.tables("default").is_empty());
        assert!(bench.emulator.objects("out", "athplan/doctor/").is_empty());

        let noted = std::fs::read_to_string(state.join("athplan/verified.json")).expect("it is noted");
        assert!(noted.contains("\"workgroup\": \"primary\"") && !noted.contains("secret"), "{noted}");
        #[cfg(unix)]
        {
            let noted = std::fs::metadata(state.join("athplan/verified.json")).expect("it is there");
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&noted.permissions()) & 0o777, 0o600);
        }
        let after = bench.athena("run", "spec.sql", &[]);
        assert!(!after.stderr.contains("unverified"), "{}", after.stderr);
        let elsewhere = bench.athena("run", "spec.sql", &["--workgroup", "nobodys"]);
        assert!(!elsewhere.stderr.contains("unverified"), "it never got there: {}", elsewhere.stderr);
    }
}

/// A proof that cannot go on, or that an account refutes, fails, notes nothing and leaves nothing.
#[test]
fn a_proof_that_fails_notes_nothing() {
    let mut bench = Bench::new(Options::default());
    let state = bench.program.folder().join("state");
    bench.program.variable("XDG_STATE_HOME", &state.to_string_lossy());
    bench.emulator.follow(FaultPlan::new(1).on_statement("sum(n)", Chance::Always, QueryFault::Denied));
    let proof = bench.program.call(&["doctor", "--live", "--output-location", "s3://out/athplan"]);
    assert_eq!(proof.code, 1);
    assert!(proof.stderr.contains("the proof cannot go on"), "{}", proof.stderr);
    assert!(bench.emulator.tables("default").is_empty());
    assert!(bench.emulator.objects("out", "athplan/doctor/").is_empty());
    assert!(!state.exists());
    let unwell = bench.program.call(&["doctor", "--live"]);
    assert_eq!(unwell.code, 1);
    assert!(!unwell.stderr.contains("at most"), "nothing runs where something is wrong: {}", unwell.stderr);
}
