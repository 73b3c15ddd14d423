//! Text to tokens, exactly as Trino and Athena's Hive DDL cut it.
//!
//! What athplan takes for a comment or a string must be one for the engine too: text that it has not
//! understood is sent verbatim. So this follows Trino's lexical rules to the letter (a comment ends at
//! a carriage return too, only four characters are white space, names are ASCII), and it knows that
//! `CREATE EXTERNAL`, `ALTER` and `DROP` statements are Hive's, where `"…"` is a string and a
//! backslash escapes. A tokenizer for one dialect at a time can do neither.

use super::{Fault, Source, Span, Symbol, Token, TokenKind};

/// Cuts a text into tokens. What is no token is a [`TokenKind::Bad`], so that one unclosed string does
/// not hide the mistakes before it.
pub fn lex(source: &Source) -> Vec<Token> {
    let mut lexer = Lexer { text: &source.text, at: 0, grammar: Grammar::Unknown, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

/// Which language the current statement is in, as far as its first words have told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grammar {
    Unknown,
    Create,
    Trino,
    Hive,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    grammar: Grammar,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = Span::new(self.at, self.at + length);
        self.at = span.end;
        self.tokens.push(Token { kind, span });
    }

    /// Reads one token, comment or stretch of white space; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        match first {
            ' ' | '\t' | '\r' | '\n' => {
                self.at += rest.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(rest.len());
            }
            '-' if rest.starts_with("--") => self.at += rest.find(['\r', '\n']).unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => match rest.get(2..).and_then(|inner| inner.find("*/")) {
                Some(end) => self.at += end + 4,
                None => self.push(TokenKind::Bad(Fault::UnclosedComment), rest.len()),
            },
            'x' | 'X' if rest[1..].starts_with('\'') => self.quoted(1, '\'', Fault::UnclosedText, TokenKind::Binary),
            'u' | 'U' if rest[1..].starts_with("&'") => {
                self.quoted(2, '\'', Fault::UnclosedText, TokenKind::UnicodeText);
            }
            '\'' | '"' if self.grammar == Grammar::Hive => self.hive_text(first),
            '\'' => self.quoted(0, '\'', Fault::UnclosedText, TokenKind::Text),
            '"' | '`' => self.quoted(0, first, Fault::UnclosedName, |name| TokenKind::Name(name, first)),
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            '0'..='9' => self.number(),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            _ => self.symbol(first),
        }
        true
    }

    fn word(&mut self) {
        let length = word_length(self.rest());
        let word = &self.rest()[..length];
        self.grammar = match self.grammar {
            Grammar::Unknown if word.eq_ignore_ascii_case("create") => Grammar::Create,
            Grammar::Unknown if word.eq_ignore_ascii_case("alter") || word.eq_ignore_ascii_case("drop") => {
                Grammar::Hive
            }
            Grammar::Create if word.eq_ignore_ascii_case("external") => Grammar::Hive,
            Grammar::Hive => Grammar::Hive,
            _ => Grammar::Trino,
        };
        self.push(TokenKind::Word, length);
    }

    /// A literal that doubles its quote to contain it, behind a prefix of `prefix` bytes.
    fn quoted(&mut self, prefix: usize, quote: char, fault: Fault, kind: impl FnOnce(String) -> TokenKind) {
        let rest = self.rest();
        let inner = &rest[prefix + 1..];
        let mut value = String::new();
        let mut at = 0;
        while let Some(length) = inner[at..].find(quote) {
            value.push_str(&inner[at..at + length]);
            at += length + 1;
            if !inner[at..].starts_with(quote) {
                return self.push(kind(value), prefix + 1 + at);
            }
            value.push(quote);
            at += 1;
        }
        self.push(TokenKind::Bad(fault), rest.len());
    }

    /// A string of Hive's, in which a backslash escapes.
    fn hive_text(&mut self, quote: char) {
        let rest = self.rest();
        let mut value = String::new();
        let mut at = 1;
        while let Some(next) = rest[at..].chars().next() {
            at += next.len_utf8();
            if next == quote {
                return self.push(TokenKind::Text(value), at);
            }
            if next == '\\' {
                at += hive_escape(&rest[at..], &mut value);
            } else {
                value.push(next);
            }
        }
        self.push(TokenKind::Bad(Fault::UnclosedText), rest.len());
    }

    fn number(&mut self) {
        let bytes = self.rest().as_bytes();
        let mut at = digits(bytes, 0);
        if bytes.get(at) == Some(&b'.') {
            at = digits(bytes, at + 1);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
                at = digits(bytes, at + 1 + sign);
            }
        }
        match word_length(&self.rest()[at..]) {
            0 => self.push(TokenKind::Number, at),
            length => self.push(TokenKind::Bad(Fault::NumberRunsIntoName), at + length),
        }
    }

    fn symbol(&mut self, first: char) {
        let second = self.rest()[first.len_utf8()..].chars().next();
        let (symbol, length) = match (first, second) {
            ('|', Some('|')) => (Symbol::Concat, 2),
            ('<', Some('>')) | ('!', Some('=')) => (Symbol::NotEqual, 2),
            ('<', Some('=')) => (Symbol::LessOrEqual, 2),
            ('>', Some('=')) => (Symbol::GreaterOrEqual, 2),
            ('-', Some('>')) => (Symbol::Arrow, 2),
            ('=', Some('>')) => (Symbol::FatArrow, 2),
            ('(', _) => (Symbol::LeftParen, 1),
            (')', _) => (Symbol::RightParen, 1),
            ('[', _) => (Symbol::LeftBracket, 1),
            (']', _) => (Symbol::RightBracket, 1),
            (',', _) => (Symbol::Comma, 1),
            (';', _) => (Symbol::Semicolon, 1),
            ('.', _) => (Symbol::Period, 1),
            (':', _) => (Symbol::Colon, 1),
            ('+', _) => (Symbol::Plus, 1),
            ('-', _) => (Symbol::Minus, 1),
            ('*', _) => (Symbol::Star, 1),
            ('/', _) => (Symbol::Slash, 1),
            ('%', _) => (Symbol::Percent, 1),
            ('=', _) => (Symbol::Equal, 1),
            ('<', _) => (Symbol::Less, 1),
            ('>', _) => (Symbol::Greater, 1),
            ('?' | '|' | '^' | '$' | '{' | '}', _) => (Symbol::Other(first), 1),
            _ => return self.push(TokenKind::Bad(Fault::Character(first)), first.len_utf8()),
        };
        if symbol == Symbol::Semicolon {
            self.grammar = Grammar::Unknown;
        } else if self.grammar == Grammar::Unknown {
            self.grammar = Grammar::Trino;
        }
        self.push(TokenKind::Symbol(symbol), length);
    }
}

