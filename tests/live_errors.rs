//! What goes wrong on the way to Athena, each with a way out: who asks, where, what they may do, where results go, and
//! whether anybody is there at all. The texts are in `snapshots/cli/athena_errors.snap`, to be read.
#![cfg(all(feature = "local", feature = "athena"))]

use crate::emulator::{CallFault, Chance, Emulator, FaultPlan, Options, QueryFault, Workgroup};
use crate::live::Bench;
use crate::program::Program;

/// A spec that needs all of it: a table of logs, a local file, a step that is stored, an answer.
const SPEC: &str = "CREATE EXTERNAL TABLE logs (n int) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://logs/t/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'enum', 'projection.day.values' = 'x,y');
CREATE TEMPORARY TABLE named (n int) FROM 'named.csv';
CREATE TEMPORARY TABLE found AS SELECT l.n FROM logs l JOIN named ON named.n = l.n WHERE l.day = 'x';
SELECT n FROM found;
";

/// A call, with what to read above its transcript.
fn transcript(title: &str, program: &Program, command: &str) -> String {
    format!("## {title}\n{}", program.transcript(command))
}

const RUN: &str = "run spec.sql --engine athena --output-location s3://out/athplan --quiet";

/// An emulator of some kind with the spec's files.
fn bench(options: Options) -> Bench {
    let bench = Bench::new(options);
    let folder = bench.emulator.bucket("logs").join("t/day=x");
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    std::fs::write(folder.join("a.json"), "{\"n\": 1}\n").expect("the folder is ours");
    bench.program.file("spec.sql", SPEC).file("named.csv", "n\n1\n");
    bench
}

fn denied(action: &str, resource: &str) -> Options {
    Options { denied: vec![(action.to_owned(), resource.to_owned())], ..Options::default() }
}

/// What a run says under a fault of every call of an operation.
fn faulty(title: &str, operation: &str, fault: CallFault) -> String {
    let bench = bench(Options::default());
    bench.emulator.follow(FaultPlan::new(1).on_call(operation, Chance::Always, fault));
    transcript(title, &bench.program, RUN)
}

/// A program that knows its Region and who it is, and nothing of an emulator.
fn program() -> Program {
    let mut program = Program::new();
    program.variable("AWS_EC2_METADATA_DISABLED", "true");
    program.file("spec.sql", SPEC).file("named.csv", "n\n1\n");
    program
}

#[test]
fn every_error_has_a_way_out() {
    let ran = bench(Options::default());
    let ended = ran.program.transcript(RUN);
    assert!(ended.contains("exit code 0"), "{ended}");
    let mut texts = Vec::new();
    let mut add = |text: String| texts.push(text);

    add(transcript("no Region", &program(), RUN));
    add(transcript("no credentials", &program(), &format!("{RUN} --region us-east-1")));
    let unknown = format!("{RUN} --region us-east-1 --profile nobodys");
    add(transcript("a profile that is not there", &program(), &unknown));
    add(faulty("expired credentials", "*", CallFault::Expired));
    add(faulty("unknown credentials", "*", CallFault::Unrecognised));
    let elsewhere = Options { region: "eu-central-1".to_owned(), ..Options::default() };
    add(transcript("another Region", &bench(elsewhere).program, RUN));

    // One statement: of several, any might be the first to be denied.
    let refusing = bench(denied("athena:StartQueryExecution", ""));
    refusing.program.file("one.sql", "SELECT 1 AS n;");
    add(transcript("Athena denies", &refusing.program, &RUN.replace("spec", "one")));
    let glue = "arn:aws:glue:us-east-1:111122223333:table/default/found";
    add(transcript("Glue denies", &bench(denied("glue:CreateTable", glue)).program, RUN));
    let existing = bench(denied("glue:GetTable", "arn:aws:glue:us-east-1:111122223333:table/default/others"));
    existing.program.file("live.sql", "SELECT n FROM others;");
    add(transcript("Glue denies a table that exists", &existing.program, &RUN.replace("spec", "live")));
    add(transcript("S3 denies to write", &bench(denied("s3:PutObject", "arn:aws:s3:::out/")).program, RUN));
    add(transcript("S3 denies to list", &bench(denied("s3:ListBucket", "arn:aws:s3:::logs")).program, RUN));
    let unreadable = bench(Options::default());
    unreadable.emulator.follow(FaultPlan::new(1).on_statement("FROM logs", Chance::Always, QueryFault::Denied));
    add(transcript("S3 denies Athena to read", &unreadable.program, RUN));

    let run = "run spec.sql --engine athena --quiet";
    add(transcript("no output location", &bench(Options::default()).program, run));
    add(transcript("no such workgroup", &bench(Options::default()).program, &format!("{RUN} --workgroup nobodys")));
    let off = Workgroup { enabled: false, ..Workgroup::named("off") };
    let off = bench(Options { workgroups: vec![off], ..Options::default() });
    add(transcript("a disabled workgroup", &off.program, &format!("{RUN} --workgroup off")));
    let nowhere = RUN.replace("s3://out", "s3://nowhere");
    add(transcript("no such bucket", &bench(Options::default()).program, &nowhere));
    let stored = bench(Options::default());
    stored.program.file("stored.sql", "CREATE TEMPORARY TABLE made AS SELECT 1 AS n;\nSELECT n FROM made;");
    add(transcript("no such bucket for Athena", &stored.program, &nowhere.replace("spec", "stored")));
    let owner = format!("{RUN} --expected-bucket-owner 999999999999");
    add(transcript("a bucket of another account", &bench(Options::default()).program, &owner));
    add(transcript("a bucket of another account for Athena", &stored.program, &owner.replace("spec", "stored")));

    let wrong = bench(Options::default());
    wrong.program.file("wrong.sql", "\n\nSELECT 1 / (n - n) AS x\nFROM (VALUES 1) AS v(n);");
    add(transcript("a query that fails", &wrong.program, &RUN.replace("spec", "wrong")));

    let mut closed = program();
    closed.variable("AWS_ACCESS_KEY_ID", "AKIATEST");
    closed.variable("AWS_SECRET_ACCESS_KEY", "secret");
    closed.variable("AWS_REGION", "us-east-1");
    closed.variable("AWS_ENDPOINT_URL_ATHENA", "http://127.0.0.1:9");
    add(transcript("nobody there", &closed, RUN));
    let emulator = Emulator::start(Options::default());
    closed.variable("AWS_ENDPOINT_URL_ATHENA", &emulator.athena_url());
    closed.variable("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");
    add(transcript("nobody there for S3", &closed, RUN));

    for text in &texts {
        assert!(text.contains("exit code 1\n") && text.contains("help: "), "{text}");
    }
    crate::cli::held("athena_errors", &texts.join("\n"));
}
