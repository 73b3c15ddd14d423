//! `athplan functions` tells the truth: what it calls supported has recorded answers, what it calls refused is refused by
//! name, and what it says of some values is so.

use athplan::engine::ErrorClass;
use athplan::engine::local::{FunctionReport, functions};

use super::bench::Bench;

/// Everything that a Trino was asked.
const RECORDED: [&str; 9] = [
    include_str!("../data/trino/answers.tsv"),
    include_str!("../data/trino/more-answers.tsv"),
    include_str!("../data/trino/random-answers.tsv"),
    include_str!("../data/trino/evaluator.tsv"),
    include_str!("../data/trino/families.tsv"),
    include_str!("../data/trino/queries.tsv"),
    include_str!("../data/trino/percentiles.tsv"),
    include_str!("../data/trino/distinct.tsv"),
    include_str!("../data/trino/functions.tsv"),
];

/// What gives the time of the run, which nobody can have recorded.
const NOW: [&str; 2] = ["current_date", "now"];

/// Whether a text calls a function of this name.
fn calls(text: &str, name: &str) -> bool {
    let opened = format!("{name}(");
    text.match_indices(&opened).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

#[test]
fn supported_functions_have_recorded_answers() {
    let recorded = RECORDED[..RECORDED.len() - 1].join("\n").to_lowercase();
    let untried = |function: &&FunctionReport| {
        function.is_supported() && !NOW.contains(&function.name.as_str()) && !calls(&recorded, &function.name)
    };
    let all = functions();
    let untried: Vec<&str> = all.iter().filter(untried).map(|function| function.name.as_str()).collect();
    assert!(untried.is_empty(), "nobody asked a Trino for {untried:?}");
}

#[test]
fn every_function_of_trino_is_listed() {
    let listed: Vec<String> = functions().into_iter().map(|function| function.name).collect();
    let lines =
        RECORDED[RECORDED.len() - 1].lines().filter(|line| !line.starts_with('#') && !line.contains("\ttable\t"));
    for name in lines.filter_map(|line| line.split('\t').next()) {
        assert!(listed.contains(&name.to_lowercase()), "{name}");
    }
}

#[test]
fn refused_functions_are_refused_by_name() {
    for function in functions() {
        for (signature, refusal) in &function.signatures {
            let Some(refusal) = refusal else { continue };
            // What cannot even be asked for lacks the type of an argument.
            let types = ["geometry", "geography", "bingtile", "kdbtree", "hyperloglog", "digest", "color", "type"];
            let named = refusal.contains(&function.name) || types.iter().any(|ty| refusal.to_lowercase().contains(ty));
            assert!(named, "{signature}: {refusal}");
        }
    }
}

#[test]
fn what_is_refused_for_some_values_is() {
    let bench = Bench::empty();
    let all = functions();
    assert!(all.iter().any(|function| !function.depends.is_empty()));
    for function in all {
        for depends in function.depends {
            let error = bench.run(&format!("SELECT {}", depends.example)).expect_err(depends.example);
            assert_eq!(error.class, ErrorClass::Unsupported, "{}: {error}", depends.example);
            assert!(
                function.signatures.iter().any(|(_, refusal)| refusal.is_none()),
                "{} is refused anyway",
                function.name
            );
        }
    }
}
