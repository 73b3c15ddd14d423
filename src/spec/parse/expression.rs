//! Expressions by precedence: OR, AND, NOT, one predicate, `||`, `+ -`, `* / %`, sign, AT TIME ZONE.
//!
//! The order is that of Trino's grammar, where `||` binds more loosely than `+` and a predicate takes
//! no second one behind it (`a = b = c` is a mistake, not a comparison of booleans).

use super::cursor::{Parsed, Parser};
use super::groups::Group;
use crate::source::{Symbol, TokenKind};
use crate::spec::ast::{Arithmetic, Comparison, Expr, ExprKind};

/// How tightly an operator of values binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Concat,
    Add,
    Multiply,
    Sign,
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        let outer = self.enter()?;
        let expr = self.disjunction()?;
        self.leave(outer)?;
        Ok(*expr)
    }

    fn disjunction(&mut self) -> Parsed<Box<Expr>> {
        let first = self.conjunction()?;
        if !self.is("or") {
            return Ok(first);
        }
        let start = first.span;
        let mut operands = vec![*first];
        while self.eat("or") {
            operands.push(*self.conjunction()?);
        }
        self.grow()?;
        Ok(Box::new(Expr { kind: ExprKind::Or(operands), span: self.since(start) }))
    }

    fn conjunction(&mut self) -> Parsed<Box<Expr>> {
        let outer = self.scope();
        let first = self.negation()?;
        let start = first.span;
        let mut expr = first;
        if self.is("and") {
            let mut operands = vec![*expr];
            while self.eat("and") {
                operands.push(*self.negation()?);
            }
            self.grow()?;
            expr = Box::new(Expr { kind: ExprKind::And(operands), span: self.since(start) });
        }
        self.unscope(outer);
        Ok(expr)
    }

    fn negation(&mut self) -> Parsed<Box<Expr>> {
        if !self.is("not") {
            return self.predicate();
        }
        let start = self.span();
        self.advance();
        let outer = self.enter()?;
        let operand = self.negation()?;
        self.leave(outer)?;
        Ok(Box::new(Expr { kind: ExprKind::Not(operand), span: self.since(start) }))
    }

    fn predicate(&mut self) -> Parsed<Box<Expr>> {
        let outer = self.scope();
        let mut expr = self.operand()?;
        if self.begins_predicate() {
            let start = expr.span;
            let kind = self.predicate_behind(expr)?;
            self.grow()?;
            expr = Box::new(Expr { kind, span: self.since(start) });
            if self.begins_predicate() {
                let help = "predicates do not chain: put one of them in parentheses";
                return Err(self.unexpected_with("AND, OR or the end of the expression", Some(help.to_owned())));
            }
        }
        self.refuse_predicate(expr.span)?;
        self.unscope(outer);
        Ok(expr)
    }

    fn begins_predicate(&self) -> bool {
        let behind_not = |word| self.is(word) || self.are(&["not", word]);
        self.comparison().is_some() || self.is("is") || ["between", "in", "like"].into_iter().any(behind_not)
    }

    /// The predicate that stands behind a value.
    fn predicate_behind(&mut self, value: Box<Expr>) -> Parsed<ExprKind> {
        if let Some(comparison) = self.comparison() {
            self.advance();
            return self.comparison_behind(comparison, value);
        }
        if self.eat("is") {
            return self.is_behind(value);
        }
        let negated = self.eat("not");
        if self.eat("between") {
            self.between_behind(negated, value)
        } else if self.eat("like") {
            self.like_behind(negated, value)
        } else {
            self.in_behind(negated, value)
        }
    }

    fn is_behind(&mut self, value: Box<Expr>) -> Parsed<ExprKind> {
        let negated = self.eat("not");
        if self.eat("null") {
            return Ok(ExprKind::IsNull { negated, value });
        }
        if !self.eat_all(&["distinct", "from"]) {
            let help = "x IS [NOT] NULL, x IS [NOT] DISTINCT FROM y";
            return Err(self.unexpected_with("NULL or DISTINCT FROM", Some(help.to_owned())));
        }
        Ok(ExprKind::IsDistinctFrom { negated, left: value, right: self.operand()? })
    }

    fn between_behind(&mut self, negated: bool, value: Box<Expr>) -> Parsed<ExprKind> {
        let low = self.operand()?;
        self.expect("and")?;
        Ok(ExprKind::Between { negated, value, low, high: self.operand()? })
    }

    fn like_behind(&mut self, negated: bool, value: Box<Expr>) -> Parsed<ExprKind> {
        let pattern = self.operand()?;
        let escape = if self.eat("escape") { Some(self.operand()?) } else { None };
        Ok(ExprKind::Like { negated, value, pattern, escape })
    }

    fn in_behind(&mut self, negated: bool, value: Box<Expr>) -> Parsed<ExprKind> {
        self.expect("in")?;
        // A query in two pairs of parentheses is a list of one scalar subquery, for Trino too.
        if self.group_here() == Group::Query {
            return Ok(ExprKind::InQuery { negated, value, query: Box::new(self.parenthesised_query()?) });
        }
        if self.is_symbol(Symbol::Colon) || self.peek(0).is_some_and(|token| matches!(token.kind, TokenKind::Text(_))) {
            let item = self
                .peek(1)
                .filter(|_| self.is_symbol(Symbol::Colon))
                .map_or("'…'".to_owned(), |name| format!(":{}", self.text(name)));
            return Err(self.unexpected_with("`(`", Some(format!("put the list in parentheses: IN ({item})"))));
        }
        Ok(ExprKind::InList { negated, value, list: self.parenthesised_list(Self::expression)? })
    }

    fn comparison_behind(&mut self, comparison: Comparison, left: Box<Expr>) -> Parsed<ExprKind> {
        if ["any", "some", "all"].into_iter().any(|word| self.is(word))
            && self.group_at(self.index() + 1) != Group::Other
        {
            let all = self.is("all");
            self.advance();
            let query = Box::new(self.parenthesised_query()?);
            return Ok(ExprKind::Quantified { comparison, all, left, query });
        }
        Ok(ExprKind::Compare(comparison, left, self.operand()?))
    }

    fn comparison(&self) -> Option<Comparison> {
        match self.peek(0)?.kind {
            TokenKind::Symbol(Symbol::Equal) => Some(Comparison::Equal),
            TokenKind::Symbol(Symbol::NotEqual) => Some(Comparison::NotEqual),
            TokenKind::Symbol(Symbol::Less) => Some(Comparison::Less),
            TokenKind::Symbol(Symbol::LessOrEqual) => Some(Comparison::LessOrEqual),
            TokenKind::Symbol(Symbol::Greater) => Some(Comparison::Greater),
            TokenKind::Symbol(Symbol::GreaterOrEqual) => Some(Comparison::GreaterOrEqual),
            _ => None,
        }
    }

    /// What Trino calls a value expression: anything that needs no predicate or connective.
    pub(super) fn value(&mut self) -> Parsed<Expr> {
        self.value_from(Binding::Concat).map(|expr| *expr)
    }

    /// The same, as an operand. Between the levels of precedence an expression goes in a box: what a debug
    /// build keeps on the stack for a level of nesting is a third of what it would be.
    fn operand(&mut self) -> Parsed<Box<Expr>> {
        self.value_from(Binding::Concat)
    }

    fn value_from(&mut self, loosest: Binding) -> Parsed<Box<Expr>> {
        let outer = self.scope();
        let mut left = self.signed()?;
        while let Some((operator, binding)) = self.arithmetic().filter(|(_, binding)| *binding >= loosest) {
            self.advance();
            let tighter = match binding {
                Binding::Concat => Binding::Add,
                Binding::Add => Binding::Multiply,
                Binding::Multiply | Binding::Sign => Binding::Sign,
            };
            let right = self.value_from(tighter)?;
            self.grow()?;
            let span = self.since(left.span);
            left = Box::new(Expr { kind: ExprKind::Arithmetic(operator, left, right), span });
        }
        self.unscope(outer);
        Ok(left)
    }

    fn arithmetic(&self) -> Option<(Arithmetic, Binding)> {
        match self.peek(0)?.kind {
            TokenKind::Symbol(Symbol::Concat) => Some((Arithmetic::Concat, Binding::Concat)),
            TokenKind::Symbol(Symbol::Plus) => Some((Arithmetic::Add, Binding::Add)),
            TokenKind::Symbol(Symbol::Minus) => Some((Arithmetic::Subtract, Binding::Add)),
            TokenKind::Symbol(Symbol::Star) => Some((Arithmetic::Multiply, Binding::Multiply)),
            TokenKind::Symbol(Symbol::Slash) => Some((Arithmetic::Divide, Binding::Multiply)),
            TokenKind::Symbol(Symbol::Percent) => Some((Arithmetic::Modulus, Binding::Multiply)),
            _ => None,
        }
    }

    fn signed(&mut self) -> Parsed<Box<Expr>> {
        let negative = self.is_symbol(Symbol::Minus);
        if !negative && !self.is_symbol(Symbol::Plus) {
            return self.zoned();
        }
        let start = self.span();
        self.advance();
        let outer = self.enter()?;
        let operand = self.signed()?;
        self.leave(outer)?;
        Ok(Box::new(Expr { kind: ExprKind::Sign(negative, operand), span: self.since(start) }))
    }

    fn zoned(&mut self) -> Parsed<Box<Expr>> {
        let mut expr = self.primary()?;
        while self.are(&["at", "time", "zone"]) {
            self.eat_all(&["at", "time", "zone"]);
            let zone = self.time_zone()?;
            self.grow()?;
            let span = self.since(expr.span);
            expr = Box::new(Expr { kind: ExprKind::AtTimeZone(expr, Box::new(zone)), span });
        }
        Ok(expr)
    }

    /// Trino takes a string or an interval here, nothing that would have to be computed; a parameter
    /// becomes one of them.
    fn time_zone(&mut self) -> Parsed<Expr> {
        if let Some(text) = self.eat_string()? {
            return Ok(Expr { kind: ExprKind::String(text.value), span: text.span });
        }
        if let Some(interval) = self.interval()? {
            return Ok(interval);
        }
        if self.is_symbol(Symbol::Colon) {
            return self.parameter();
        }
        let help =
            "AT TIME ZONE 'Europe/Berlin', AT TIME ZONE INTERVAL '2' HOUR; for a computed zone: at_timezone(x, zone)";
        Err(self.unexpected_with("a time zone in quotes or an interval", Some(help.to_owned())))
    }
}
