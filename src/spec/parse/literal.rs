//! Literals with a type before them: `DATE '…'`, `INTERVAL '…' DAY`.

use super::cursor::{Parsed, Parser};
use super::slip::interval_in_words;
use crate::source::{Span, Symbol, TokenKind};
use crate::spec::ast::{Expr, ExprKind, IntervalUnit};

impl Parser<'_> {
    /// `type 'text'`, if it stands here. What the text fixes (a timestamp's precision, its zone) is not
    /// in the type's name.
    pub(super) fn typed_literal(&mut self) -> Parsed<Option<Expr>> {
        let start = self.span();
        let text_at = |index| {
            self.token(index).is_some_and(|token| matches!(token.kind, TokenKind::Text(_) | TokenKind::UnicodeText(_)))
        };
        if !self.name_at(self.index())
            || !(text_at(self.index() + 1) || (self.are(&["double", "precision"]) && text_at(self.index() + 2)))
        {
            return Ok(None);
        }
        let ty = self.type_name()?;
        let text = self.string_for("the value in quotes")?;
        Ok(Some(Expr { kind: ExprKind::Typed(ty, text), span: self.since(start) }))
    }

    /// `INTERVAL [sign] 'value' unit [TO unit]`, if it stands here.
    pub(super) fn interval(&mut self) -> Parsed<Option<Expr>> {
        let sign = [Symbol::Plus, Symbol::Minus].into_iter().find(|sign| self.symbol_at(self.index() + 1, *sign));
        let value_at = self.index() + 1 + usize::from(sign.is_some());
        let quoted = self
            .token(value_at)
            .is_some_and(|token| matches!(token.kind, TokenKind::Text(_) | TokenKind::UnicodeText(_)));
        self.refuse_bare_interval()?;
        if !self.is("interval") || !quoted {
            return Ok(None);
        }
        let start = self.span();
        self.advance();
        let negative = self.is_symbol(Symbol::Minus);
        if sign.is_some() {
            self.advance();
        }
        let value = self.string_for("the interval's value in quotes")?;
        let from = self.interval_unit(start, &value.value)?;
        let to = if self.eat("to") { Some(self.interval_unit(start, "")?) } else { None };
        Ok(Some(Expr { kind: ExprKind::Interval { negative, value, from, to }, span: self.since(start) }))
    }

    /// The unit behind an interval's value, which may hold it.
    fn interval_unit(&mut self, start: Span, value: &str) -> Parsed<IntervalUnit> {
        let units = [
            ("year", IntervalUnit::Year),
            ("month", IntervalUnit::Month),
            ("day", IntervalUnit::Day),
            ("hour", IntervalUnit::Hour),
            ("minute", IntervalUnit::Minute),
            ("second", IntervalUnit::Second),
        ];
        if let Some((_, unit)) = units.into_iter().find(|(word, _)| self.eat(word)) {
            return Ok(unit);
        }
        if self.is("week") {
            return self.refused(
                "an interval in weeks",
                start.to(self.span()),
                "Trino has none: multiply by 7 and write DAY",
            );
        }
        let word = self.peek(0).map_or("", |token| self.text(token));
        let meant = interval_in_words(value).or_else(|| interval_in_words(&format!("{value} {word}")));
        let help = meant.map(|interval| format!("write {interval}"));
        Err(self.unexpected_with("YEAR, MONTH, DAY, HOUR, MINUTE or SECOND", help))
    }
}
