//! The parser's place in one statement's tokens: looking, taking, and saying what was expected.
//!
//! It also holds the two bounds that keep recursion finite: how deep the parser itself is, and how
//! high the tree below the current place has become (a long `a || b || c …` nests to the left without
//! the parser going deeper).

use std::mem;

use crate::source::{Source, Span, Symbol, Token, TokenKind};
use crate::spec::ParseError;

/// How deep expressions, queries and types may nest. What the parser does for one level takes up to
/// some 15 kB of stack in a debug build, and a thread has 2 MB.
pub const DEPTH_LIMIT: usize = 100;

/// How high the tree may be: a chain of operators nests to the left in the tree, though not in the text.
pub const HEIGHT_LIMIT: usize = 250;

/// What parsing gives. The error is boxed, since every function passes it on.
pub(super) type Parsed<T> = Result<T, Box<ParseError>>;

/// The parser of one statement. Its methods lie in the files beside this one, by subject.
pub(super) struct Parser<'a> {
    pub(super) source: &'a Source,
    tokens: &'a [Token],
    /// For each opening bracket the index of the one that closes it.
    closing: Vec<Option<usize>>,
    at: usize,
    depth: usize,
    height: usize,
    /// The place of the last primary expression, to tell `a.b.*` from `a + b.*`.
    pub(super) last_primary: Span,
    /// Whether the statement is Hive's: back ticks are allowed, types are Hive's.
    pub(super) hive: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a Source, tokens: &'a [Token]) -> Self {
        Self {
            source,
            tokens,
            closing: matching(tokens),
            at: 0,
            depth: 0,
            height: 0,
            last_primary: Span::default(),
            hive: false,
        }
    }

    /// The token `ahead` places on.
    pub(super) fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    /// The current token's index.
    pub(super) fn index(&self) -> usize {
        self.at
    }

    pub(super) fn token(&self, index: usize) -> Option<&'a Token> {
        self.tokens.get(index)
    }

    /// The index of the bracket that closes the one at `index`.
    pub(super) fn closing(&self, index: usize) -> Option<usize> {
        self.closing.get(index).copied().flatten()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The current token's place, or the place behind the last one.
    pub(super) fn span(&self) -> Span {
        self.peek(0).map_or_else(|| Span::new(self.last_span().end, self.last_span().end), |token| token.span)
    }

    /// The place of the last token taken.
    pub(super) fn last_span(&self) -> Span {
        let last = self.tokens.get(..self.at.min(self.tokens.len())).and_then(<[Token]>::last);
        last.map_or_else(Span::default, |token| token.span)
    }

    /// From `start` to the last token taken.
    pub(super) fn since(&self, start: Span) -> Span {
        start.to(self.last_span())
    }

    pub(super) fn text(&self, token: &Token) -> &'a str {
        self.source.slice(token.span)
    }

    /// Whether the token at an index is this keyword.
    pub(super) fn word_at(&self, index: usize, word: &str) -> bool {
        self.token(index)
            .is_some_and(|token| token.kind == TokenKind::Word && self.text(token).eq_ignore_ascii_case(word))
    }

    pub(super) fn symbol_at(&self, index: usize, symbol: Symbol) -> bool {
        self.token(index).is_some_and(|token| token.kind == TokenKind::Symbol(symbol))
    }

    /// Whether the current token is this keyword.
    pub(super) fn is(&self, word: &str) -> bool {
        self.word_at(self.at, word)
    }

    /// Whether these keywords come next.
    pub(super) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.word_at(self.at + ahead, word))
    }

    pub(super) fn is_symbol(&self, symbol: Symbol) -> bool {
        self.symbol_at(self.at, symbol)
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    /// Takes these keywords, all or none.
    pub(super) fn eat_all(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        self.at += if found { words.len() } else { 0 };
        found
    }

    pub(super) fn eat_symbol(&mut self, symbol: Symbol) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { Err(self.unexpected(word.to_uppercase())) }
    }

    pub(super) fn expect_all(&mut self, words: &[&str]) -> Parsed<()> {
        words.iter().try_for_each(|word| self.expect(word))
    }

    pub(super) fn expect_symbol(&mut self, symbol: Symbol, shown: &str) -> Parsed<()> {
        if self.eat_symbol(symbol) { Ok(()) } else { Err(self.unexpected(format!("`{shown}`"))) }
    }

    /// Takes `(` and gives its index, for [`Self::close`].
    pub(super) fn open(&mut self) -> Parsed<usize> {
        let index = self.at;
        self.expect_symbol(Symbol::LeftParen, "(")?;
        Ok(index)
    }

    /// Takes the bracket that closes the one at `open`.
    pub(super) fn close(&mut self, open: usize) -> Parsed<()> {
        let square = self.symbol_at(open, Symbol::LeftBracket);
        let (bracket, closing, symbol) =
            if square { ('[', ']', Symbol::RightBracket) } else { ('(', ')', Symbol::RightParen) };
        if self.eat_symbol(symbol) {
            return Ok(());
        }
        if self.closing(open).is_some() {
            return Err(self.unexpected(format!("`{closing}`")));
        }
        let span = self.token(open).map_or_else(Span::default, |token| token.span);
        Err(Box::new(ParseError::UnclosedBracket { bracket, closing, found: self.found(), span, end: self.span() }))
    }

    /// Goes behind the bracket that closes the one here, whatever stands between them.
    pub(super) fn skip_group(&mut self) -> Parsed<()> {
        let open = self.at;
        if let Some(end) = self.closing(open) {
            self.at = end + 1;
            return Ok(());
        }
        self.open()?;
        self.at = self.tokens.len();
        self.close(open)
    }

    /// `item, item, …`, at least one.
    pub(super) fn comma_separated<T>(&mut self, item: fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat_symbol(Symbol::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `(item, item, …)`, at least one.
    pub(super) fn parenthesised_list<T>(&mut self, item: fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let open = self.open()?;
        let items = self.comma_separated(item)?;
        self.close(open)?;
        Ok(items)
    }

    /// What stands here, for messages.
    pub(super) fn found(&self) -> String {
        match self.peek(0) {
            None => "the end of the statement".to_owned(),
            Some(token) => {
                let text = self.text(token);
                let shown: String = text.chars().take(40).collect();
                let more = if shown.len() < text.len() { "…" } else { "" };
                format!("`{}{more}`", shown.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\""))
            }
        }
    }

    pub(super) fn unexpected(&self, expected: impl Into<String>) -> Box<ParseError> {
        self.unexpected_with(expected, None)
    }

    pub(super) fn unexpected_with(&self, expected: impl Into<String>, help: Option<String>) -> Box<ParseError> {
        Box::new(ParseError::Unexpected { expected: expected.into(), found: self.found(), span: self.span(), help })
    }

    pub(super) fn refused<T>(&self, what: &str, span: Span, help: &str) -> Parsed<T> {
        Err(Box::new(ParseError::Refused { what: what.to_owned(), span, help: Some(help.to_owned()) }))
    }

    /// Begins a level of nesting. What it gives goes to [`Self::leave`].
    pub(super) fn enter(&mut self) -> Parsed<usize> {
        if self.depth >= DEPTH_LIMIT {
            return Err(self.too_deep(DEPTH_LIMIT));
        }
        self.depth += 1;
        Ok(self.scope())
    }

    /// Ends a level of nesting, which is one level of the tree.
    pub(super) fn leave(&mut self, outer: usize) -> Parsed<()> {
        self.depth -= 1;
        self.grow()?;
        self.unscope(outer);
        Ok(())
    }

    /// Begins to measure the height of one part among several. What it gives goes to [`Self::unscope`].
    pub(super) fn scope(&mut self) -> usize {
        mem::take(&mut self.height)
    }

    /// The whole is as high as its highest part.
    pub(super) fn unscope(&mut self, outer: usize) {
        self.height = self.height.max(outer);
    }

    /// One more level of the tree above everything that the current scope has read.
    pub(super) fn grow(&mut self) -> Parsed<()> {
        self.height += 1;
        if self.height > HEIGHT_LIMIT { Err(self.too_deep(HEIGHT_LIMIT)) } else { Ok(()) }
    }

    fn too_deep(&self, limit: usize) -> Box<ParseError> {
        Box::new(ParseError::TooDeep { limit, span: self.span() })
    }
}

/// Pairs opening with closing brackets; a bracket of the wrong kind pairs with nothing.
fn matching(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut closing = vec![None; tokens.len()];
    let mut open: Vec<(usize, Symbol)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol(Symbol::LeftParen) => open.push((index, Symbol::RightParen)),
            TokenKind::Symbol(Symbol::LeftBracket) => open.push((index, Symbol::RightBracket)),
            TokenKind::Symbol(symbol @ (Symbol::RightParen | Symbol::RightBracket)) => {
                if let Some((start, _)) = open.pop_if(|(_, wanted)| *wanted == symbol) {
                    closing[start] = Some(index);
                }
            }
            _ => {}
        }
    }
    closing
}
