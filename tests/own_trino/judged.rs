//! The way that a user's run takes, judged: generated specs over generated archives, and the examples' specs over archives
//! that `athplan demo` writes, each planned with what the engine lists, run by `run` on engine trino, and held to the
//! embedded engine's rows, to what was announced, and to what it leaves behind.
//!
//! Copies with a record a line are the judge's own, and so is the client that looks at kept tables and at what was read.

use athplan::Compiled;
use athplan::catalog::{ListedFile, Table};
use athplan::engine::trino::{TrinoEngine, TrinoOptions};
use athplan::engine::{Kind, ResultSet};
use athplan::run::{Outcome, RunOptions, run};

use super::server::Server;
use crate::emulator::{Emulator, Options};
use crate::engines::athena::bench::credentials;
use crate::laws::bench::{Failure, RUN, broken_or_refused, runtime};
use crate::laws::explained::as_submitted_under;
use crate::laws::recording::{Recording, Submitted};
use crate::trino::bag::{Bag, bags, differences};
use crate::trino::client::{Answer, Client};
use crate::trino::engine::Asked;
use crate::trino::pruning::{Exactly, Held, announced};
use crate::trino::raw;
use crate::trino::reads::scans;
use crate::trino::subject::{self, Make, Subject};
use crate::trino::tally::{Tally, judged};

/// How many generated specs are run if nobody says.
const SPECS: u64 = 12;

/// The same scans as the statements say: nothing that a join's other side says makes them shorter.
const WITHOUT_DYNAMIC_FILTERS: &str = "enable-dynamic-filtering=false\n";

/// A spec with a place of its own: a bucket, a schema, a location for what is written.
struct Case<'c> {
    subject: &'c Subject,
    emulator: &'c Emulator,
    server: &'c Server,
    tally: Tally,
    wrong: Vec<String>,
}

