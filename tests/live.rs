//! The command line on Athena, as far as an emulator is one: the examples' rows are those of the embedded engine, and what
//! goes wrong is said with a way out.
#![cfg(all(feature = "local", feature = "athena"))]

mod budgets;
mod faults;
pub mod lasting;
mod makespan;
mod own;

use std::fs;
use std::path::{Path, PathBuf};

use athplan::engine::athena::{AthenaEngine, AthenaOptions};
use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};

use crate::emulator::{CallFault, Chance, Emulator, FaultPlan, Options, Workgroup};
use crate::program::{Ended, Program};

/// The folder of the examples.
pub const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// The time of every run: the archives are older.
pub const NOW: &str = "2019-07-01T00:00:00Z";

/// An emulator that holds the examples' archive, and a folder to call the program in.
pub struct Bench {
    /// The emulator.
    pub emulator: Emulator,
    /// The program, told of it.
    pub program: Program,
}

impl Bench {
    /// An emulator of some kind.
    pub fn new(options: Options) -> Self {
        // Projected ranges end where those of the runs do.
        let emulator = Emulator::start(Options { now: Some(1_561_939_200), ..options });
        emulator.bucket("out");
        emulator.copy_in(&Path::new(EXAMPLES).join("archive"), "s3://trail-bucket/");
        let mut program = Program::new();
        program.variable("AWS_ACCESS_KEY_ID", "AKIATEST");
        program.variable("AWS_SECRET_ACCESS_KEY", "secret");
        program.variable("AWS_REGION", "us-east-1");
        program.variable("AWS_EC2_METADATA_DISABLED", "true");
        program.variable("AWS_ENDPOINT_URL_ATHENA", &emulator.athena_url());
        program.variable("AWS_ENDPOINT_URL_S3", &emulator.s3_url());
        let runs = program.folder().join("runs").to_string_lossy().into_owned();
        program.variable("ATHPLAN_RUNS", &runs);
        Self { emulator, program }
    }

    /// Runs a statement that no plan has.
    pub fn execute(&self, sql: &str) {
        let options = AthenaOptions {
            region: Some("us-east-1".to_owned()),
            athena_endpoint: Some(self.emulator.athena_url()),
            s3_endpoint: Some(self.emulator.s3_url()),
            output: Some("s3://out/".to_owned()),
            ..AthenaOptions::new("default")
        };
        let credentials = SharedCredentialsProvider::new(Credentials::new("AKIATEST", "secret", None, None, "test"));
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let engine = AthenaEngine::connect_as(options, Some(credentials)).await.expect("the emulator is there");
            engine.execute(sql).await.expect("it is well formed");
        });
    }

    /// Calls the program on Athena.
    pub fn athena(&self, command: &str, spec: &str, more: &[&str]) -> Ended {
        let mut arguments =
            vec![command, spec, "--now", NOW, "--engine", "athena", "--output-location", "s3://out/athplan"];
        arguments.extend(more);
        self.program.call(&arguments)
    }
}

/// The examples' specs by their folders' names.
pub fn examples() -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(EXAMPLES)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("spec.sql").is_file())
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path.join("spec.sql")))
        .collect();
    found.sort();
    found
}

