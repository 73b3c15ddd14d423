//! The judge of statements, rows and pruning: each subject is run by the embedded engine, by a Trino that gets the
//! statements that athplan wrote, and by the same Trino in the raw form that FOREACH stands for.

use std::fs;

use athplan::Compiled;
use athplan::bind::query::OutputColumn;
use athplan::bind::spec::BoundStatementKind;
use athplan::engine::Kind;
use athplan::run::Outcome;
use athplan::types::Type;

use super::bag::{Bag, bags, differences};
use super::client::{Answer, Client, Refusal};
use super::engine::Judge;
use super::parquet;
use super::pruning::{ByStatement, Exactly, Held, announced, paths};
use super::raw;
use super::subject::{self, Make, Subject, parameters, place};
use super::tables::Definitions;
use super::tally::{Tally, judged};
use crate::laws::bench::{Bench, Failure, runtime};
use crate::laws::explained::{as_submitted, token};
use crate::laws::recording::Recording;

/// Judges one subject; what is wrong, in words.
struct Case<'s> {
    subject: &'s Subject,
    client: &'s Client,
    tally: Tally,
    wrong: Vec<String>,
}

impl Case<'_> {
    fn note(&mut self, what: impl std::fmt::Display) {
        self.wrong.push(format!("{}: {what}", self.subject.name));
    }

    fn take_in(&mut self, (tally, wrong): (Tally, Vec<String>)) {
        self.tally.take_in(tally);
        wrong.into_iter().for_each(|what| self.note(what));
    }

    fn hold(&mut self, thoroughly: bool) {
        let subject = self.subject;
        let Some(compiled) = self.compiled(&subject.lines, &subject.copy) else { return };
        let Some(local) = self.local(&compiled, &subject.copy) else { return };
        if subject.is_converted()
            && let Some(original) = self.compiled(&subject.text, &subject.original)
            && let Some(original) = self.local(&original, &subject.original)
        {
            self.same("the files as they are and with a record a line", &bags(&original), &bags(&local));
        }
        if let Some((trino, announced)) = self.trino(&compiled, &subject.copy, "lines", Exactly::Equal) {
            self.same("the embedded engine and Trino", &bags(&local), &trino);
            self.raw(&compiled, &trino);
            if thoroughly {
                let raw = self.client.in_schema(&format!("{}_raw", subject.name));
                self.take_in(paths(&compiled, &announced, &raw));
                self.parquet(&trino);
            }
        }
    }

    fn compiled(&mut self, text: &str, bench: &Bench) -> Option<Compiled> {
        match bench.compile(text, &self.subject.options) {
            Ok(compiled) => Some(compiled),
            Err(Failure::Refused(reason)) => {
                self.tally.unjudged(&self.subject.name, format!("athplan refuses it ({})", first_line(&reason)));
                None
            }
            Err(failure) => {
                self.note(failure);
                None
            }
        }
    }

    fn local(&mut self, compiled: &Compiled, bench: &Bench) -> Option<Outcome> {
        let engine = bench.engine(&self.subject.options);
        match runtime().block_on(bench.run(compiled, &engine)) {
            Ok(outcome) => Some(outcome),
            Err(Failure::Refused(reason)) => {
                self.tally
                    .unjudged(&self.subject.name, format!("the embedded engine refuses it ({})", first_line(&reason)));
                None
            }
            Err(failure) => {
                self.note(format!("the embedded engine: {failure}"));
                None
            }
        }
    }

    /// Runs the statements on Trino; their answers, if all of them ran.
    fn trino(
        &mut self,
        compiled: &Compiled,
        bench: &Bench,
        what: &str,
        exactly: Exactly,
    ) -> Option<(Vec<Bag>, ByStatement)> {
        let schema = format!("{}_{what}", self.subject.name);
        let definitions = Definitions::new(&place(bench.folder()), &schema, None);
        let judge = Judge::new(self.client.in_schema(&schema), definitions, bench.folder().to_path_buf());
        let engine = Recording::new(judge);
        let ran = runtime().block_on(bench.run(compiled, &engine));
        let asked = engine.inner().asked();
        for one in asked.iter().filter(|one| one.kind != Kind::Definition) {
            self.tally.add("statements", 1);
            if let Err(refusal) = &one.valid {
                self.note(format!("Trino does not take {}: {refusal}\n{}", one.token, one.sql));
            }
        }
        self.tally.add("definitions", asked.iter().filter(|one| one.kind == Kind::Definition).count());
        let outcome = match ran {
            Ok(outcome) => outcome,
            Err(failure) => {
                let text = asked.iter().find(|one| one.ended.is_err()).map_or("", |one| &one.sql);
                self.note(format!("on Trino ({what}): {failure}\n{text}"));
                return None;
            }
        };
        if let Err(difference) = as_submitted(compiled, &engine.submitted()) {
            self.note(format!("explain and what was submitted to Trino: {difference}"));
        }
        let announced = announced(compiled, &engine.submitted());
        let bytes_a_byte = self.subject.options.bytes_a_byte;
        let held = Held { compiled, outcome: &outcome, asked: &asked, announced: &announced, exactly, bytes_a_byte };
        self.take_in(held.judge());
        let answers: Vec<Bag> = outcome
            .answers
            .iter()
            .map(|(step, _)| {
                let asked = asked.iter().find(|one| one.token == token(step)).expect("the answer was asked for");
                Bag::theirs(asked.ended.as_ref().expect("the run succeeded"))
            })
            .collect();
        self.tally.add("rows", answers.iter().map(|bag| bag.len()).sum());
        Some((answers, announced))
    }

    fn same(&mut self, what: &str, left: &[Bag], right: &[Bag]) {
        for difference in differences(what, left, right) {
            self.note(format!("{difference}\n{}", self.subject.lines));
        }
    }

    /// Runs the raw form of the spec, and holds the answers to those of the statements.
    fn raw(&mut self, compiled: &Compiled, expected: &[Bag]) {
        let subject = self.subject;
        let schema = format!("{}_raw", subject.name);
        let client = self.client.in_schema(&schema);
        let mut definitions = Definitions::new(&place(&subject.readable), &schema, Some(subject.days.clone()));
        let values = parameters(&compiled.plan.spec.parameters);
        let statements = raw::statements(&subject.lines);
        let registers = statements.iter().any(|statement| statement.starts_with("ALTER TABLE"));
        let mut at = 0;
        for statement in &statements {
            let first: Vec<&str> = statement.split_whitespace().take(3).collect();
            let is_query = !matches!(first[0], "CREATE" | "ALTER" | "DECLARE" | "SET");
            let ended = match first.as_slice() {
                ["DECLARE" | "SET", ..] => Ok(Answer::default()),
                ["CREATE", "EXTERNAL", _] | ["ALTER", ..] => {
                    let mut said = definitions.said(statement);
                    if first[0] == "CREATE" && !registers && !statement.contains("projection.enabled") {
                        said.push(definitions.found(statement.split_whitespace().nth(3).expect("a name")));
                    }
                    said.iter().try_fold(Answer::default(), |_, one| client.run(one))
                }
                ["CREATE", "TEMPORARY", "TABLE"] if raw::is_file(statement) => {
                    let read = |file: &str| fs::read_to_string(subject.original.files().join(file)).expect("a file");
                    client.run(&raw::file_table(statement, read))
                }
                _ => {
                    let said = raw::lateral(&raw::with_parameters(statement, &values));
                    let said = said.replacen("CREATE TEMPORARY TABLE", "CREATE TABLE", 1);
                    client.run(&storable(compiled, &said))
                }
            };
            match ended {
                Ok(answer) if is_query => {
                    self.tally.add("raw answers", 1);
                    self.same("the statements and the raw form", &expected[at..=at], &[Bag::theirs(&answer)]);
                }
                Ok(_) => {}
                Err(refusal) if refusal.name == "GENERIC_INTERNAL_ERROR" => {
                    self.tally.unjudged(&subject.name, "Trino fails over the raw form with an internal error");
                    if !is_query {
                        return;
                    }
                }
                Err(refusal) if is_lateral_refused(&refusal) => {
                    let case = format!("{} answer {}", subject.name, at + 1);
                    let reason = format!("Trino refuses the raw form ({})", short(&refusal));
                    self.tally.unjudged(if is_query { case } else { subject.name.clone() }, reason);
                    if !is_query {
                        return;
                    }
                }
                Err(refusal) => {
                    self.note(format!("the raw form: {refusal}\n{statement}"));
                    return;
                }
            }
            at += usize::from(is_query);
        }
    }

    fn parquet(&mut self, expected: &[Bag]) {
        let subject = self.subject;
        let bench = parquet::copy(subject, self.client);
        let text = subject::stored_as(&subject.lines, &subject.options, subject::Copied::Parquet);
        let Some(compiled) = self.compiled(&text, &bench) else { return };
        if let Some(local) = self.local(&compiled, &bench) {
            self.same("Trino over text and the embedded engine over Parquet", expected, &bags(&local));
        }
        if let Some((trino, _)) = self.trino(&compiled, &bench, "parquet", Exactly::AtMost) {
            self.same("Trino over text and over Parquet", expected, &trino);
        }
    }
}

