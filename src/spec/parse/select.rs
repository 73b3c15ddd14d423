//! The SELECT block: select list, FROM to WINDOW.

use super::cursor::{Parsed, Parser};
use super::groups::Group;
use crate::source::{Symbol, TokenKind};
use crate::spec::ast::{Expr, GroupBy, GroupingElement, Ident, Select, SelectItem, WindowSpec};

impl Parser<'_> {
    pub(super) fn select(&mut self) -> Parsed<Box<Select>> {
        let start = self.span();
        self.expect("select")?;
        let distinct = self.set_quantifier();
        self.refuse_top()?;
        let items = self.comma_separated(Self::select_item)?;
        let from = if self.eat("from") { self.comma_separated(Self::relation)? } else { Vec::new() };
        let filter = if self.eat("where") { Some(self.expression()?) } else { None };
        let group_by = if self.is("group") { Some(self.group_by()?) } else { None };
        let having = if self.eat("having") { Some(self.expression()?) } else { None };
        let windows = if self.clause_begins() && self.eat("window") {
            self.comma_separated(Self::window_definition)?
        } else {
            Vec::new()
        };
        let span = self.since(start);
        Ok(Box::new(Select { distinct, items, from, filter, group_by, having, windows, span }))
    }

    fn select_item(&mut self) -> Parsed<SelectItem> {
        let start = self.span();
        if self.eat_symbol(Symbol::Star) {
            return Ok(SelectItem::Star(start));
        }
        let expr = self.expression()?;
        if self.is_symbol(Symbol::Period) && self.last_primary == expr.span {
            self.advance();
            self.expect_symbol(Symbol::Star, "*")?;
            let aliases = if self.eat("as") { self.names()? } else { Vec::new() };
            return Ok(SelectItem::QualifiedStar { target: expr, aliases, span: self.since(start) });
        }
        let alias = self.optional_alias()?;
        Ok(SelectItem::Expr { expr, alias, span: self.since(start) })
    }

    /// `[AS] name`, if it stands here.
    pub(super) fn optional_alias(&mut self) -> Parsed<Option<Ident>> {
        if self.eat("as") {
            return self.ident().map(Some);
        }
        if self.name_at(self.index()) && !self.clause_begins() {
            return self.ident().map(Some);
        }
        Ok(None)
    }

    /// Whether the word here begins a clause, although it could be a name.
    pub(super) fn clause_begins(&self) -> bool {
        let next = self.index() + 1;
        let count = || {
            self.symbol_at(next, Symbol::Colon)
                || self.symbol_at(next, Symbol::Other('?'))
                || self.token(next).is_some_and(|token| token.kind == TokenKind::Number)
        };
        (self.is("limit") && (count() || self.word_at(next, "all")))
            || (self.is("offset") && count())
            || (self.is("fetch") && (self.word_at(next, "first") || self.word_at(next, "next")))
            || (self.is("window") && self.name_at(next) && self.word_at(next + 1, "as"))
            || (self.is("tablesample") && (self.word_at(next, "bernoulli") || self.word_at(next, "system")))
            || (self.is("match_recognize") && self.symbol_at(next, Symbol::LeftParen))
    }

    fn window_definition(&mut self) -> Parsed<(Ident, WindowSpec)> {
        let name = self.ident()?;
        self.expect("as")?;
        Ok((name, self.window_spec()?))
    }

    fn group_by(&mut self) -> Parsed<GroupBy> {
        let start = self.span();
        self.expect_all(&["group", "by"])?;
        let distinct = self.set_quantifier();
        let auto = self.is("auto") && !self.symbol_at(self.index() + 1, Symbol::Comma);
        let elements = if auto && !self.continues_expression(self.index() + 1) {
            self.advance();
            vec![GroupingElement::Auto]
        } else {
            self.comma_separated(Self::grouping_element)?
        };
        Ok(GroupBy { distinct, elements, span: self.since(start) })
    }

    fn grouping_element(&mut self) -> Parsed<GroupingElement> {
        if self.eat("rollup") {
            return self.grouping_sets().map(GroupingElement::Rollup);
        }
        if self.eat("cube") {
            return self.grouping_sets().map(GroupingElement::Cube);
        }
        if self.eat_all(&["grouping", "sets"]) {
            return self.grouping_sets().map(GroupingElement::Sets);
        }
        self.grouping_set().map(GroupingElement::Simple)
    }

    fn grouping_sets(&mut self) -> Parsed<Vec<Vec<Expr>>> {
        let open = self.open()?;
        let sets =
            if self.is_symbol(Symbol::RightParen) { Vec::new() } else { self.comma_separated(Self::grouping_set)? };
        self.close(open)?;
        Ok(sets)
    }

    /// `(a, b)`, `()` or one expression. `(a, b)` is a set of columns here, never a row value.
    fn grouping_set(&mut self) -> Parsed<Vec<Expr>> {
        let open = self.index();
        let whole = self.closing(open).is_some_and(|end| !self.continues_expression(end + 1));
        if !self.is_symbol(Symbol::LeftParen) || !whole || self.group_here() != Group::Other {
            return Ok(vec![self.expression()?]);
        }
        self.advance();
        let columns =
            if self.is_symbol(Symbol::RightParen) { Vec::new() } else { self.comma_separated(Self::expression)? };
        self.close(open)?;
        Ok(columns)
    }
}
