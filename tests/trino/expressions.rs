//! The binder and Trino agree on the type of generated expressions, or both refuse them, and then at the same place.
//!
//! `ATHPLAN_TRINO_SEED` gives other expressions, `ATHPLAN_TRINO_EXPRESSIONS` more of them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use athplan::bind::{BindOptions, NoTables, bind_query};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::spec::parse_query;
use athplan::types::Dialect;
use miette::Diagnostic;

use super::client::{Client, Refusal};
use super::generate::{Generated, Generator, relation};
use super::tally::Tally;

/// How many, unless told otherwise.
const EXPRESSIONS: usize = 6_000;

/// How many stand in one select list.
const BATCH: usize = 50;

/// What athplan says of an expression.
#[derive(Debug, Clone, PartialEq)]
enum Ours {
    Type(String),
    /// It passes the expression on: the engine decides.
    Unknown,
    /// The mistakes, each from one line and column to another, with words.
    Mistakes(Vec<Mistake>),
}

#[derive(Debug, Clone, PartialEq)]
struct Mistake {
    from: (usize, usize),
    to: (usize, usize),
    words: String,
}

impl Mistake {
    /// Whether it names an operand of the form that stands at a place.
    fn is_of_form_at(&self, place: (usize, usize), expression: &Generated) -> bool {
        if place >= self.from || place.0 != self.from.0 {
            return false;
        }
        let between = &expression.text[place.1 - 1..self.from.1 - 1];
        between == "CAST(" || between == "TRY_CAST(" || self.words.contains("must be of one type")
    }
}

/// A query of some expressions, one a line from the second line on.
fn query(expressions: &[&Generated]) -> String {
    let list: Vec<&str> = expressions.iter().map(|one| one.text.as_str()).collect();
    format!("SELECT\n{}\nFROM {}", list.join(",\n"), relation())
}

fn ours(expression: &Generated) -> Ours {
    let source = Source::new("expression", query(&[expression]));
    let arguments = BTreeMap::new();
    let options = BindOptions {
        dialect: Dialect::Trino,
        now: Value::TimestampWithTimeZone(0, Zone::UTC),
        arguments: &arguments,
        catalog: &NoTables,
    };
    let mistake = |error: &dyn Diagnostic| {
        let label = error.labels().and_then(|mut labels| labels.next());
        let span = label.map_or(0..0, |label| label.offset()..label.offset() + label.len());
        Mistake { from: source.position(span.start), to: source.position(span.end), words: error.to_string() }
    };
    let parsed = match parse_query(&source) {
        Ok(parsed) => parsed,
        Err(errors) => return Ours::Mistakes(errors.iter().map(|error| mistake(error)).collect()),
    };
    match bind_query(&parsed, &source, &options) {
        Ok(query) if query.columns[0].ty.is_opaque() => Ours::Unknown,
        Ok(query) => Ours::Type(query.columns[0].ty.to_string()),
        Err(errors) => Ours::Mistakes(errors.iter().map(|error| mistake(error)).collect()),
    }
}

/// Where the two differ.
#[derive(Debug, Default)]
struct Found {
    tally: BTreeMap<&'static str, usize>,
    /// Expressions over which Trino itself fails.
    unjudged: Vec<String>,
    /// By kind of difference: expression, athplan's word, Trino's word.
    differences: BTreeMap<&'static str, Vec<String>>,
}

impl Found {
    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    fn differ(&mut self, kind: &'static str, expression: &Generated, ours: &str, theirs: &str) {
        let text = format!("{}\n    athplan: {ours}\n    Trino:   {theirs}", expression.text);
        self.differences.entry(kind).or_default().push(text);
    }

