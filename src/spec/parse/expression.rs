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
        Ok(expr)
    }

    fn disjunction(&mut self) -> Parsed<Expr> {
        let first = self.conjunction()?;
        if !self.is("or") {
            return Ok(first);
        }
        let start = first.span;
        let mut operands = vec![first];
        while self.eat("or") {
            operands.push(self.conjunction()?);
        }
        self.grow()?;
        Ok(Expr { kind: ExprKind::Or(operands), span: self.since(start) })
    }

    fn conjunction(&mut self) -> Parsed<Expr> {
        let outer = self.scope();
        let first = self.negation()?;
        let start = first.span;
        let mut expr = first;
        if self.is("and") {
            let mut operands = vec![expr];
            while self.eat("and") {
                operands.push(self.negation()?);
            }
            self.grow()?;
            expr = Expr { kind: ExprKind::And(operands), span: self.since(start) };
        }
        self.unscope(outer);
        Ok(expr)
    }

    fn negation(&mut self) -> Parsed<Expr> {
        if !self.is("not") {
            return self.predicate();
        }
        let start = self.span();
        self.advance();
        let outer = self.enter()?;
        let operand = self.negation()?;
        self.leave(outer)?;
        Ok(Expr { kind: ExprKind::Not(Box::new(operand)), span: self.since(start) })
    }

    fn predicate(&mut self) -> Parsed<Expr> {
        let outer = self.scope();
        let value = self.value()?;
        let start = value.span;
        let expr = match self.predicate_behind(value)? {
            Ok(kind) => {
                self.grow()?;
                Expr { kind, span: self.since(start) }
            }
            Err(value) => value,
        };
        self.unscope(outer);
        Ok(expr)
    }

    /// The predicate that stands behind a value; without one the value comes back.
    fn predicate_behind(&mut self, value: Expr) -> Parsed<Result<ExprKind, Expr>> {
        if let Some(comparison) = self.comparison() {
            self.advance();
            return self.comparison_behind(comparison, value).map(Ok);
        }
        if self.eat("is") {
            let negated = self.eat("not");
            let value = Box::new(value);
            if self.eat("null") {
                return Ok(Ok(ExprKind::IsNull { negated, value }));
            }
            if !self.eat_all(&["distinct", "from"]) {
                let help = "x IS [NOT] NULL, x IS [NOT] DISTINCT FROM y";
                return Err(self.unexpected_with("NULL or DISTINCT FROM", Some(help.to_owned())));
            }
            return Ok(Ok(ExprKind::IsDistinctFrom { negated, left: value, right: Box::new(self.value()?) }));
        }
        let behind_not = |word| self.is(word) || self.are(&["not", word]);
        if !["between", "in", "like"].into_iter().any(behind_not) {
            return Ok(Err(value));
        }
        let negated = self.eat("not");
        let value = Box::new(value);
        if self.eat("between") {
            let low = Box::new(self.value()?);
            self.expect("and")?;
            return Ok(Ok(ExprKind::Between { negated, value, low, high: Box::new(self.value()?) }));
        }
        if self.eat("like") {
            let pattern = Box::new(self.value()?);
            let escape = if self.eat("escape") { Some(Box::new(self.value()?)) } else { None };
            return Ok(Ok(ExprKind::Like { negated, value, pattern, escape }));
        }
        self.expect("in")?;
        // A query in two pairs of parentheses is a list of one scalar subquery, for Trino too.
        if self.group_here() == Group::Query {
            return Ok(Ok(ExprKind::InQuery { negated, value, query: Box::new(self.parenthesised_query()?) }));
        }
        Ok(Ok(ExprKind::InList { negated, value, list: self.parenthesised_list(Self::expression)? }))
    }

    fn comparison_behind(&mut self, comparison: Comparison, left: Expr) -> Parsed<ExprKind> {
        let left = Box::new(left);
        if ["any", "some", "all"].into_iter().any(|word| self.is(word))
            && self.group_at(self.index() + 1) != Group::Other
        {
            let all = self.is("all");
            self.advance();
            let query = Box::new(self.parenthesised_query()?);
            return Ok(ExprKind::Quantified { comparison, all, left, query });
        }
        Ok(ExprKind::Compare(comparison, left, Box::new(self.value()?)))
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
        self.value_from(Binding::Concat)
    }

    fn value_from(&mut self, loosest: Binding) -> Parsed<Expr> {
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
            left = Expr { kind: ExprKind::Arithmetic(operator, Box::new(left), Box::new(right)), span };
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

    fn signed(&mut self) -> Parsed<Expr> {
        let negative = self.is_symbol(Symbol::Minus);
        if !negative && !self.is_symbol(Symbol::Plus) {
            return self.zoned();
        }
        let start = self.span();
        self.advance();
        let outer = self.enter()?;
        let operand = self.signed()?;
        self.leave(outer)?;
        Ok(Expr { kind: ExprKind::Sign(negative, Box::new(operand)), span: self.since(start) })
    }

    fn zoned(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        while self.are(&["at", "time", "zone"]) {
            self.eat_all(&["at", "time", "zone"]);
            let zone = self.time_zone()?;
            self.grow()?;
            let span = self.since(expr.span);
            expr = Expr { kind: ExprKind::AtTimeZone(Box::new(expr), Box::new(zone)), span };
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
