//! Laws 1, 2 and 6: merged, spread over statements, row by row and unpruned, all give the rows that nested
//! loops give, and each time explain prints what was submitted.

use std::collections::BTreeMap;
use std::sync::Mutex;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;

use super::archive::{Archive, Record};
use super::bench::{Bench, Failure, Options, runtime};
use super::cell::{Cell, Row};
use super::choices::Choices;
use super::property::{cases, hold};
use super::recording::{Recording, Submitted};
use super::{explained, generate, naive, print};

/// The choices of an archive and of some queries over it, and which other way is tried.
type Case = (Vec<u32>, Vec<Vec<u32>>, u32);

/// Queries over one archive: a second can start from what the first has stored.
const QUERIES: usize = 2;

fn generated() -> impl Strategy<Value = Case> {
    (vec(any::<u32>(), 0..300), vec(vec(any::<u32>(), 0..250), 1..=QUERIES), any::<u32>())
}

/// What was met, so that a law cannot hold for want of cases.
#[derive(Debug, Default)]
struct Seen {
    rungs: BTreeMap<String, usize>,
    refused: BTreeMap<String, usize>,
    answers: usize,
    answers_with_rows: usize,
    runs: usize,
    same_statements: usize,
    statements: usize,
    spread: usize,
}

#[test]
fn merged_row_by_row_and_unpruned_are_what_nested_loops_give() {
    let seen = Mutex::new(Seen::default());
    let law = || {
        let runtime = runtime();
        let seen = &seen;
        move |case: &Case| runtime.block_on(same_rows(case, seen))
    };
    let show = |(archive, queries, _): &Case| {
        let archive = Archive::generate(&mut Choices::new(archive));
        format!("{}{}", archive.declarations(true), print::spec(&generate::spec(&archive, queries)))
    };
    hold(cases(300), &generated, &law, &show);
    let seen = seen.into_inner().expect("nobody panicked");
    println!("{seen:#?}");
    for rung in ["uncorrelated", "join", "substituted"] {
        assert!(seen.rungs.contains_key(rung), "no FOREACH reached the rung {rung}");
    }
    assert!(seen.answers_with_rows * 4 > seen.answers, "too few answers have rows");
    assert!(seen.spread > 0, "no FOREACH was spread over statements");
    assert!(seen.refused.values().sum::<usize>() * 10 < seen.runs, "too much was refused");
}

async fn same_rows(case: &Case, seen: &Mutex<Seen>) -> Result<(), String> {
    let archive = Archive::generate(&mut Choices::new(&case.0));
    let spec = generate::spec(&archive, &case.1);
    let bench = Bench::new();
    archive.write(&bench.bucket());
    archive.write_files(&bench.files());
    let expected: Vec<Vec<String>> =
        naive::answers(&archive.tables(), &spec).into_iter().map(|answer| shown(answer.rows)).collect();
    let plain = Options::new(archive.now()).with_parameters(&spec);
    let has_decoys = archive.decoys_before || archive.decoys_after || archive.decoy_region;
    let spread = Options { bytes_a_byte: 1 << 30, slots: 3, threads: 2, ..plain.clone() };
    let by_row = ("row by row", true, plain.clone().row_by_row());
    // Each way is held to the oracle, so that two of them a case are as good as all, and cheaper.
    let others = match case.2 % 10 {
        0..=4 => vec![by_row],
        5 if !has_decoys => vec![("without a time mapping", false, plain.clone())],
        _ => vec![("spread over statements", true, spread), by_row],
    };
    let (mut before, mut runs): (Option<Vec<Submitted>>, usize) = (None, 0);
    for (way, time_mapping, options) in [("merged", true, plain)].into_iter().chain(others) {
        if runs == 2 {
            break;
        }
        let text = format!("{}{}", archive.declarations(time_mapping), print::spec(&spec));
        let found = one_way(&bench, &text, &options, &mut before, seen).await;
        match found {
            Ok(None) => {}
            Ok(Some(found)) => {
                runs += 1;
                assert_eq!(found.len(), expected.len());
                if let Some(at) = (0..expected.len()).find(|at| found.get(*at) != Some(&expected[*at])) {
                    let found = found.get(at).map(|rows| rows.join("\n")).unwrap_or_default();
                    let title = format!("{way}: answer {} differs", at + 1);
                    let rows = [("nested loops", expected[at].join("\n")), ("athplan", found)];
                    return Err(report(&archive, &text, &title, &rows, &statements(&bench, &text, &options)));
                }
                let mut seen = seen.lock().expect("nobody panicked");
                seen.runs += 1;
                seen.answers += expected.len();
                seen.answers_with_rows += expected.iter().filter(|rows| !rows.is_empty()).count();
            }
            Err(Failure::Refused(reason)) => {
                let mut seen = seen.lock().expect("nobody panicked");
                seen.runs += 1;
                let short: String = reason.chars().take(160).collect();
                *seen.refused.entry(short).or_default() += 1;
            }
            Err(failure) => {
                let statements = statements(&bench, &text, &options);
                return Err(report(&archive, &text, &format!("{way}: {failure}"), &[], &statements));
            }
        }
    }
    Ok(())
}

