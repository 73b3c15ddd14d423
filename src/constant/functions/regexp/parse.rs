//! Reading a pattern in the syntax of Joni's Java mode.
//!
//! What Joni rejects is `INVALID_FUNCTION_ARGUMENT`; what it takes but athplan does not know to mean
//! the same elsewhere is refused by name. Some of its ways that differ from other engines: `\d`, `\w`
//! and `\s` are ASCII while `\b` is not; an option in mid-group spans the alternatives after it; `{,2}` is text.

use std::collections::HashMap;

use super::super::argument::invalid;
use super::class::class;
use super::escape::{Escape, escape, posix_or_property};
use super::group::Opened;
use super::syntax::{Class, Node, Place};
use crate::constant::EvalError;

/// How deep groups may nest; deeper patterns are refused rather than recursed into.
const DEEPEST: usize = 100;

/// A pattern that was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Node,
    /// How many capturing groups there are.
    pub(super) groups: usize,
    pub(super) names: HashMap<String, usize>,
    /// What of a text would be matched differently elsewhere.
    pub(super) limits: Limits,
}

/// What a text must not have for the pattern to be matched as in Trino.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Limits {
    /// The pattern names sets that are known to agree in ASCII only.
    pub(super) ascii_only: bool,
    /// The pattern ignores case, where Joni also matches one character with several.
    pub(super) fold: bool,
    /// The pattern has a condition on the end of the text, or before a line feed there.
    pub(super) text_end: bool,
    /// The pattern has a condition on the beginning of a line.
    pub(super) line_begin: bool,
    /// The pattern has a word boundary.
    pub(super) boundary: bool,
}

/// Options that hold at a place of the pattern.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Options {
    pub(super) fold: bool,
    pub(super) lines: bool,
    pub(super) dot_all: bool,
    pub(super) extended: bool,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Parsed, EvalError> {
    let mut parser = Parser {
        characters: pattern.chars().collect(),
        at: 0,
        depth: 0,
        groups: 0,
        closed: Vec::new(),
        names: HashMap::new(),
        limits: Limits::default(),
    };
    let root = parser.alternatives(Options::default())?;
    if parser.at < parser.characters.len() {
        return Err(invalid("unmatched close parenthesis"));
    }
    Ok(Parsed { root, groups: parser.groups, names: parser.names, limits: parser.limits })
}

/// The state of reading.
pub(super) struct Parser {
    pub(super) characters: Vec<char>,
    pub(super) at: usize,
    depth: usize,
    pub(super) groups: usize,
    /// The groups that have ended.
    pub(super) closed: Vec<usize>,
    pub(super) names: HashMap<String, usize>,
    pub(super) limits: Limits,
}

