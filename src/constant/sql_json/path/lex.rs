//! The tokens of a path, as the longest match finds them.

use std::ops::Range;

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or one of the words of the language, which are no reserved words.
    Word,
    /// `$name`
    Variable,
    /// `1`
    Integer,
    /// `1.5`, `1.`, `.5`
    Decimal,
    /// `1e5`
    Double,
    /// `"…"`, quotes inside doubled.
    Text,
    /// Anything else, by its text; also a character that belongs to no token.
    Sign,
    /// The end of the path.
    End,
}

/// Signs of two characters; each other character is a sign of its own.
const PAIRS: [&str; 8] = ["..", "&&", "||", "==", "<>", "!=", "<=", ">="];

/// The tokens of a path, the last of them its end.
pub(super) fn lex(path: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    loop {
        let rest = &path[start..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\r', '\n', '\t']).len();
        start += blanks;
        let rest = &path[start..];
        let (kind, length) = token(rest);
        tokens.push(Token { kind, text: &rest[..length], start });
        if kind == Kind::End {
            return tokens;
        }
        start += length;
    }
}

fn token(rest: &str) -> (Kind, usize) {
    let Some(first) = rest.chars().next() else { return (Kind::End, 0) };
    let name = |text: &str| {
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if begins { span(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_') } else { 0 }
    };
    if name(rest) > 0 {
        return (Kind::Word, name(rest));
    }
    if let Some(behind) = rest.strip_prefix('$')
        && name(behind) > 0
    {
        return (Kind::Variable, 1 + name(behind));
    }
    if let Some(found) = number(rest) {
        return found;
    }
    if let Some(length) = quoted(rest) {
        return (Kind::Text, length);
    }
    let pair = PAIRS.into_iter().find(|pair| rest.starts_with(pair));
    (Kind::Sign, pair.map_or(first.len_utf8(), str::len))
}

fn span(text: &str, is_such: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_such(*byte)).count()
}

fn number(rest: &str) -> Option<(Kind, usize)> {
    let digits = |from: usize| span(&rest[from..], |byte| byte.is_ascii_digit());
    let whole = digits(0);
    let mut kind = Kind::Integer;
    let mut length = whole;
    if rest[length..].starts_with('.') {
        let fraction = digits(length + 1);
        if whole + fraction > 0 {
            kind = Kind::Decimal;
            length += 1 + fraction;
        }
    }
    if length == 0 {
        return None;
    }
    if rest[length..].starts_with(['e', 'E']) {
        let signed = length + 1 + usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(signed);
        if exponent > 0 {
            return Some((Kind::Double, signed + exponent));
        }
    }
    Some((kind, length))
}

/// How long the string is that begins here, if one does.
fn quoted(rest: &str) -> Option<usize> {
    let mut at = 1;
    rest.strip_prefix('"')?;
    loop {
        at += rest[at..].find('"')? + 1;
        if !rest[at..].starts_with('"') {
            return Some(at);
        }
        at += 1;
    }
}
