//! `grammar/`: every accept example is read, every reject example gives its message, and every
//! production of the grammar has an example that names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use athplan::source::Source;
use athplan::spec::{ParseError, parse};
use miette::Diagnostic;
use regex::Regex;

use super::spans::check_nodes;

fn grammar() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar")
}

/// The `.sql` files of a folder, by name.
fn examples(folder: &str) -> BTreeMap<String, Source> {
    let files = fs::read_dir(grammar().join(folder)).expect("the folder is part of the project");
    let paths = files.map(|file| file.expect("a readable folder").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| {
            let name = path.file_stem().expect("it has an extension").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("examples are UTF-8");
            (name, Source::new(path.display().to_string(), text))
        })
        .collect()
}

#[test]
fn every_accepted_example_is_read_and_its_spans_are_exact() {
    let mut nodes = 0;
    for (name, source) in examples("accept") {
        match parse(&source) {
            Ok(spec) => nodes += check_nodes(&source, &spec),
            Err(errors) => panic!("{name}:\n{}", messages(&source, &errors)),
        }
    }
    assert!(nodes > 500, "only {nodes} nodes were compared");
}

#[test]
fn every_rejected_example_gives_its_message() {
    for (name, source) in examples("reject") {
        let errors = parse(&source).expect_err(&format!("{name} must not be read"));
        let found = messages(&source, &errors);
        let beside = grammar().join("reject").join(format!("{name}.txt"));
        if std::env::var_os("ATHPLAN_WRITE_EXAMPLES").is_some() {
            fs::write(&beside, &found).expect("the checkout can be written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, expected, "{name}: after a wanted change run with ATHPLAN_WRITE_EXAMPLES=1 and review");
    }
}

/// `line:column code: message`, and the help below it.
fn messages(source: &Source, errors: &[ParseError]) -> String {
    let mut text = String::new();
    for error in errors {
        let (line, column) = source.position(error.span().start);
        let code = error.code().map(|code| code.to_string()).unwrap_or_default();
        let place = source.slice(error.span()).chars().take(30).collect::<String>();
        text.push_str(&format!("{line}:{column} {code} at {place:?}\n    {error}\n"));
        if let Some(help) = error.help() {
            text.push_str(&format!("    help: {help}\n"));
        }
    }
    text
}

#[test]
fn every_mistake_has_an_example() {
    let mut seen = BTreeSet::new();
    for source in examples("reject").values() {
        let errors = parse(source).expect_err("rejected examples are rejected");
        seen.extend(errors.iter().filter_map(|error| error.code().map(|code| code.to_string())));
    }
    let variants = include_str!("../../src/spec/errors.rs");
    let codes = Regex::new(r#"code\("([^"]+)"\)"#).expect("a constant pattern");
    for code in codes.captures_iter(variants) {
        // Nesting as deep as that is made by a test of its own.
        assert!(seen.contains(&code[1]) || &code[1] == "athplan::parse::too_deep", "{} has no example", &code[1]);
    }
}

#[test]
fn every_production_is_defined_once_used_and_has_an_example() {
    let text = fs::read_to_string(grammar().join("spec.ebnf")).expect("the grammar is part of the project");
    let without_comments = Regex::new(r"(?s)\(\*.*?\*\)").expect("a constant pattern").replace_all(&text, "");
    let rules = Regex::new(r#"\s*([a-z_]+) = ((?:"[^"]*"|'[^']*'|\?[^?]*\?|[^;"'?])*);"#).expect("a constant pattern");
    let terminals = Regex::new(r#""[^"]*"|'[^']*'|\?[^?]*\?"#).expect("a constant pattern");
    let words = Regex::new(r"\b[a-z][a-z_]*\b").expect("a constant pattern");
    let mut defined = BTreeSet::new();
    let mut used = BTreeSet::from(["spec".to_owned()]);
    for rule in rules.captures_iter(&without_comments) {
        assert!(defined.insert(rule[1].to_owned()), "{} is defined twice", &rule[1]);
        let body = terminals.replace_all(&rule[2], "").into_owned();
        used.extend(words.find_iter(&body).map(|word| word.as_str().to_owned()));
    }
    assert!(defined.len() > 80, "the grammar was not understood: {defined:?}");
    assert_eq!(used, defined, "used and defined productions differ");
    let named: BTreeSet<String> = examples("accept")
        .values()
        .flat_map(|source| source.text.lines().filter_map(|line| line.strip_prefix("-- production: ")))
        .flat_map(|line| line.split(", ").map(str::to_owned))
        .collect();
    assert_eq!(named, defined, "productions and the examples that name them differ");
}