/// The rows that one way gives; none if its statements are those of a way before it.
async fn one_way(
    bench: &Bench,
    text: &str,
    options: &Options,
    before: &mut Option<Vec<Submitted>>,
    seen: &Mutex<Seen>,
) -> Result<Option<Vec<Vec<String>>>, Failure> {
    let compiled = bench.compile(text, options)?;
    let is_new = |submitted: &Vec<Submitted>| explained::as_submitted(&compiled, submitted).is_err();
    if !before.as_ref().is_none_or(is_new) {
        seen.lock().expect("nobody panicked").same_statements += 1;
        return Ok(None);
    }
    let engine = Recording::new(bench.engine(options));
    let outcome = bench.run(&compiled, &engine).await?;
    let submitted = engine.submitted();
    explained::as_submitted(&compiled, &submitted).map_err(Failure::Broken)?;
    {
        let mut seen = seen.lock().expect("nobody panicked");
        for foreach in compiled.plan.foreachs.values() {
            *seen.rungs.entry(foreach.rung.to_string()).or_default() += 1;
        }
        let merged = options.merge;
        seen.spread += outcome.expansions.iter().filter(|report| merged && report.statements > 1).count();
        seen.statements += submitted.len();
    }
    *before = Some(submitted);
    Ok(Some(outcome.answers.iter().map(|(_, rows)| super::bench::bag(rows)).collect()))
}

fn shown(rows: Vec<Row>) -> Vec<String> {
    let mut shown: Vec<String> =
        rows.iter().map(|row| row.iter().map(Cell::shown).collect::<Vec<_>>().join("|")).collect();
    shown.sort();
    shown
}

/// The statements as far as they are known without driver rows.
fn statements(bench: &Bench, text: &str, options: &Options) -> String {
    let Ok(compiled) = bench.compile(text, options) else { return "it does not compile".to_owned() };
    match athplan::explain::statements(&compiled, &athplan::explain::Explaining::default()) {
        Ok(statements) => statements.iter().map(|one| format!("-- {}\n{}\n", one.id, one.sql)).collect(),
        Err(error) => error.to_string(),
    }
}

fn report(archive: &Archive, text: &str, title: &str, rows: &[(&str, String)], statements: &str) -> String {
    let shown = |record: &Record| archive.row(record).iter().map(Cell::shown).collect::<Vec<_>>().join(" ");
    let records: Vec<String> = archive.records.iter().map(shown).collect();
    let rows: String = rows.iter().map(|(whose, rows)| format!("{whose}:\n{rows}\n\n")).collect();
    let (keys, labels) = (&archive.keys, &archive.labels);
    let records = records.join("\n");
    format!("{title}\n\n{text}records:\n{records}\nkeys: {keys:?}\nlabels: {labels:?}\n\n{rows}{statements}")
}
