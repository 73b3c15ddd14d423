//! The law of spans: cut a node out of the text, read the cutting alone, and the same node comes back.
//!
//! Nodes are found in the tree's debug form, so that no kind of node can be forgotten.

use std::fmt::Debug;
use std::sync::LazyLock;

use athplan::source::Source;
use athplan::spec::{parse_expression, parse_query};
use regex::Regex;

static SPAN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Span \{ start: (\d+), end: (\d+) \}").expect("a constant pattern"));

/// A tree's debug form without its spans.
pub fn shape(tree: &impl Debug) -> String {
    without_spans(&format!("{tree:?}"))
}

fn without_spans(debug: &str) -> String {
    SPAN.replace_all(debug, "_").into_owned()
}

/// Cuts and reads every expression and query of a tree; gives how many there were.
pub fn check_nodes(source: &Source, tree: &impl Debug) -> usize {
    let debug = format!("{tree:?}");
    let mut nodes = 0;
    for (kind, opening) in [("Expr", "Expr { kind: "), ("Query", "Query { recursive: ")] {
        for (at, _) in debug.match_indices(opening) {
            // `SelectItem::Expr { expr: …` and the like are other types.
            if debug[..at].ends_with(|c: char| c.is_alphanumeric()) {
                continue;
            }
            check_node(source, kind, node_at(&debug[at..]));
            nodes += 1;
        }
    }
    nodes
}

fn check_node(source: &Source, kind: &str, node: &str) {
    let span = SPAN.captures_iter(node).last().expect("every node ends with its span");
    let offset = |group: usize| span[group].parse::<usize>().expect("the pattern takes digits only");
    let cut = Source::new("cut", &source.text[offset(1)..offset(2)]);
    if is_word_for_string(node, &cut.text) {
        return;
    }
    let again = if kind == "Expr" {
        parse_expression(&cut).map(|tree| shape(&tree))
    } else {
        parse_query(&cut).map(|tree| shape(&tree))
    };
    assert_eq!(again, Ok(without_spans(node)), "cut {:?} out of {:?}", cut.text, source.text);
}

/// `NFD` in `normalize(x, NFD)` stands for a string; it alone cannot be read by itself.
fn is_word_for_string(node: &str, text: &str) -> bool {
    node.starts_with("Expr { kind: String(") && ["NFD", "NFC", "NFKD", "NFKC"].contains(&text)
}

/// The text of the node that begins here, to its closing brace; braces inside strings do not count.
fn node_at(debug: &str) -> &str {
    let mut depth = 0;
    let mut quoted = false;
    let mut bytes = debug.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => {
                bytes.next();
            }
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &debug[..=at];
                }
            }
            _ => {}
        }
    }
    panic!("a node without its end: {debug}");
}
