//! What a pair of parentheses holds, told before it is read.
//!
//! `((SELECT 1) + 1)`, `((SELECT 1) UNION (SELECT 2))` and `((SELECT 1) t JOIN u ON …)` begin alike.
//! Reading one and going back when it fails would cost twice the time at each level; the token behind
//! the innermost parenthesis decides instead.

use super::cursor::{DEPTH_LIMIT, Parser};
use crate::source::Symbol;

/// What a pair of parentheses holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// A query.
    Query,
    /// Nothing but another pair of parentheses that holds a query.
    NestedQuery,
    /// Something else, or there are no parentheses.
    Other,
}

impl Parser<'_> {
    /// What the parentheses that open here hold.
    pub(super) fn group_here(&self) -> Group {
        self.group_at(self.index())
    }

    /// What the parentheses that open at `outer` hold.
    pub(super) fn group_at(&self, outer: usize) -> Group {
        let mut inner = outer;
        // More parentheses than the limit are refused while they are read, whatever they hold.
        while inner - outer <= DEPTH_LIMIT && self.symbol_at(inner, Symbol::LeftParen) {
            inner += 1;
        }
        if inner == outer || !self.begins_query(inner) {
            return Group::Other;
        }
        // The parentheses nearest to the query hold it; the others do if they hold only those before
        // them, or a query that begins with them.
        let mut open = inner - 1;
        let mut group = Group::Query;
        while open > outer {
            let Some(end) = self.closing(open) else {
                // Unclosed: read as a query, whose reader points to the parenthesis.
                return Group::Query;
            };
            open -= 1;
            group = if self.closing(open) == Some(end + 1) {
                Group::NestedQuery
            } else if self.continues_query(end + 1) {
                Group::Query
            } else {
                return Group::Other;
            };
        }
        group
    }

    /// Whether a query begins at a token, parentheses aside.
    pub(super) fn begins_query(&self, index: usize) -> bool {
        ["select", "with", "values"].into_iter().any(|word| self.word_at(index, word))
            || (self.word_at(index, "table") && !self.symbol_at(index + 1, Symbol::LeftParen))
            || self.begins_foreach(index)
    }

    /// FOREACH is no reserved word: it begins a query only in front of a name and IN.
    pub(super) fn begins_foreach(&self, index: usize) -> bool {
        self.word_at(index, "foreach") && self.name_at(index + 1)
    }

    /// Whether a token goes on with the query before it.
    fn continues_query(&self, index: usize) -> bool {
        let words = ["union", "intersect", "except", "order", "limit", "offset", "fetch"];
        words.into_iter().any(|word| self.word_at(index, word))
    }

    /// Whether a token goes on with the expression before it.
    pub(super) fn continues_expression(&self, index: usize) -> bool {
        let words = ["and", "or", "not", "is", "in", "between", "like", "at"];
        let symbols = [
            Symbol::Plus,
            Symbol::Minus,
            Symbol::Star,
            Symbol::Slash,
            Symbol::Percent,
            Symbol::Concat,
            Symbol::Equal,
            Symbol::NotEqual,
            Symbol::Less,
            Symbol::LessOrEqual,
            Symbol::Greater,
            Symbol::GreaterOrEqual,
            Symbol::Period,
            Symbol::LeftBracket,
            Symbol::Arrow,
        ];
        words.into_iter().any(|word| self.word_at(index, word))
            || symbols.into_iter().any(|symbol| self.symbol_at(index, symbol))
    }
}
