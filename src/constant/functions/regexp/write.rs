//! Writing a pattern in the syntax of the regex and fancy-regex crates.

use std::fmt::Write;

use super::syntax::{Class, Item, Manner, Node, Place};

/// A pattern for another engine.
pub(super) struct Written {
    pub(super) text: String,
    /// Whether it needs backtracking: look-around, back references, atomic groups.
    pub(super) backtracks: bool,
    final_line_feed: bool,
}

/// Writes a pattern, for texts that end with a line feed or for others: only there `$` needs to look ahead.
pub(super) fn write(root: &Node, final_line_feed: bool) -> Written {
    let mut written = Written { text: String::new(), backtracks: false, final_line_feed };
    written.node(root);
    written
}

impl Written {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Literal { character, fold } => {
                self.folded(*fold, |text| literal(text, *character));
            }
            Node::Any { line_feed } => self.text.push_str(if *line_feed { "(?s:.)" } else { "(?-s:.)" }),
            Node::Class { class, fold } => self.folded(*fold, |text| set(text, class)),
            Node::Place(Place::TextEndOrFinalLineFeed) if self.final_line_feed => {
                self.backtracks = true;
                self.text.push_str(r"(?=\x0A?\z)");
            }
            Node::Place(place) => self.text.push_str(match place {
                Place::TextBegin => r"\A",
                Place::TextEnd | Place::TextEndOrFinalLineFeed => r"\z",
                Place::LineBegin => "(?m:^)",
                Place::LineEnd => "(?m:$)",
                Place::WordBoundary => r"\b",
                Place::NoWordBoundary => r"\B",
            }),
            Node::Sequence(nodes) => {
                self.text.push_str("(?:");
                nodes.iter().for_each(|node| self.node(node));
                self.text.push(')');
            }
            Node::Alternatives(nodes) => {
                self.text.push_str("(?:");
                for (at, node) in nodes.iter().enumerate() {
                    if at > 0 {
                        self.text.push('|');
                    }
                    self.node(node);
                }
                self.text.push(')');
            }
            Node::Repeat { node, least, most, manner } => {
                let possessive = *manner == Manner::Possessive;
                self.backtracks |= possessive;
                self.text.push_str(if possessive { "(?>(?:" } else { "(?:" });
                self.node(node);
                self.text.push(')');
                match (least, most) {
                    (0, None) => self.text.push('*'),
                    (1, None) => self.text.push('+'),
                    (0, Some(1)) => self.text.push('?'),
                    (least, None) => put(&mut self.text, format_args!("{{{least},}}")),
                    (least, Some(most)) => put(&mut self.text, format_args!("{{{least},{most}}}")),
                }
                self.text.push_str(match manner {
                    Manner::Greedy => "",
                    Manner::Lazy => "?",
                    Manner::Possessive => ")",
                });
            }
            Node::Group(node) => self.wrapped("(", node),
            Node::Atomic(node) => {
                self.backtracks = true;
                self.wrapped("(?>", node);
            }
            Node::Look { behind, negated, node } => {
                self.backtracks = true;
                self.wrapped(
                    match (behind, negated) {
                        (false, false) => "(?=",
                        (false, true) => "(?!",
                        (true, false) => "(?<=",
                        (true, true) => "(?<!",
                    },
                    node,
                );
            }
            Node::Backreference(number) => {
                self.backtracks = true;
                put(&mut self.text, format_args!(r"(?:\{number})"));
            }
        }
    }

    fn wrapped(&mut self, open: &str, node: &Node) {
        self.text.push_str(open);
        self.node(node);
        self.text.push(')');
    }

    fn folded(&mut self, fold: bool, write: impl FnOnce(&mut String)) {
        if fold {
            self.text.push_str("(?i:");
            write(&mut self.text);
            self.text.push(')');
        } else {
            write(&mut self.text);
        }
    }
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a string takes all text");
}

/// A character as itself if no engine can take it for anything else, else by its number.
fn literal(text: &mut String, character: char) {
    if character.is_ascii_alphanumeric() {
        text.push(character);
    } else {
        put(text, format_args!(r"\x{{{:X}}}", u32::from(character)));
    }
}

fn set(text: &mut String, class: &Class) {
    text.push_str(if class.negated { "[^" } else { "[" });
    for (at, part) in class.parts.iter().enumerate() {
        if at > 0 {
            text.push_str("&&");
        }
        if class.parts.len() > 1 {
            text.push('[');
        }
        for item in part {
            match item {
                Item::Range(first, last) => {
                    literal(text, *first);
                    if first != last {
                        text.push('-');
                        literal(text, *last);
                    }
                }
                Item::Nested(class) => set(text, class),
                Item::Known(known) => text.push_str(known),
            }
        }
        if class.parts.len() > 1 {
            text.push(']');
        }
    }
    text.push(']');
}
