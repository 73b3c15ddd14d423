//! The tree of a regular expression in Trino's syntax.
//!
//! Trino matches with Joni, the Oniguruma engine, in its Java syntax. The tree says what a pattern
//! means there, so that the writer can say the same in the words of another engine.

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// One character, as it stands.
    Literal { character: char, fold: bool },
    /// `.`: any character, with or without the line feed.
    Any { line_feed: bool },
    /// A set of characters.
    Class { class: Class, fold: bool },
    /// A condition on the place.
    Place(Place),
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first that matches.
    Alternatives(Vec<Node>),
    /// A repetition.
    Repeat { node: Box<Node>, least: u32, most: Option<u32>, manner: Manner },
    /// A capturing group; they are numbered in the order of their beginnings.
    Group(Box<Node>),
    /// `(?>…)`: taken once, never given back.
    Atomic(Box<Node>),
    /// A look at what follows or precedes.
    Look { behind: bool, negated: bool, node: Box<Node> },
    /// What a group has matched.
    Backreference(usize),
}

/// A condition on the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `^` or `\A`.
    TextBegin,
    /// `\z`.
    TextEnd,
    /// `$` or `\Z`: the end, or before a line feed there.
    TextEndOrFinalLineFeed,
    /// `^` under `(?m)`.
    LineBegin,
    /// `$` under `(?m)`.
    LineEnd,
    /// `\b`.
    WordBoundary,
    /// `\B`.
    NoWordBoundary,
}

/// How much a repetition takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Greedy,
    Lazy,
    /// As much as it can, never given back.
    Possessive,
}

/// A set of characters: what lies in all of the parts, each a union.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) negated: bool,
    pub(super) parts: Vec<Vec<Item>>,
}

/// A member of a union.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Range(char, char),
    Nested(Class),
    /// A set that the other engine knows under this text.
    Known(String),
}

impl Class {
    /// A set that the other engine knows under this text.
    pub(super) fn known(text: impl Into<String>) -> Class {
        Class { negated: false, parts: vec![vec![Item::Known(text.into())]] }
    }
}

impl Node {
    /// Whether it may match without taking a character.
    pub(super) fn may_be_empty(&self) -> bool {
        match self {
            Node::Literal { .. } | Node::Any { .. } | Node::Class { .. } => false,
            Node::Place(_) | Node::Look { .. } | Node::Backreference(_) => true,
            Node::Sequence(nodes) => nodes.iter().all(Node::may_be_empty),
            Node::Alternatives(nodes) => nodes.iter().any(Node::may_be_empty),
            Node::Repeat { node, least, .. } => *least == 0 || node.may_be_empty(),
            Node::Group(node) | Node::Atomic(node) => node.may_be_empty(),
        }
    }

    /// How many characters it takes, if that is always the same.
    pub(super) fn width(&self) -> Option<u32> {
        match self {
            Node::Literal { .. } | Node::Any { .. } | Node::Class { .. } => Some(1),
            Node::Place(_) | Node::Look { .. } => Some(0),
            Node::Sequence(nodes) => nodes.iter().map(Node::width).sum(),
            Node::Alternatives(nodes) => {
                let mut widths = nodes.iter().map(Node::width);
                let first = widths.next()??;
                widths.all(|width| width == Some(first)).then_some(first)
            }
            Node::Repeat { node, least, most, .. } if *most == Some(*least) => node.width()?.checked_mul(*least),
            Node::Group(node) | Node::Atomic(node) => node.width(),
            Node::Repeat { .. } | Node::Backreference(_) => None,
        }
    }

    /// Whether a capturing group stands in it.
    pub(super) fn captures(&self) -> bool {
        match self {
            Node::Group(_) => true,
            Node::Sequence(nodes) | Node::Alternatives(nodes) => nodes.iter().any(Node::captures),
            Node::Repeat { node, .. } | Node::Atomic(node) | Node::Look { node, .. } => node.captures(),
            _ => false,
        }
    }
}