impl Case<'_> {
    fn note(&mut self, what: impl std::fmt::Display) {
        self.wrong.push(format!("{}: {what}\n{}", self.subject.name, self.subject.lines));
    }

    fn hold(&mut self) {
        let subject = self.subject;
        let kept = kept(&subject.lines);
        // What is kept is asked for last, so that its rows are compared too.
        let asked: String = kept.iter().map(|table| format!("\nSELECT * FROM {table};")).collect();
        let text = format!("{};{asked}", subject.lines.trim_end().trim_end_matches(';'));
        let Some(local) = self.local(&text) else { return };
        let client = Client::at(&self.server.url(), "hive").in_schema(&subject.name);
        let Some((trino, columns)) = self.trino(&text, &client) else { return };
        for difference in differences("the embedded engine and engine trino", &local, &trino) {
            self.note(difference);
        }
        let first = trino.len() - kept.len();
        for ((table, rows), columns) in kept.iter().zip(&trino[first..]).zip(&columns[first..]) {
            // Beside them the table has a key that tells the statements apart which brought its rows.
            match client.run(&format!("SELECT {} FROM {table}", columns.join(", "))) {
                Ok(stored) => {
                    let stored = [Bag::theirs(&stored)];
                    for difference in
                        differences("the run and the table that it kept", std::slice::from_ref(rows), &stored)
                    {
                        self.note(difference);
                    }
                }
                Err(refusal) => self.note(format!("{table} was kept: {refusal}")),
            }
        }
        self.tally.add("kept tables", kept.len());
        self.nothing_is_left(&kept, &client);
    }

    fn refused_or_wrong(&mut self, what: &str, failure: Failure) {
        match failure {
            Failure::Refused(reason) => {
                let line = reason.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
                self.tally.unjudged(&self.subject.name, format!("{what} refuses it ({line})"));
            }
            Failure::Broken(reason) => self.note(format!("{what}: {reason}")),
        }
    }

    fn local(&mut self, text: &str) -> Option<Vec<Bag>> {
        let (bench, options) = (&self.subject.copy, &self.subject.options);
        let ended = bench.compile(text, options).and_then(|compiled| {
            let outcome = runtime().block_on(bench.run(&compiled, &bench.engine(options)))?;
            Ok(bags(&outcome))
        });
        ended.map_err(|failure| self.refused_or_wrong("the embedded engine", failure)).ok()
    }

    /// Runs it as the command line does; its answers and their columns' names, if it ran.
    fn trino(&mut self, text: &str, client: &Client) -> Option<(Vec<Bag>, Vec<Vec<String>>)> {
        let subject = self.subject;
        let bucket = subject.name.replace('_', "-");
        self.emulator.copy_in(&subject.copy.bucket(), &format!("s3://{bucket}/"));
        let text = text.replace("s3://bucket/", &format!("s3://{bucket}/"));
        let output = format!("s3://out/{}/", subject.name);
        let runtime = runtime();
        let options = TrinoOptions {
            schema: subject.name.clone(),
            output: Some(output.clone()),
            region: Some("us-east-1".to_owned()),
            s3_endpoint: Some(self.emulator.s3_url()),
            slots: Some(subject.options.slots),
            ..TrinoOptions::new(self.server.url(), "judged")
        };
        let engine = runtime.block_on(TrinoEngine::connect_as(options, credentials())).expect("the server is there");
        let list = |table: &Table| -> Vec<ListedFile> {
            runtime.block_on(engine.listing(table, None)).expect("the bucket can be listed").files
        };
        let options = crate::laws::bench::Options { places_tables: false, ..subject.options.clone() };
        let compiled = match subject.copy.compile_listed(&text, &options, &list) {
            Ok(compiled) => compiled,
            Err(failure) => {
                self.refused_or_wrong("the compiler", failure);
                return None;
            }
        };
        let engine = Recording::new(engine);
        let ran = runtime.block_on(run(&compiled, &engine, &RunOptions::new(RUN, &output), &|_| {}));
        let submitted = engine.submitted();
        let definitions = submitted.iter().filter(|one| one.kind == Kind::Definition).count();
        self.tally.add("definitions", definitions);
        self.tally.add("statements", submitted.len() - definitions);
        let outcome = match ran {
            Ok(outcome) => outcome,
            Err(error) => {
                self.refused_or_wrong("engine trino", broken_or_refused(&error));
                return None;
            }
        };
        let untagged: Vec<Submitted> = submitted.iter().map(untagged).collect();
        if let Err(difference) = as_submitted_under(&compiled, &untagged, &output) {
            self.note(format!("explain and what was submitted: {difference}"));
        }
        self.reads(&compiled, &outcome, &engine, client);
        let answers = bags(&outcome);
        self.tally.add("rows", answers.iter().map(Bag::len).sum());
        let names = |rows: &ResultSet| rows.columns.iter().map(|(name, _)| name.clone()).collect();
        Some((answers, outcome.answers.iter().map(|(_, rows)| names(rows)).collect()))
    }

    /// Holds what the server itself says that each query has read to what was announced.
    fn reads(&mut self, compiled: &Compiled, outcome: &Outcome, engine: &Recording<TrinoEngine>, client: &Client) {
        let submitted = engine.submitted();
        let told = |one: &Submitted| Asked {
            token: one.token.clone(),
            sql: one.sql.clone(),
            kind: one.kind,
            valid: Ok(()),
            ended: Ok(Answer::default()),
            scans: if one.kind == Kind::Definition { Vec::new() } else { scans(&client.details(&one.id.0)) },
        };
        let asked: Vec<Asked> = submitted.iter().map(told).collect();
        let announced = announced(compiled, &submitted);
        let bytes_a_byte = self.subject.options.bytes_a_byte;
        let held =
            Held { compiled, outcome, asked: &asked, announced: &announced, exactly: Exactly::Equal, bytes_a_byte };
        let (tally, wrong) = held.judge();
        self.tally.take_in(tally);
        wrong.into_iter().for_each(|what| self.note(what));
    }

    /// No table but those that are kept, and no file but theirs.
    fn nothing_is_left(&mut self, kept: &[String], client: &Client) {
        let name = &self.subject.name;
        let text = format!("SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}'");
        let rows = client.run(&text).expect("the server is there").rows;
        let others = rows.iter().filter_map(|row| row[0].as_str()).filter(|table| !kept.iter().any(|own| own == table));
        let others: Vec<&str> = others.collect();
        if !others.is_empty() {
            self.note(format!("tables are left: {others:?}"));
        }
        let is_shown = |key: &String| kept.iter().any(|table| key.starts_with(&format!("{name}/tables/{table}/")));
        let mut files = self.emulator.objects("out", &format!("{name}/"));
        files.retain(|key| !is_shown(key));
        if !files.is_empty() {
            self.note(format!("files are left: {files:?}"));
        }
    }
}

/// A statement without the comment that names its run and attempt.
fn untagged(one: &Submitted) -> Submitted {
    let sql = match one.sql.split_once('\n') {
        Some((tag, rest)) if tag.starts_with("-- athplan run=") => rest.to_owned(),
        _ => one.sql.clone(),
    };
    Submitted { sql, ..one.clone() }
}

/// The tables that a spec keeps.
fn kept(spec: &str) -> Vec<String> {
    let named = |statement: &String| {
        let words: Vec<&str> = statement.split_whitespace().take(4).collect();
        match words.as_slice() {
            ["CREATE", "TABLE", name, "AS"] => Some((*name).to_owned()),
            _ => None,
        }
    };
    raw::statements(spec).iter().filter_map(named).collect()
}

fn judge(name: &'static str, subjects: &[Make]) {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("out");
    let server = Server::configured(&emulator.s3_url(), WITHOUT_DYNAMIC_FILTERS);
    judged(name, subjects, &|subject, tally| {
        let mut case = Case { subject, emulator: &emulator, server: &server, tally, wrong: Vec::new() };
        case.hold();
        (case.tally, case.wrong)
    });
    assert_eq!(emulator.open_uploads(), 0, "an upload was left open");
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn generated_specs_and_demo_archives_run_on_engine_trino() {
    let wanted = std::env::var("ATHPLAN_TRINO_SPECS").ok();
    let count = wanted.map_or(SPECS, |count| count.parse().expect("ATHPLAN_TRINO_SPECS is a number"));
    let mut subjects = subject::generated(count);
    subjects.extend(subject::demos());
    judge("engine trino", &subjects);
}
