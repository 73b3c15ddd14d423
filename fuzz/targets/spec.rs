//! Any text through the lexer and the parser: tokens cover it, spans lie in it, and what a node's span cuts
//! out reads back to that node.
#![no_main]

use std::sync::LazyLock;

use athplan::error::Errors;
use athplan::source::{Source, lex};
use athplan::spec::{parse, parse_expression, parse_query};
use athplan_fuzz::{hold_messages, source};
use libfuzzer_sys::fuzz_target;
use regex::Regex;

#[path = "../../tests/grammar/spans.rs"]
mod spans;

static SPAN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Span \{ start: (\d+), end: (\d+) \}").expect("a constant pattern"));

/// Reading every node of a long text again takes too long.
const SHORT: usize = 400;

fuzz_target!(|text: &str| {
    let source = source(text);
    hold_tokens(&source);
    match parse(&source) {
        Ok(spec) => {
            hold_spans(text, &format!("{spec:?}"));
            if text.len() <= SHORT {
                spans::check_nodes(&source, &spec);
            }
        }
        Err(errors) => hold_messages(&Errors::new(&source, errors)),
    }
    match parse_expression(&source) {
        Ok(tree) if text.len() <= SHORT => {
            spans::check_nodes(&source, &tree);
            // What a node means does not depend on the blanks and comments around it.
            let wrapped = Source::new("fuzz", format!(" \n{text}\n-- comment"));
            assert_eq!(parse_expression(&wrapped).map(|tree| spans::shape(&tree)), Ok(spans::shape(&tree)));
        }
        Ok(_) => {}
        Err(errors) => hold_messages(&Errors::new(&source, errors)),
    }
    if let Err(errors) = parse_query(&source) {
        hold_messages(&Errors::new(&source, errors));
    }
});

/// Tokens are in order, none is empty, and between them stand only blanks and comments.
fn hold_tokens(source: &Source) {
    let mut end = 0;
    for token in lex(source) {
        let between = source.text.get(end..token.span.start).expect("tokens are in order and cut no character");
        assert!(is_blank(between), "{between:?} is no token and no blank");
        assert!(token.span.start < token.span.end, "an empty token");
        end = token.span.end;
    }
    assert!(source.text.get(end..).is_some_and(is_blank), "the end is no token and no blank");
}

fn is_blank(mut text: &str) -> bool {
    loop {
        text = text.trim_start_matches([' ', '\t', '\r', '\n']);
        text = if text.starts_with("--") {
            text.find(['\r', '\n']).map_or("", |end| &text[end..])
        } else if let Some(comment) = text.strip_prefix("/*") {
            let Some((_, behind)) = comment.split_once("*/") else { return false };
            behind
        } else {
            return text.is_empty();
        };
    }
}

fn hold_spans(text: &str, debug: &str) {
    for span in SPAN.captures_iter(debug) {
        let offset = |group: usize| span[group].parse::<usize>().expect("the pattern takes digits only");
        assert!(text.get(offset(1)..offset(2)).is_some(), "{} is no place in the text", &span[0]);
    }
}
