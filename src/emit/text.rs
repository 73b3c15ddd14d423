//! What the user's text needs around it when it is put somewhere else.

use super::sql::Sql;
use crate::source::{Source, Span, Symbol, TokenKind, lex};

/// Whether one pair of parentheses encloses the whole text: `(a OR b)` and not `(a) OR (b)`.
pub(super) fn enclosed(source: &Source, span: Span) -> bool {
    let part = Source::new("", source.slice(span));
    let tokens = lex(&part);
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol(Symbol::LeftParen) => depth += 1,
            TokenKind::Symbol(Symbol::RightParen) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at > 0 && at + 1 == tokens.len();
        }
    }
    false
}

/// A query's text, written from the text under `span`, in exactly the parentheses it needs.
pub(super) fn parenthesised(source: &Source, span: Span, text: &Sql) -> Sql {
    if enclosed(source, span) {
        return text.clone();
    }
    let mut wrapped = Sql::text("(");
    wrapped.append(text).push(")");
    wrapped
}

/// A query's text, written from the text under `span`, as an operand of a set operator or as all of a
/// statement: there no WITH may stand in parentheses.
pub(super) fn operand(source: &Source, span: Span, text: Sql) -> Sql {
    let part = Source::new("", source.slice(span));
    let first = lex(&part).into_iter().find(|token| token.kind != TokenKind::Symbol(Symbol::LeftParen));
    let begins_with = first.is_some_and(|token| part.slice(token.span).eq_ignore_ascii_case("with"));
    if !begins_with || !enclosed(source, span) {
        return text;
    }
    let mut wrapped = Sql::text("SELECT * FROM ");
    wrapped.append(&text);
    wrapped
}

/// The place of the token before a place.
pub(super) fn token_before(source: &Source, at: usize) -> Option<Span> {
    let before = Source::new("", &source.text[..at]);
    lex(&before).last().map(|token| token.span)
}

/// Whether the first token between two places is a comma.
pub(super) fn comma_between(source: &Source, from: usize, to: usize) -> bool {
    let between = Source::new("", source.text.get(from..to).unwrap_or_default());
    lex(&between).first().is_some_and(|token| token.kind == TokenKind::Symbol(Symbol::Comma))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pair_around_everything_encloses() {
        let is_enclosed = |text: &str| enclosed(&Source::new("", text), Span::new(0, text.len()));
        for text in ["(a)", "(a OR (b))", "((a))", "( /* ) */ a OR ')' )"] {
            assert!(is_enclosed(text), "{text}");
        }
        for text in ["a", "(a) OR (b)", "", "f(a)", "(a"] {
            assert!(!is_enclosed(text), "{text}");
        }
    }
}
