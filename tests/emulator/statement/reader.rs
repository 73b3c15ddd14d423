//! A statement's tokens, read from left to right.

use athplan::source::{Source, Span, Symbol, Token, TokenKind, lex};

/// A statement's tokens and how far they are read.
#[derive(Debug, Clone)]
pub struct Reader {
    source: Source,
    tokens: Vec<Token>,
    at: usize,
}

/// The parts of a name with the places where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The parts, lower case, quotes undone, each with its place.
    pub parts: Vec<(String, Span)>,
    /// Whether the first part is in quotes.
    pub quoted: bool,
}

impl Reader {
    /// The tokens of a text.
    pub fn new(text: &str) -> Self {
        let source = Source::new("statement", text);
        let tokens = lex(&source);
        Self { source, tokens, at: 0 }
    }

    /// The next token's place; that of the end if there is none.
    pub fn span(&self) -> Span {
        let end = self.source.text.len();
        self.tokens.get(self.at).map_or(Span::new(end, end), |token| token.span)
    }

    /// The next token's text; `<EOF>` at the end.
    pub fn text(&self) -> &str {
        self.tokens.get(self.at).map_or("<EOF>", |token| self.source.slice(token.span))
    }

    /// Whether all is read.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Whether a token further on is a word.
    pub fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| {
            token.kind == TokenKind::Word && self.source.slice(token.span).eq_ignore_ascii_case(word)
        })
    }

    /// Whether the next token is a symbol.
    pub fn is_symbol(&self, symbol: Symbol) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.kind == TokenKind::Symbol(symbol))
    }

    /// Takes words, all or none.
    pub fn eat(&mut self, words: &[&str]) -> bool {
        let are = words.iter().enumerate().all(|(ahead, word)| self.is_word_at(ahead, word));
        if are {
            self.at += words.len();
        }
        are
    }

    /// Takes a symbol if it is the next token.
    pub fn eat_symbol(&mut self, symbol: Symbol) -> bool {
        let is = self.is_symbol(symbol);
        self.at += usize::from(is);
        is
    }

    /// Passes the next token.
    pub fn advance(&mut self) {
        self.at += 1;
    }

    /// Takes a name of parts with periods between them, each bare or in these quotes: double ones are
    /// none of Hive's, back ticks none of Trino's.
    pub fn name(&mut self, quotes: &[char]) -> Option<Name> {
        let mut name = Name { parts: Vec::new(), quoted: false };
        loop {
            let token = self.tokens.get(self.at)?;
            let part = match &token.kind {
                TokenKind::Word => self.source.slice(token.span).to_lowercase(),
                TokenKind::Name(part, quote) if quotes.contains(quote) => {
                    name.quoted |= name.parts.is_empty();
                    part.to_lowercase()
                }
                // In Hive's statements the lexer takes double quotes for those of a string.
                TokenKind::Text(part) if quotes.contains(&'"') && self.text().starts_with('"') => part.to_lowercase(),
                _ => return None,
            };
            name.parts.push((part, token.span));
            self.at += 1;
            if !self.eat_symbol(Symbol::Period) {
                return Some(name);
            }
        }
    }

    /// Takes a string.
    pub fn string(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at)?;
        let TokenKind::Text(text) = &token.kind else { return None };
        let text = text.clone();
        self.at += 1;
        Some(text)
    }

    /// Takes a number as it is written.
    pub fn number(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at).filter(|token| token.kind == TokenKind::Number)?;
        let text = self.source.slice(token.span).to_owned();
        self.at += 1;
        Some(text)
    }

    /// The places of question marks.
    pub fn markers(&self) -> Vec<Span> {
        let is_marker = |token: &&Token| token.kind == TokenKind::Symbol(Symbol::Other('?'));
        self.tokens.iter().filter(is_marker).map(|token| token.span).collect()
    }

    /// The text up to an offset.
    pub fn up_to(&self, end: usize) -> &str {
        &self.source.text[..end]
    }

    /// Where athplan's own language begins, which no engine knows: `FOREACH row IN`, `:parameter`.
    pub fn own_language(&self) -> Option<Span> {
        (0..self.tokens.len()).find_map(|at| {
            let foreach = self.is_word_at(at, "foreach") && self.is_word_at(at + 2, "in");
            let token = &self.tokens[at];
            let parameter = token.kind == TokenKind::Symbol(Symbol::Colon);
            (foreach || parameter).then_some(token.span)
        })
    }

    /// Whether a name in back ticks stands anywhere.
    pub fn has_back_ticks(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token.kind, TokenKind::Name(_, '`')))
    }

    /// The place of the first word of that spelling.
    pub fn find(&self, word: &str) -> Option<Span> {
        let is =
            |token: &&Token| token.kind == TokenKind::Word && self.source.slice(token.span).eq_ignore_ascii_case(word);
        self.tokens.iter().find(is).map(|token| token.span)
    }

    /// The place of an `AS` outside brackets with a query behind it, as in CREATE TABLE … AS.
    pub fn as_query(&self) -> Option<Span> {
        let mut depth = 0_usize;
        let found = (self.at..self.tokens.len()).find(|at| {
            match self.tokens[*at].kind {
                TokenKind::Symbol(Symbol::LeftParen) => depth += 1,
                TokenKind::Symbol(Symbol::RightParen) => depth = depth.saturating_sub(1),
                _ => {}
            }
            let ahead = at - self.at;
            depth == 0 && self.is_word_at(ahead, "as") && self.begins_query(ahead + 1)
        });
        found.map(|at| self.tokens[at].span)
    }

    /// Whether a query begins at a token further on.
    pub fn begins_query(&self, ahead: usize) -> bool {
        let opens = self.tokens.get(self.at + ahead).map(|token| &token.kind);
        opens == Some(&TokenKind::Symbol(Symbol::LeftParen))
            || ["select", "with", "values", "table"].iter().any(|word| self.is_word_at(ahead, word))
    }

    /// Whether a word with a string behind it stands anywhere, as a clause of DDL does.
    pub fn has_clause(&self, word: &str) -> bool {
        (self.at..self.tokens.len()).any(|at| {
            let text = self.tokens.get(at + 1).map(|token| &token.kind);
            self.is_word_at(at - self.at, word) && matches!(text, Some(TokenKind::Text(_)))
        })
    }

    /// Where the first `/* */` begins that stands before an offset.
    pub fn block_comment_before(&self, end: usize) -> Option<usize> {
        let mut from = 0;
        for token in &self.tokens {
            if let Some(at) = comment(&self.source.text, from, token.span.start).filter(|at| *at < end) {
                return Some(at);
            }
            from = token.span.end;
        }
        comment(&self.source.text, from, self.source.text.len()).filter(|at| *at < end)
    }

    /// `line:column` of an offset, both from 1, the column in UTF-16 units.
    pub fn position(&self, offset: usize) -> String {
        position(&self.source.text, offset)
    }
}

/// `line:column` of an offset of a text, both from 1, the column in UTF-16 units.
pub fn position(text: &str, offset: usize) -> String {
    let before = &text[..offset.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |tail| tail.encode_utf16().count()) + 1;
    format!("{line}:{column}")
}

/// Where `/*` begins in what lies between two tokens; not in a comment to the end of a line.
fn comment(text: &str, from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    while at < to {
        let rest = &text[at..to];
        if rest.starts_with("/*") {
            return Some(at);
        }
        at += if rest.starts_with("--") { rest.find('\n').unwrap_or(rest.len()) } else { 1 };
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    None
}