/// Lines of CSV, in an order of their own: only the spec's own order is the answer's.
fn sorted(text: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = String::from_utf8_lossy(text).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn examples_give_the_same_rows(options: Options) {
    let bench = Bench::new(options);
    assert!(!examples().is_empty());
    for (name, spec) in examples() {
        let spec = spec.to_string_lossy().into_owned();
        let local = bench.program.call(&["run", &spec, "--now", NOW, "--format", "csv"]);
        let live = bench.athena("run", &spec, &["--format", "csv"]);
        assert_eq!(live.code, local.code, "{name}: {}", live.stderr);
        assert_eq!(sorted(&live.stdout), sorted(&local.stdout), "{name}: {}", live.stderr);
        assert_eq!(bench.emulator.running(), 0, "{name}");
        let left = bench.emulator.objects("out", "athplan/");
        let left: Vec<&String> = left
            .iter()
            .filter(|key| !key.starts_with("athplan/tables/") && !key.starts_with("athplan/results/"))
            .collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        // Kept tables stay, and no other example may find them in its way.
        for table in bench.emulator.tables("default") {
            assert!(!table.contains("__"), "{name}: {table} is private and was left behind");
        }
    }
}

#[test]
fn the_examples_give_the_rows_of_the_embedded_engine() {
    examples_give_the_same_rows(Options::default());
}

#[test]
fn so_they_do_in_a_workgroup_that_enforces_its_location() {
    let workgroups = vec![Workgroup::enforcing("primary", "s3://out/group/")];
    examples_give_the_same_rows(Options { workgroups, ..Options::default() });
}

/// The settings may stand in the configuration file; the command line comes first.
#[test]
fn settings_come_from_the_file_too() {
    let workgroups = vec![Workgroup::named("primary"), Workgroup::with_output("mine", "s3://out/mine/")];
    let bench = Bench::new(Options { workgroups, ..Options::default() });
    bench.emulator.database("logs");
    let config = "engine = \"athena\"\n[athena]\nworkgroup = \"mine\"\ndatabase = \"logs\"\nslots = 3\n";
    bench
        .program
        .file("athplan.toml", config)
        .file("spec.sql", "CREATE TABLE made AS SELECT 1 AS n;\nSELECT n FROM made;");
    let ended = bench.program.call(&["run", "spec.sql"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout, b"n\r\n1\r\n");
    assert_eq!(bench.emulator.tables("logs"), ["made"]);
    assert!(ended.stderr.contains("kept made (1 row) in s3://out/mine/tables/made/"), "{}", ended.stderr);
    let again = bench.program.call(&["run", "spec.sql"]);
    assert!(again.stderr.contains("the table `made` exists already, in the database `logs`"), "{}", again.stderr);
    let replaced = bench.program.call(&["run", "spec.sql", "--replace"]);
    assert_eq!(replaced.code, 0, "{}", replaced.stderr);
    // The old table is there until the rows of the new one are.
    bench.program.file("fails.sql", "CREATE TABLE made AS SELECT 1 / (n - n) AS n FROM (VALUES 1) AS v(n);");
    let failed = bench.program.call(&["run", "fails.sql", "--replace"]);
    assert!(failed.stderr.contains("DIVISION_BY_ZERO"), "{}", failed.stderr);
    assert_eq!(bench.emulator.tables("logs"), ["made"]);
    let elsewhere = bench.program.call(&["run", "spec.sql", "--engine", "local"]);
    assert_eq!(elsewhere.code, 0, "{}", elsewhere.stderr);
}

/// DML opens with a comment that names run, statement and attempt; Hive's DDL has none, which could fail it.
#[test]
fn queries_are_named_and_definitions_are_not() {
    let bench = Bench::new(Options::default());
    let spec = format!("{EXAMPLES}/01-bobs-devops-keys/spec.sql");
    let ended = bench.athena("run", &spec, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let executions = bench.emulator.executions();
    let (named, others): (Vec<_>, Vec<_>) =
        executions.iter().partition(|execution| execution.request.query.starts_with("-- athplan run=r"));
    assert!(
        named
            .iter()
            .any(|execution| execution.request.query.contains(" statement=bob_role_activity/1 attempt=1\nUNLOAD ("))
    );
    assert!(others.iter().all(|execution| !execution.request.query.contains("--")), "a comment in DDL");
    let words = ["CREATE EXTERNAL TABLE", "ALTER TABLE", "DROP TABLE"];
    assert!(others.iter().all(|execution| words.iter().any(|word| execution.request.query.starts_with(word))));
}

/// Planning lists what the windows need, and what was archived is said.
#[test]
fn explain_lists_what_the_windows_need() {
    let bench = Bench::new(Options::default());
    let spec = format!("{EXAMPLES}/01-bobs-devops-keys/spec.sql");
    let live = bench.athena("explain", &spec, &[]);
    let local = bench.program.call(&["explain", &spec, "--now", NOW]);
    assert_eq!(String::from_utf8_lossy(&live.stdout), String::from_utf8_lossy(&local.stdout), "{}", live.stderr);
    assert!(bench.emulator.executions().is_empty(), "nothing runs");
    let unlisted = bench.athena("explain", &spec, &["--no-listing"]);
    assert!(String::from_utf8_lossy(&unlisted.stdout).contains("nothing was listed"));
}

#[test]
fn mistakes_are_said_before_anything_is_paid_for() {
    let bench = Bench::new(Options::default());
    bench.program.file("arrays.sql", "SELECT ARRAY['a, b'] AS l, 1 AS n;");
    let arrays = bench.athena("run", "arrays.sql", &[]);
    assert!(arrays.stderr.contains("select json_format(CAST(l AS JSON)) AS l in its place"), "{}", arrays.stderr);
    bench.program.file("spec.sql", "SELECT 1 AS n;");
    let skipping = bench.athena("run", "spec.sql", &["--skip-bad-files"]);
    assert!(skipping.stderr.contains("--skip-bad-files is for the embedded engine"), "{}", skipping.stderr);
    let group = bench.athena("run", "spec.sql", &["--workgroup", "nobodys"]);
    assert!(
        group.stderr.contains("WorkGroup is not found") && group.stderr.contains("--workgroup"),
        "{}",
        group.stderr
    );
    let nowhere = bench.program.call(&["run", "spec.sql", "--engine", "athena"]);
    assert!(nowhere.stderr.contains("--output-location"), "{}", nowhere.stderr);
    let unknown = bench.athena("run", "spec.sql", &["--encryption", "ROT13"]);
    assert!(unknown.stderr.contains("SSE_KMS=KEY"), "{}", unknown.stderr);
    assert!(bench.emulator.executions().is_empty(), "nothing ran");
    bench.emulator.follow(FaultPlan::new(1).on_call("*", Chance::Always, CallFault::Expired));
    let expired = bench.athena("run", "spec.sql", &[]);
    assert!(expired.stderr.contains("the credentials have expired"), "{}", expired.stderr);
}

#[test]
fn without_credentials_or_region_the_way_out_is_said() {
    let mut program = Program::new();
    program.variable("AWS_EC2_METADATA_DISABLED", "true");
    program.file("spec.sql", "SELECT 1 AS n;");
    let call = ["run", "spec.sql", "--engine", "athena", "--output-location", "s3://out/"];
    let ended = program.call(&call);
    assert!(ended.stderr.contains("no Region is set") && ended.stderr.contains("--region"), "{}", ended.stderr);
    let ended = program.call(&[&call[..], &["--region", "us-east-1"]].concat());
    assert!(ended.stderr.contains("no credentials") && ended.stderr.contains("aws sso login"), "{}", ended.stderr);
}

/// A wrong query fails with Athena's words and the line of the spec.
#[test]
fn a_failing_statement_names_the_line_it_comes_from() {
    let bench = Bench::new(Options::default());
    bench.program.file("spec.sql", "\n\nSELECT 1 / (n - n) AS x FROM (VALUES 1) AS v(n);");
    let ended = bench.athena("run", "spec.sql", &[]);
    assert!(ended.stderr.contains("DIVISION_BY_ZERO") && ended.stderr.contains("spec.sql:3"), "{}", ended.stderr);
}

/// What is pulled from the live catalog is a catalog file, with which a spec compiles anywhere.
#[test]
fn a_pulled_catalog_compiles_a_spec_and_so_does_the_live_one() {
    let bench = Bench::new(Options::default());
    let table =
        "CREATE EXTERNAL TABLE pulled USING cloudtrail LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/'";
    let query = "SELECT eventname, count(*) AS calls FROM trail WHERE day = '2019/03/05' GROUP BY eventname;";
    // The live table is made as a run makes its own.
    bench.program.file("make.sql", format!("{table};\nSELECT count(*) AS n FROM pulled WHERE day = '2019/03/05';"));
    let ddl = bench.program.call(&["explain", "make.sql", "--stage", "statements", "--now", NOW]);
    let ddl = String::from_utf8(ddl.stdout).expect("text");
    let ddl = ddl.split(';').find(|text| text.contains("CREATE EXTERNAL TABLE")).expect("a definition");
    let ddl = ddl.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    let ddl = ddl.replace("pulled__${run}", "trail");
    bench.execute(ddl.trim());
    let pulled = bench.program.call(&["catalog", "pull", "--out", "catalog.sql"]);
    assert_eq!(pulled.code, 0, "{}", pulled.stderr);
    bench.program.file("spec.sql", query.replace("trail", "default.trail"));
    let compiled = bench.program.call(&["explain", "spec.sql", "--catalog", "catalog.sql", "--now", NOW]);
    assert!(String::from_utf8_lossy(&compiled.stdout).contains("day = '2019/03/05'"), "{}", compiled.stderr);
    let by_file = bench.athena("run", "spec.sql", &["--catalog", "catalog.sql"]);
    bench.program.file("live.sql", query);
    let live = bench.athena("run", "live.sql", &[]);
    assert_eq!(live.code, 0, "{}", live.stderr);
    assert_eq!(sorted(&live.stdout), sorted(&by_file.stdout), "{}", by_file.stderr);
    assert_eq!(bench.emulator.tables("default"), ["trail"], "what exists is only read");
}
