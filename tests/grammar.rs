//! The parser, held to the recorded expressions of a real Trino and to `grammar/`.

mod spans;

use athplan::source::Source;
use athplan::spec::parse_query;

use spans::check_nodes;

/// The recorded expressions; a trailing `FROM …` makes a query of one.
fn recorded() -> Vec<&'static str> {
    let answers = include_str!("data/trino/answers.tsv");
    let rows = answers.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').nth(1).expect("the second column is the expression")).collect()
}

#[test]
fn every_recorded_expression_is_read_and_its_spans_are_exact() {
    let expressions = recorded();
    assert!(expressions.len() > 3000, "the recorded answers are missing");
    let mut nodes = 0;
    for expression in expressions {
        let source = Source::new("answers", format!("SELECT {expression}"));
        match parse_query(&source) {
            Ok(query) => nodes += check_nodes(&source, &query),
            Err(errors) => panic!("{expression}: {errors:?}"),
        }
    }
    assert!(nodes > 10_000, "only {nodes} nodes were compared");
}