/// The length of the name or keyword at the text's beginning.
fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// Where the digits that begin at `at` end; a single underscore may stand between two.
fn digits(bytes: &[u8], mut at: usize) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    while digit(at) || (bytes.get(at) == Some(&b'_') && at > 0 && digit(at - 1) && digit(at + 1)) {
        at += 1;
    }
    at
}

/// Undoes one escape of Hive's and gives the length of what stands behind the backslash.
fn hive_escape(rest: &str, value: &mut String) -> usize {
    let coded = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    if let Some(unicode) = rest.strip_prefix('u').and_then(|code| coded(code.get(..4)?, 16)) {
        value.push(unicode);
        return 5;
    }
    if let Some(octal) = rest.get(..3).filter(|code| code.starts_with(['0', '1'])).and_then(|code| coded(code, 8)) {
        value.push(octal);
        return 3;
    }
    let Some(escaped) = rest.chars().next() else {
        return 0;
    };
    match escaped {
        '0' => value.push('\0'),
        'b' => value.push('\u{8}'),
        'n' => value.push('\n'),
        'r' => value.push('\r'),
        't' => value.push('\t'),
        'Z' => value.push('\u{1A}'),
        // The wildcards of LIKE keep their backslash, so that a pattern may escape them itself.
        '%' | '_' => value.extend(['\\', escaped]),
        other => value.push(other),
    }
    escaped.len_utf8()
}
