//! A server behind TLS that asks for a password or a token: who is let in, what is said to who is not, and what is written
//! down of it.

use std::fs;
use std::path::Path;

use super::bench::Bench;
use super::keys::{Keys, PASSWORD, USER};
use super::server::Server;
use crate::emulator::{Emulator, Options};
use crate::program::Ended;

/// 2100-01-01 and 2017-07-14, in seconds since the epoch.
const LATER: u64 = 4_102_444_800;
const LONG_AGO: u64 = 1_500_000_000;

/// Definitions, a stored step and a query.
const SPEC: &str = "CREATE TEMPORARY TABLE t AS SELECT 1 AS n;\nSELECT n FROM t;\n";

/// A call with a secret in the environment, if there is one, and what trusts whom on the command line.
struct Caller<'b> {
    bench: &'b Bench,
    url: String,
}

impl Caller<'_> {
    fn call(&self, secret: Option<(&str, &str)>, more: &[&str]) -> Ended {
        let mut arguments = vec!["run", "spec.sql", "--engine", "trino", "--server", &self.url, "--format", "csv"];
        arguments.extend(more);
        let secret: Vec<(&str, &str)> = secret.into_iter().collect();
        self.bench.program.call_with(&arguments, &secret)
    }
}

/// It is refused before anything has begun: no ledger, no statement.
fn refused(bench: &Bench, ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    // The message may be broken into lines anywhere.
    let said: String = ended.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(said.contains(word), "{word}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains(PASSWORD));
    let runs = bench.program.call(&["runs", "--json"]);
    assert_eq!(String::from_utf8_lossy(&runs.stdout).trim(), "[]", "{}", ended.stderr);
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn who_proves_who_asks_is_let_in_over_tls() {
    let keys = Keys::new();
    let emulator = Emulator::start(Options::default());
    let server = Server::secured(&emulator.s3_url(), &keys);
    let bench = Bench::around(emulator, server);
    bench.program.file("spec.sql", SPEC);
    let caller = Caller { bench: &bench, url: bench.server.url() };
    let (ca, other) = (keys.path("ca.pem"), keys.path("other.pem"));
    let trusting = ["--ca-file", ca.to_str().expect("a plain path")];
    let password = Some(("TRINO_PASSWORD", PASSWORD));

    // Whoever signed the certificate must be trusted.
    refused(&bench, &caller.call(password, &[]), &["UnknownIssuer", "--ca-file FILE"]);
    let wrong = ["--ca-file", other.to_str().expect("a plain path")];
    refused(&bench, &caller.call(password, &wrong), &["invalid peer certificate", "--ca-file FILE"]);
    refused(&bench, &caller.call(password, &["--ca-file", "spec.sql"]), &["holds no certificate", "BEGIN CERTIFICATE"]);
    refused(&bench, &caller.call(password, &["--ca-file", "nowhere"]), &["nowhere", "cannot be used"]);
    let by_number = Caller { bench: &bench, url: caller.url.replace("localhost", "127.0.0.1") };
    refused(&bench, &by_number.call(password, &trusting), &["not valid for name", "as its certificate does"]);
    let clear = Caller { bench: &bench, url: caller.url.replace("https:", "http:") };
    refused(&bench, &clear.call(None, &trusting), &["try https://"]);

    // Who asks must prove it.
    let help = ["--user", "TRINO_PASSWORD", "TRINO_TOKEN"];
    refused(&bench, &caller.call(None, &trusting), &[&["Unauthorized"], help.as_slice()].concat());
    let guess = Some(("TRINO_PASSWORD", "guess"));
    refused(&bench, &caller.call(guess, &trusting), &[&["Invalid credentials"], help.as_slice()].concat());
    let expired = keys.token(USER, LONG_AGO, "token.key");
    refused(
        &bench,
        &caller.call(Some(("TRINO_TOKEN", &expired)), &trusting),
        &[&["JWT expired"], help.as_slice()].concat(),
    );
    let forged = keys.token(USER, LATER, "other.key");
    refused(
        &bench,
        &caller.call(Some(("TRINO_TOKEN", &forged)), &trusting),
        &[&["signature"], help.as_slice()].concat(),
    );
    let of_another = keys.token("alice", LATER, "token.key");
    let impersonating = caller.call(Some(("TRINO_TOKEN", &of_another)), &trusting);
    refused(
        &bench,
        &impersonating,
        &["cannot impersonate user test", "--user is the name that the password or token is for"],
    );

    // Who does is let in, whichever way; a path in the configuration file is relative to it.
    let token = keys.token(USER, LATER, "token.key");
    for secret in [password, Some(("TRINO_TOKEN", token.as_str()))] {
        let ended = caller.call(secret, &trusting);
        assert_eq!((ended.code, ended.stdout.as_slice()), (0, b"n\r\n1\r\n".as_slice()), "{}", ended.stderr);
        bench.nothing_is_left(&[]);
    }
    bench.program.file("own.pem", fs::read(&ca).expect("it was made"));
    let config = format!(
        "[trino]\nserver = \"{}\"\noutput-location = \"s3://out/athplan/\"\nca-file = \"own.pem\"\n",
        caller.url
    );
    bench
        .program
        .file("athplan.toml", config)
        .file("below/spec.sql", "SELECT 1 / (n - n) AS x FROM (VALUES 1) AS v(n);");
    let secret = [("TRINO_PASSWORD", PASSWORD)];
    let failed = bench.program.call_with(&["run", "below/spec.sql", "--engine", "trino"], &secret);
    assert!(failed.stderr.contains("DIVISION_BY_ZERO"), "{}", failed.stderr);

    // Whoever takes it up, anywhere, trusts the same authority; the secret is asked for again, and stands nowhere.
    let run =
        failed.stderr.split("athplan resume ").nth(1).and_then(|rest| rest.split('`').next()).expect("it goes on");
    bench.program.file("athplan.toml", "");
    let resumed = bench.program.call_with(&["resume", run], &secret);
    assert!(resumed.stderr.contains("DIVISION_BY_ZERO"), "{}", resumed.stderr);
    let unproven = bench.program.call(&["resume", run]);
    assert!(unproven.stderr.contains("TRINO_PASSWORD"), "{}", unproven.stderr);
    for file in files(&bench.program.folder().join("runs")) {
        let bytes = fs::read(&file).expect("the folder is ours");
        let holds = |secret: &str| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!holds(PASSWORD) && !holds(&token), "{} holds a secret", file.display());
    }
    let cleaned = bench.program.call_with(&["clean", run], &secret);
    assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
    bench.nothing_is_left(&[]);
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
