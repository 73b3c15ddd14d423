//! The text of a spec, its tokens, and byte spans into it.
//!
//! Every later stage points back at the user's text through a [`Span`], and untouched query text is
//! emitted by cutting it out by span, so spans must be exact. This is the only room that knows the
//! tokenizer's line and column positions; it turns them into byte offsets once and for all.

use std::fmt;
use std::ops::Range;

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::{Token as RawToken, Tokenizer, Whitespace};

/// A named text: a spec, a catalog file, or a statement that athplan itself emitted.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What the tokenizer read.
    pub kind: RawToken,
    /// Where it stands.
    pub span: Span,
}

/// A text that is no sequence of tokens, for example an unclosed string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexError {
    /// What is wrong, in the tokenizer's words.
    pub message: String,
    /// Where it begins.
    pub span: Span,
}

impl fmt::Display for LexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How Trino and Athena's Hive DDL cut text into tokens: no backslash escapes, back ticks as well as
/// double quotes around names, `U&'…'` strings, comments that do not nest.
#[derive(Debug)]
struct AthenaTokens;

impl Dialect for AthenaTokens {
    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_'
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"' || ch == '`'
    }

    fn supports_unicode_string_literal(&self) -> bool {
        false
    }

    fn supports_nested_comments(&self) -> bool {
        false
    }
}

/// Cuts a text into tokens with exact byte spans.
///
/// # Errors
///
/// The first place where the text is no token, such as an unclosed string or comment.
pub fn lex(source: &Source) -> Result<Vec<Token>, LexError> {
    let lines = LineTable::new(&source.text);
    let raw =
        Tokenizer::new(&AthenaTokens, &source.text).with_unescape(true).tokenize_with_location().map_err(|error| {
            let start = lines.offset(error.location.line, error.location.column);
            LexError { message: error.message, span: Span::new(start, source.text.len().min(start + 1).max(start)) }
        })?;
    let mut tokens = Vec::with_capacity(raw.len());
    for token in raw {
        if matches!(token.token, RawToken::Whitespace(Whitespace::MultiLineComment(_) | _) | RawToken::EOF) {
            continue;
        }
        let start = lines.offset(token.span.start.line, token.span.start.column);
        let end = lines.offset(token.span.end.line, token.span.end.column);
        tokens.push(Token { kind: token.token, span: Span::new(start, end) });
    }
    Ok(tokens)
}

/// Byte offsets of line starts, to turn the tokenizer's 1-based line and character column into bytes.
struct LineTable<'a> {
    text: &'a str,
    starts: Vec<usize>,
    ascii: bool,
}

impl<'a> LineTable<'a> {
    fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { text, starts, ascii: text.is_ascii() }
    }

    fn offset(&self, line: u64, column: u64) -> usize {
        let Some(start) = usize::try_from(line).ok().and_then(|line| self.starts.get(line.saturating_sub(1))) else {
            return self.text.len();
        };
        let column = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
        let tail = &self.text[*start..];
        let bytes = if self.ascii {
            column.min(tail.len())
        } else {
            tail.char_indices().nth(column).map_or(tail.len(), |(at, _)| at)
        };
        start + bytes
    }
}