    /// Holds expressions that athplan gives a type to what Trino says of all of them at once.
    fn typed(&mut self, client: &Client, mut batch: Vec<(&Generated, String)>) {
        while !batch.is_empty() {
            let expressions: Vec<&Generated> = batch.iter().map(|(one, _)| *one).collect();
            match client.run(&format!("{} LIMIT 0", query(&expressions))) {
                Ok(answer) => {
                    for ((one, ours), (_, theirs)) in batch.iter().zip(&answer.columns) {
                        if ours == theirs {
                            self.count("of the same type");
                        } else {
                            self.differ("types", one, ours, theirs);
                        }
                    }
                    return;
                }
                // An aggregate in some expression is no mistake of those beside it.
                Err(refusal) if refusal.name == "EXPRESSION_NOT_AGGREGATE" && batch.len() > 1 => {
                    let rest = batch.split_off(batch.len() / 2);
                    self.typed(client, rest);
                }
                Err(refusal) => {
                    // The expression of the line that Trino speaks of is taken out; if it speaks of none, they are
                    // asked one by one.
                    match refusal.place.and_then(|(line, _)| line.checked_sub(2)).filter(|at| *at < batch.len()) {
                        Some(at) => {
                            let (one, ours) = batch.remove(at);
                            self.differ("only Trino refuses", one, &ours, &refusal.to_string());
                        }
                        None if batch.len() == 1 && refusal.name == "GENERIC_INTERNAL_ERROR" => {
                            let (one, _) = batch.remove(0);
                            self.unjudged.push(one.text.clone());
                        }
                        None if batch.len() == 1 => {
                            let (one, ours) = batch.remove(0);
                            self.differ("only Trino refuses", one, &ours, &refusal.to_string());
                        }
                        None => {
                            let rest = batch.split_off(batch.len() / 2);
                            self.typed(client, rest);
                        }
                    }
                }
            }
        }
    }

    /// Holds an expression that athplan refuses to what Trino says of it.
    fn refused(&mut self, client: &Client, one: &Generated, mistakes: &[Mistake]) {
        let words = || {
            let told = |mistake: &Mistake| format!("{:?}-{:?} {}", mistake.from, mistake.to, mistake.words);
            mistakes.iter().map(told).collect::<Vec<_>>().join("; ")
        };
        let valid = client.run(&format!("EXPLAIN (TYPE VALIDATE) {}", query(&[one])));
        let Refusal { name, message, place } = match valid {
            Ok(_) => return self.differ("only athplan refuses", one, &words(), "takes it"),
            Err(refusal) => refusal,
        };
        let Some(place) = place else { return self.count("refused by both, without a place") };
        let agrees = |mistake: &Mistake| mistake.from <= place && place < mistake.to;
        match mistakes {
            [first, ..] if agrees(first) => self.count("refused by both at the same place"),
            [first, ..] if first.is_of_form_at(place, one) => {
                self.count("refused by both, by Trino at the form, by athplan at the operand that does not fit");
            }
            [_, rest @ ..] if rest.iter().any(|other| agrees(other) || other.is_of_form_at(place, one)) => {
                self.count("refused by both at a later of several mistakes")
            }
            _ => self.differ("places", one, &words(), &format!("{name}: {message}")),
        }
    }

    fn take_in(&mut self, other: Found) {
        for (what, count) in other.tally {
            *self.tally.entry(what).or_default() += count;
        }
        self.unjudged.extend(other.unjudged);
        for (kind, list) in other.differences {
            self.differences.entry(kind).or_default().extend(list);
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn types_and_mistakes_are_those_of_trino() {
    let client = Client::connect();
    let mut generator = Generator::new(number("ATHPLAN_TRINO_SEED").unwrap_or(1));
    let count = number("ATHPLAN_TRINO_EXPRESSIONS").map_or(EXPRESSIONS, |count| usize::try_from(count).expect("few"));
    let all: Vec<Generated> = (0..count).map(|_| generator.next()).collect();
    let mut tally = Tally::new("expressions");
    let (mut plain, mut aggregates, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for one in &all {
        match ours(one) {
            Ours::Type(ty) if one.aggregate => aggregates.push((one, ty)),
            Ours::Type(ty) => plain.push((one, ty)),
            Ours::Unknown => {
                tally.unjudged("of a type or function that athplan does not know", "athplan leaves them to the engine")
            }
            Ours::Mistakes(mistakes) => refused.push((one, mistakes)),
        }
    }
    let batches: Vec<Vec<(&Generated, String)>> =
        plain.chunks(BATCH).chain(aggregates.chunks(BATCH)).map(<[_]>::to_vec).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Found::default()));
    let work = || {
        let mut own = Found::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if let Some(batch) = batches.get(at) {
                own.typed(&client, batch.clone());
            } else if let Some((one, mistakes)) = refused.get(at - batches.len()) {
                own.refused(&client, one, mistakes);
            } else {
                break;
            }
        }
        found.lock().expect("nobody panicked").take_in(own);
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let found = found.into_inner().expect("nobody panicked");
    tally.add("expressions", all.len());
    for (what, count) in &found.tally {
        tally.add(what, *count);
    }
    for text in &found.unjudged {
        tally.unjudged(text, "Trino fails over them with an internal error");
    }
    tally.print();
    let mut text = String::new();
    for (kind, list) in &found.differences {
        text.push_str(&format!("\n\n{} differ in {kind}:\n{}", list.len(), list.join("\n")));
    }
    assert!(found.differences.is_empty(), "{text}");
}