impl Parser {
    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    /// Steps over this text if it comes next.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let length = text.chars().count();
        let next = self.characters.get(self.at..self.at + length);
        let same = next.is_some_and(|next| next.iter().copied().eq(text.chars()));
        if same {
            self.at += length;
        }
        same
    }

    /// Takes the text up to this one and steps over it.
    pub(super) fn until(&mut self, end: &str) -> Option<String> {
        let begin = self.at;
        while self.at < self.characters.len() {
            let here = self.at;
            if self.skip(end) {
                return Some(self.characters[begin..here].iter().collect());
            }
            self.at += 1;
        }
        self.at = begin;
        None
    }

    /// Reads alternatives up to a closing parenthesis or the end.
    pub(super) fn alternatives(&mut self, options: Options) -> Result<Node, EvalError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(EvalError::refused("a pattern with groups nested so deep"));
        }
        let mut branches = vec![self.sequence(options)?];
        while self.skip("|") {
            branches.push(self.sequence(options)?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternatives(branches) })
    }

    fn sequence(&mut self, options: Options) -> Result<Node, EvalError> {
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(character) = self.peek() {
            if matches!(character, '|' | ')') {
                break;
            }
            self.at += 1;
            if options.extended && matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}') {
                continue;
            }
            match character {
                '#' if options.extended => {
                    if self.until("\n").is_none() {
                        self.at = self.characters.len();
                    }
                }
                '(' => match self.group(options)? {
                    Opened::Comment => self.no_repetition("a comment")?,
                    Opened::Node(node) => {
                        let node = self.repeated(node, options)?;
                        nodes.push(node);
                    }
                    // The options hold to the end of the group, alternatives included.
                    Opened::Rest(options) => {
                        self.no_repetition("options")?;
                        nodes.push(self.alternatives(options)?);
                    }
                },
                '*' | '+' | '?' if options.extended => {
                    return Err(EvalError::refused("a repetition behind white space or a comment in a pattern"));
                }
                '*' | '+' | '?' => return Err(invalid("target of repeat operator is not specified")),
                '\\' if self.skip("Q") => {
                    let quoted = match self.until("\\E") {
                        Some(quoted) => quoted,
                        None => self.characters.drain(self.at..).collect(),
                    };
                    if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
                        return Err(EvalError::refused("a repeated quotation in a pattern"));
                    }
                    nodes.extend(quoted.chars().map(|character| self.literal(character, options)));
                }
                _ => {
                    let node = self.single(character, options)?;
                    let node = self.repeated(node, options)?;
                    nodes.push(node);
                }
            }
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Sequence(nodes) })
    }

    /// Joni repeats what stands before a comment; that is refused.
    fn no_repetition(&self, what: &str) -> Result<(), EvalError> {
        match self.peek() {
            Some('*' | '+' | '?' | '{') => Err(EvalError::refused(format!("a repetition behind {what} in a pattern"))),
            _ => Ok(()),
        }
    }

    fn literal(&mut self, character: char, options: Options) -> Node {
        self.limits.fold |= options.fold;
        Node::Literal { character, fold: options.fold }
    }

    fn place(&mut self, place: Place) -> Node {
        self.limits.text_end |= place == Place::TextEndOrFinalLineFeed;
        self.limits.line_begin |= place == Place::LineBegin;
        self.limits.boundary |= matches!(place, Place::WordBoundary | Place::NoWordBoundary);
        Node::Place(place)
    }

    fn set(&mut self, class: Class, options: Options) -> Node {
        self.limits.fold |= options.fold;
        Node::Class { class, fold: options.fold }
    }

    /// Reads one unit that is no group.
    fn single(&mut self, character: char, options: Options) -> Result<Node, EvalError> {
        Ok(match character {
            '.' => Node::Any { line_feed: options.dot_all },
            '^' => self.place(if options.lines { Place::LineBegin } else { Place::TextBegin }),
            '$' => self.place(if options.lines { Place::LineEnd } else { Place::TextEndOrFinalLineFeed }),
            '[' => {
                let class = class(self, 0)?;
                self.set(class, options)
            }
            '{' if self.count()?.is_some() => {
                return Err(EvalError::refused("a count in a pattern without anything to repeat"));
            }
            '\\' => return self.escaped(options),
            _ => self.literal(character, options),
        })
    }

    fn escaped(&mut self, options: Options) -> Result<Node, EvalError> {
        Ok(match self.peek() {
            None => return Err(invalid("end pattern at escape")),
            Some('A') => {
                self.at += 1;
                self.place(Place::TextBegin)
            }
            Some('z') => {
                self.at += 1;
                self.place(Place::TextEnd)
            }
            Some('Z') => {
                self.at += 1;
                self.place(Place::TextEndOrFinalLineFeed)
            }
            Some('b') => {
                self.at += 1;
                self.place(Place::WordBoundary)
            }
            Some('B') => {
                self.at += 1;
                self.place(Place::NoWordBoundary)
            }
            Some('1'..='9' | 'k') => self.backreference(options)?,
            Some('p' | 'P') => {
                let class = posix_or_property(self)?;
                self.set(class, options)
            }
            Some(_) => match escape(self)? {
                Escape::Character(character) => self.literal(character, options),
                Escape::Class(class) => Node::Class { class, fold: false },
            },
        })
    }

    fn backreference(&mut self, options: Options) -> Result<Node, EvalError> {
        let number = if self.skip("k") {
            let name = if self.skip("<") {
                self.until(">")
            } else if self.skip("'") {
                self.until("'")
            } else {
                None
            };
            let name = name.ok_or_else(|| EvalError::refused(r"\k without a name in a pattern"))?;
            *self.names.get(&name).ok_or_else(|| EvalError::refused("a reference in a pattern to a later group"))?
        } else {
            let digit = self.take().and_then(|digit| digit.to_digit(10)).expect("the caller has seen a digit");
            if self.peek().is_some_and(|next| next.is_ascii_digit()) {
                return Err(EvalError::refused("a number of several digits behind a backslash in a pattern"));
            }
            digit as usize
        };
        if number > self.groups {
            return Err(if self.characters[self.at..].contains(&'(') {
                EvalError::refused("a reference in a pattern to a later group")
            } else {
                invalid("invalid backref number/name")
            });
        }
        if options.fold || !self.closed.contains(&number) {
            return Err(EvalError::refused("a reference in a pattern that ignores case, or to a group from within"));
        }
        Ok(Node::Backreference(number))
    }
}
