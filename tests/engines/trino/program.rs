//! The command line in front of a Trino: what is said before anything runs.

use super::server::{Answer, Server};
use crate::emulator::{Emulator, Options};
use crate::program::{Ended, Program};

struct Bench {
    server: Server,
    emulator: Emulator,
    program: Program,
}

impl Bench {
    fn new() -> Self {
        let (server, emulator) = (Server::start(), Emulator::start(Options::default()));
        emulator.bucket("out");
        let mut program = Program::new();
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("USER", "bob"),
        ] {
            program.variable(name, value);
        }
        program.variable("AWS_ENDPOINT_URL_S3", &emulator.s3_url());
        let runs = program.folder().join("runs").to_string_lossy().into_owned();
        program.variable("ATHPLAN_RUNS", &runs);
        Self { server, emulator, program }
    }

    fn call(&self, command: &str, more: &[&str]) -> Ended {
        let url = self.server.url();
        let mut arguments =
            vec![command, "spec.sql", "--engine", "trino", "--server", &url, "--output-location", "s3://out/a"];
        arguments.extend(more);
        self.program.call(&arguments)
    }
}

#[test]
fn rows_come_from_a_trino_and_dollars_from_nobody() {
    let bench = Bench::new();
    let row = vec![vec![serde_json::json!([1, ["x"]])]];
    bench.server.answer("SELECT 1 AS n", Answer::Rows(vec![("n", "integer"), ("l", "array(varchar)")], row));
    bench.program.file("spec.sql", "SELECT 1 AS n, ARRAY['x'] AS l;");
    let ended = bench.call("run", &["--format", "json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let rows = String::from_utf8(ended.stdout).expect("text");
    assert!(rows.contains("\"l\":[\"x\"]"), "{rows}");
    assert!(!ended.stderr.contains('$'), "{}", ended.stderr);
    let explained = bench.call("explain", &[]);
    let text = String::from_utf8(explained.stdout).expect("text");
    assert!(text.contains("no price is known") && !text.contains('$'), "{text}{}", explained.stderr);
    let priced = bench.call("explain", &["--price-per-tb", "2"]);
    assert!(String::from_utf8_lossy(&priced.stdout).contains("at $2 per TB"), "{}", priced.stderr);
    let limited = bench.call("run", &["--max-cost", "1"]);
    assert!(limited.stderr.contains("--price-per-tb"), "{}", limited.stderr);
    assert_eq!(limited.code, 2);
    let runs = bench.program.call(&["runs", "--json"]);
    let runs: serde_json::Value = serde_json::from_slice(&runs.stdout).expect("JSON");
    assert_eq!(runs[0]["engine"]["engine"], "trino");
    assert_eq!(runs[0]["dollars"], serde_json::Value::Null);
}

#[test]
fn files_that_no_trino_reads_are_refused_before_anything_runs() {
    let bench = Bench::new();
    bench.program.file(
        "spec.sql",
        "CREATE EXTERNAL TABLE trail USING cloudtrail LOCATION 's3://out/AWSLogs/111111111111/CloudTrail/';\n\
         SELECT eventname FROM trail WHERE day = '2019/03/05';",
    );
    let ended = bench.call("run", &["--now", "2019-07-01T00:00:00Z"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("USING cloudtrail_lines"), "{}", ended.stderr);
    assert!(bench.server.statements().iter().all(|sql| !sql.contains("CREATE")), "{:?}", bench.server.statements());
    assert!(bench.emulator.objects("out", "a/").is_empty());
}

#[test]
fn mistakes_have_a_way_out() {
    let mut bench = Bench::new();
    bench.program.file("spec.sql", "SELECT 1 AS n;");
    let nowhere = bench.program.call(&["run", "spec.sql", "--engine", "trino"]);
    assert!(nowhere.stderr.contains("--server"), "{}", nowhere.stderr);
    let nobody = bench.program.call(&["run", "spec.sql", "--engine", "trino", "--server", "http://127.0.0.1:1"]);
    assert!(nobody.stderr.contains("did not answer"), "{}", nobody.stderr);
    bench.program.file("stores.sql", "CREATE TABLE t AS SELECT 1 AS n;");
    let url = bench.server.url();
    let unplaced = bench.program.call(&["run", "stores.sql", "--engine", "trino", "--server", &url]);
    assert!(unplaced.stderr.contains("--output-location"), "{}", unplaced.stderr);
    bench.program.variable("TRINO_PASSWORD", "hunter2");
    let clear = bench.program.call(&["run", "spec.sql", "--engine", "trino", "--server", "http://trino.example.com"]);
    assert!(clear.stderr.contains("not sent over http") && !clear.stderr.contains("hunter2"), "{}", clear.stderr);
    bench.program.file("athplan.toml", "[trino]\npassword = 'hunter2'\n");
    let written = bench.call("run", &[]);
    assert!(written.stderr.contains("athplan.toml"), "{}", written.stderr);
}

/// The server, catalog and schema may stand in the configuration file, and a run is taken up with them.
#[test]
fn settings_come_from_the_file_and_stay_with_the_run() {
    let bench = Bench::new();
    let config = format!(
        "engine = \"trino\"\n[trino]\nserver = \"{}\"\ncatalog = \"lake\"\nschema = \"logs\"\n",
        bench.server.url()
    );
    bench.program.file("athplan.toml", &config).file("spec.sql", "SELECT 1 AS n;");
    let killed = "Query killed".to_owned();
    bench
        .server
        .answer("SELECT 1 AS n", Answer::Fails("ADMINISTRATIVELY_KILLED", "INSUFFICIENT_RESOURCES", killed, None));
    let stopped = bench.program.call(&["run", "spec.sql"]);
    assert!(stopped.stderr.contains("the query was stopped by someone else"), "{}", stopped.stderr);
    let post = bench.server.posts().remove(0);
    assert_eq!(post.headers.get("x-trino-catalog").map(String::as_str), Some("lake"));
    let row = vec![vec![serde_json::json!([1])]];
    bench.server.answer("SELECT 1 AS n", Answer::Rows(vec![("n", "integer")], row));
    bench.program.file("athplan.toml", "");
    let runs = bench.program.call(&["runs", "--json"]);
    let runs: serde_json::Value = serde_json::from_slice(&runs.stdout).expect("JSON");
    let resumed = bench.program.call(&["resume", runs[0]["run"].as_str().expect("a run"), "--format", "csv"]);
    assert_eq!((resumed.code, resumed.stdout.as_slice()), (0, b"n\r\n1\r\n".as_slice()), "{}", resumed.stderr);
    let post = bench.server.seen().into_iter().rfind(|seen| seen.body.contains("SELECT 1")).expect("it was sent");
    assert_eq!(post.headers.get("x-trino-schema").map(String::as_str), Some("logs"));
}
