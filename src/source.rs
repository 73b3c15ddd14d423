//! The text of a spec, its tokens, and byte spans into it.
//!
//! Every later stage points back at the user's text through a [`Span`], and untouched query text is
//! emitted by cutting it out by span, so spans must be exact: they are byte offsets from the first
//! look at the text, and nothing here knows lines and columns except [`Source::position`], for messages.

mod lex;

use std::ops::Range;

pub use lex::lex;
use serde::{Deserialize, Serialize};

/// A named text: a spec, a catalog file, or a statement that athplan itself emitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file's name as the user gave it, for messages only.
    pub name: String,
    /// The whole text, UTF-8.
    pub text: String,
}

impl Source {
    /// Names a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The text a span covers.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }

    /// The 1-based line and column (in characters) at which a byte offset lies.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        (line, column)
    }
}

/// A half-open range of byte offsets into one [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies wholly inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The span as a range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl From<Span> for miette::SourceSpan {
    fn from(span: Span) -> Self {
        (span.start, span.end.saturating_sub(span.start)).into()
    }
}

/// One token with its exact byte span; white space and comments are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What was read.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a name without quotes; the text is in the span.
    Word,
    /// A quoted name, its quotes undone, and the quote: `"` or a back tick.
    Name(String, char),
    /// `'…'`, and in Hive DDL `"…"` too, quotes and Hive's backslash escapes undone.
    Text(String),
    /// `U&'…'`, doubled quotes undone; its escapes wait for the `UESCAPE` that may follow.
    UnicodeText(String),
    /// `X'…'`, what stands between the quotes.
    Binary(String),
    /// A number, as written.
    Number,
    /// Punctuation or an operator.
    Symbol(Symbol),
    /// Text that is no token.
    Bad(Fault),
}

/// Punctuation and operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// `(`.
    LeftParen,
    /// `)`.
    RightParen,
    /// `[`.
    LeftBracket,
    /// `]`.
    RightBracket,
    /// `,`.
    Comma,
    /// `;`.
    Semicolon,
    /// `.`.
    Period,
    /// `:`.
    Colon,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Star,
    /// `/`.
    Slash,
    /// `%`.
    Percent,
    /// `||`.
    Concat,
    /// `=`.
    Equal,
    /// `<>` and `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `->`.
    Arrow,
    /// `=>`.
    FatArrow,
    /// `? | ^ $ { }`: they stand only in row patterns, which are passed on as they are.
    Other(char),
}

/// Why text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A string literal without its closing quote.
    UnclosedText,
    /// A quoted name without its closing quote.
    UnclosedName,
    /// A `/* … */` comment without its end.
    UnclosedComment,
    /// A character that begins no token, a no-break space for example.
    Character(char),
    /// A number that goes on as a name: `12abc`, `0x1F`.
    NumberRunsIntoName,
}
