//! Text that the binder does not know and passes on verbatim: whether it speaks of a driver row.
//!
//! Such text cannot be edited, since nothing in it is bound. A row's name in it would reach the
//! engine as it stands, and mean nothing or something else there.

use super::walk::{queries, relations};
use crate::bind::query::{Query, RelationKind};
use crate::source::{Source, Span, Symbol, TokenKind, lex};

/// The first opaque part of a query, or of a query inside it, in which one of `rows` stands as a
/// qualifier: what it is, and where.
pub(super) fn opaque_use(source: &Source, query: &Query, rows: &[&str]) -> Option<(String, Span)> {
    let mut found = None;
    let mut look = |what: &str, span: Span| {
        if found.is_none() && names_one(source, span, rows) {
            found = Some((what.to_owned(), span));
        }
    };
    for relation in relations(query) {
        if let RelationKind::Opaque(what) = &relation.kind {
            look(what, relation.span);
        }
    }
    found.or_else(|| queries(query).into_iter().find_map(|inner| opaque_use(source, inner, rows)))
}

fn names_one(source: &Source, span: Span, rows: &[&str]) -> bool {
    let part = Source::new("", source.slice(span));
    let tokens = lex(&part);
    tokens.windows(2).any(|pair| {
        let name = match &pair[0].kind {
            TokenKind::Word => part.slice(pair[0].span).to_lowercase(),
            TokenKind::Name(name, _) => name.to_lowercase(),
            _ => return false,
        };
        pair[1].kind == TokenKind::Symbol(Symbol::Period) && rows.contains(&name.as_str())
    })
}