/// A statement that makes a table, with its times in UTC where a Hive table holds no zone.
fn storable(compiled: &Compiled, statement: &str) -> String {
    let Some(rest) = statement.strip_prefix("CREATE TABLE ") else { return statement.to_owned() };
    let (head, query) = rest.split_once(char::is_whitespace).expect("a name");
    let query = query.trim_start().strip_prefix("AS").expect("a query");
    let stored = compiled.plan.spec.statements.iter().find_map(|one| match &one.kind {
        BoundStatementKind::Materialise { table, query, .. } if table.name == head => Some(query),
        _ => None,
    });
    let columns = &stored.expect("the table is a step").columns;
    if !columns.iter().any(|column| matches!(column.ty, Type::TimestampWithTimeZone(_))) {
        return statement.to_owned();
    }
    let column = |column: &OutputColumn| {
        let name = column.name.as_deref().expect("a table's columns have names");
        match column.ty {
            Type::TimestampWithTimeZone(_) => format!("CAST({name} AT TIME ZONE 'UTC' AS timestamp(3)) AS {name}"),
            _ => name.to_owned(),
        }
    };
    let list: Vec<String> = columns.iter().map(column).collect();
    format!("CREATE TABLE {head} AS SELECT {} FROM ({query}) AS stored", list.join(", "))
}

/// Whether a refusal is one that Trino has for forms of LATERAL, or for what a Hive table cannot hold.
fn is_lateral_refused(refusal: &Refusal) -> bool {
    refusal.name == "NOT_SUPPORTED" || refusal.message.contains("from outer scope not allowed")
}

fn short(refusal: &Refusal) -> String {
    let message = refusal.message.split_once(": ").map_or(refusal.message.as_str(), |(_, message)| message);
    let words: Vec<&str> = message.split_whitespace().filter(|word| !word.contains('\'')).take(9).collect();
    words.join(" ")
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim()
}

fn judge(name: &'static str, subjects: &[Make], thoroughly: bool) {
    let client = Client::connect();
    judged(name, subjects, &|subject, tally| {
        let mut case = Case { subject, client: &client, tally, wrong: Vec::new() };
        case.hold(thoroughly);
        (case.tally, case.wrong)
    });
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn examples() {
    judge("examples", &subject::examples(), true);
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn named_cases() {
    judge("named cases", &subject::named(), true);
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn attacks() {
    judge("archives of an attack", &subject::attacks(), true);
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn demo_archives() {
    judge("demo archives", &subject::demos(), false);
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn generated_specs() {
    judge("generated specs", &subject::generated(80), false);
}
