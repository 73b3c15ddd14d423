//! Queries: WITH, set operations, ORDER BY to LIMIT, and FOREACH wherever a query may begin.

use super::cursor::{Parsed, Parser};
use super::groups::Group;
use crate::source::{Span, Symbol, TokenKind};
use crate::spec::ParseError;
use crate::spec::ast::{Cte, Expr, ExprKind, Foreach, Query, QueryBody, SetOperation, SetOperator, SortItem, Values};

/// `ORDER BY`, `OFFSET`, `LIMIT` as they stand behind a query's body.
#[derive(Default)]
struct Tail {
    order_by: Vec<SortItem>,
    offset: Option<Expr>,
    limit: Option<Expr>,
    with_ties: bool,
    fetch: bool,
}

impl Parser<'_> {
    /// A query, with or without parentheses.
    pub(super) fn query(&mut self) -> Parsed<Query> {
        let outer = self.enter()?;
        let start = self.span();
        let mut with = Vec::new();
        let mut recursive = false;
        if self.eat("with") {
            recursive = self.eat("recursive");
            with = self.comma_separated(Self::cte)?;
        }
        let body = self.query_body()?;
        let tail_at = self.index();
        let tail = self.tail()?;
        self.leave(outer)?;
        match body {
            // Parentheses around the whole are part of the query inside.
            QueryBody::Query(inner) if with.is_empty() && self.index() == tail_at => Ok(*inner),
            body => {
                let Tail { order_by, offset, limit, with_ties, fetch } = tail;
                Ok(Query { recursive, with, body, order_by, offset, limit, with_ties, fetch, span: self.since(start) })
            }
        }
    }

    /// `(query)` where more parentheses may stand around it, even around a WITH: as an item of FROM and
    /// as a value.
    pub(super) fn nested_query(&mut self) -> Parsed<Query> {
        if self.group_here() != Group::NestedQuery {
            return self.parenthesised_query();
        }
        let outer = self.enter()?;
        let start = self.span();
        let open = self.open()?;
        let mut query = self.nested_query()?;
        self.close(open)?;
        self.leave(outer)?;
        query.span = self.since(start);
        Ok(query)
    }

    /// `(query)`; the parentheses are part of its span.
    pub(super) fn parenthesised_query(&mut self) -> Parsed<Query> {
        let start = self.span();
        let open = self.open()?;
        let mut query = self.query()?;
        self.close(open)?;
        query.span = self.since(start);
        Ok(query)
    }

    fn cte(&mut self) -> Parsed<Cte> {
        let start = self.span();
        let name = self.ident()?;
        let columns = if self.is_symbol(Symbol::LeftParen) { self.names()? } else { Vec::new() };
        self.expect("as")?;
        let query = self.parenthesised_query()?;
        Ok(Cte { name, columns, query, span: self.since(start) })
    }

    /// Terms joined by UNION and EXCEPT, which bind alike and from the left.
    fn query_body(&mut self) -> Parsed<QueryBody> {
        let outer = self.scope();
        let start = self.span();
        let mut left = self.query_term()?;
        loop {
            let operator = if self.eat("union") {
                SetOperator::Union
            } else if self.eat("except") {
                SetOperator::Except
            } else {
                self.unscope(outer);
                return Ok(left);
            };
            left = self.set_operation(left, operator, start, Self::query_term)?;
        }
    }

    /// Queries joined by INTERSECT, which binds tighter than the other set operators.
    fn query_term(&mut self) -> Parsed<QueryBody> {
        let outer = self.scope();
        let start = self.span();
        let mut left = self.query_primary()?;
        while self.eat("intersect") {
            left = self.set_operation(left, SetOperator::Intersect, start, Self::query_primary)?;
        }
        self.unscope(outer);
        Ok(left)
    }

    /// What follows a set operator. A chain of one kind of UNION is one operation, however long: its order
    /// does not matter, so that the tree need not be as high as the chain is long.
    fn set_operation(
        &mut self,
        left: QueryBody,
        operator: SetOperator,
        start: Span,
        term: fn(&mut Self) -> Parsed<QueryBody>,
    ) -> Parsed<QueryBody> {
        let all = self.all_or_distinct();
        let mut operation = match left {
            QueryBody::SetOperation(chain)
                if operator == SetOperator::Union && (chain.operator, chain.all) == (operator, all) =>
            {
                chain
            }
            left => {
                self.grow()?;
                Box::new(SetOperation { operator, all, terms: vec![left], span: start })
            }
        };
        let outer = self.scope();
        operation.terms.push(term(self)?);
        self.grow()?;
        self.unscope(outer);
        operation.span = self.since(start);
        Ok(QueryBody::SetOperation(operation))
    }

    fn all_or_distinct(&mut self) -> bool {
        self.eat("all") || {
            self.eat("distinct");
            false
        }
    }

    fn query_primary(&mut self) -> Parsed<QueryBody> {
        if self.is("select") {
            self.select().map(QueryBody::Select)
        } else if self.is("values") {
            self.values()
        } else if self.eat("table") {
            self.object_name().map(QueryBody::Table)
        } else if self.is_symbol(Symbol::LeftParen) {
            if self.word_at(self.index() + 1, "with") {
                let with = self.peek(1).map_or_else(|| self.span(), |token| token.span);
                let help = "write SELECT * FROM (WITH …), or put WITH in front of the whole query";
                return self.refused("WITH in parentheses that are no subquery", with, help);
            }
            self.parenthesised_query().map(Box::new).map(QueryBody::Query)
        } else if self.is("foreach") {
            self.foreach().map(QueryBody::Foreach)
        } else {
            self.refuse_for_each()?;
            Err(self.unexpected("a query"))
        }
    }

    fn values(&mut self) -> Parsed<QueryBody> {
        let start = self.span();
        self.expect("values")?;
        let rows = self.comma_separated(Self::values_row)?;
        Ok(QueryBody::Values(Values { rows, span: self.since(start) }))
    }

    /// A row of VALUES. A row value is spread over columns, anything else is one column.
    fn values_row(&mut self) -> Parsed<Vec<Expr>> {
        let row = self.expression()?;
        Ok(match row.kind {
            ExprKind::Row(items) => items,
            _ => vec![row],
        })
    }

    fn foreach(&mut self) -> Parsed<Box<Foreach>> {
        let outer = self.enter()?;
        let start = self.span();
        self.advance();
        let row = self.ident_for("the row's name")?;
        self.expect("in")?;
        if self.name_at(self.index())
            && let Some(token) = self.peek(0)
        {
            let table = self.text(token);
            let help = format!("a driver is a query: FOREACH {} IN (SELECT * FROM {table}) …", row.name);
            return Err(self.unexpected_with("`(`", Some(help)));
        }
        let driver = self.parenthesised_query()?;
        let body = self.foreach_body()?;
        self.leave(outer)?;
        Ok(Box::new(Foreach { row, driver, body, span: self.since(start) }))
    }

    fn foreach_body(&mut self) -> Parsed<Query> {
        if self.is_symbol(Symbol::LeftParen) {
            return self.parenthesised_query();
        }
        if !self.is("select") && !self.begins_foreach(self.index()) {
            return Err(if self.begins_query(self.index()) {
                Box::new(ParseError::ForeachBody { found: self.found().replace('`', ""), span: self.span() })
            } else {
                self.unexpected("the body: SELECT …, FOREACH …, or a query in parentheses")
            });
        }
        let start = self.span();
        let body = self.query_primary()?;
        let clauses = ["order", "offset", "limit", "fetch", "union", "intersect", "except"];
        if let Some(clause) = clauses.into_iter().find(|clause| self.is(clause)) {
            let what = if clause == "order" { "ORDER BY".to_owned() } else { clause.to_uppercase() };
            return Err(Box::new(ParseError::BodyNeedsParentheses { what, span: self.span() }));
        }
        Ok(Query {
            recursive: false,
            with: Vec::new(),
            body,
            order_by: Vec::new(),
            offset: None,
            limit: None,
            with_ties: false,
            fetch: false,
            span: self.since(start),
        })
    }

    fn tail(&mut self) -> Parsed<Tail> {
        let mut tail = Tail::default();
        if self.is("order") {
            tail.order_by = self.order_by()?;
        }
        if self.eat("offset") {
            tail.offset = Some(self.row_count()?);
            if !self.eat("rows") {
                self.eat("row");
            }
        }
        if self.eat("limit") {
            if !self.eat("all") {
                tail.limit = Some(self.row_count()?);
            }
            if self.is("offset") {
                let help = "OFFSET comes before LIMIT: OFFSET 10 LIMIT 5";
                return Err(self.unexpected_with("the end of the query", Some(help.to_owned())));
            }
        } else if self.eat("fetch") {
            if !self.eat("first") {
                self.expect("next").map_err(|_| self.unexpected("FIRST or NEXT"))?;
            }
            if self.is("row") || self.is("rows") {
                let help = "write it out: FETCH FIRST 1 ROW ONLY";
                return self.refused("FETCH without a number of rows", self.span(), help);
            }
            tail.limit = Some(self.row_count()?);
            if !self.eat("rows") {
                self.expect("row").map_err(|_| self.unexpected("ROW or ROWS"))?;
            }
            tail.fetch = true;
            tail.with_ties = self.eat_all(&["with", "ties"]);
            if !tail.with_ties {
                self.expect("only").map_err(|_| self.unexpected("ONLY or WITH TIES"))?;
            }
        }
        Ok(tail)
    }

    /// A number of rows: a whole number or a parameter.
    fn row_count(&mut self) -> Parsed<Expr> {
        if self.is_symbol(Symbol::Colon) {
            return self.parameter();
        }
        match self.peek(0) {
            Some(token) if token.kind == TokenKind::Number && self.text(token).bytes().all(|b| b.is_ascii_digit()) => {
                self.advance();
                Ok(Expr { kind: ExprKind::Number(self.text(token).to_owned()), span: token.span })
            }
            _ => Err(self.unexpected("a number of rows")),
        }
    }
}
