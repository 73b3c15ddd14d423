//! Function calls: arguments, DISTINCT, ORDER BY, FILTER, null treatment, OVER, and the calls with words
//! between their arguments.

use super::cursor::{Parsed, Parser};
use crate::source::{Symbol, TokenKind};
use crate::spec::ast::{
    Call, Expr, ExprKind, Frame, FrameBound, FrameUnit, Ident, ObjectName, Over, Overflow, SortItem, WindowSpec,
};

impl Parser<'_> {
    /// `(arguments) [FILTER …] [IGNORE NULLS] [OVER …]` behind a function's name.
    pub(super) fn call(&mut self, name: ObjectName) -> Parsed<ExprKind> {
        let mut call = plain_call(name, Vec::new());
        let open = self.open()?;
        if self.is_symbol(Symbol::Star) && self.symbol_at(self.index() + 1, Symbol::RightParen) {
            self.advance();
            call.star = true;
        } else if !self.is_symbol(Symbol::RightParen) {
            if !self.is("order") {
                call.distinct = self.set_quantifier();
                call.arguments = self.comma_separated(Self::argument)?;
            }
            if self.is("order") {
                call.order_by = self.order_by()?;
            }
        }
        self.close(open)?;
        self.behind_call(&mut call)?;
        Ok(ExprKind::Call(Box::new(call)))
    }

    fn argument(&mut self) -> Parsed<Expr> {
        let argument = self.expression()?;
        if self.are(&["ignore", "nulls"]) || self.are(&["respect", "nulls"]) {
            let help = format!("write {} behind the parenthesis: f(…) … OVER (…)", self.two_words());
            return Err(self.unexpected_with("`,` or `)`", Some(help)));
        }
        if self.is_symbol(Symbol::FatArrow) {
            return self.refused("a named argument", self.span(), "functions take their arguments by position");
        }
        Ok(argument)
    }

    /// The next two words as written.
    fn two_words(&self) -> String {
        let words = [0, 1].into_iter().filter_map(|ahead| self.peek(ahead)).map(|token| self.text(token));
        words.collect::<Vec<_>>().join(" ").to_uppercase()
    }

    /// Takes `DISTINCT` or `ALL` and says whether it was the former.
    pub(super) fn set_quantifier(&mut self) -> bool {
        if self.eat("distinct") {
            return true;
        }
        // `all` is a name too; in front of the beginning of an expression it is not.
        let begins = |kind: &TokenKind| !matches!(kind, TokenKind::Symbol(symbol) if !matches!(symbol, Symbol::LeftParen | Symbol::Star | Symbol::Plus | Symbol::Minus | Symbol::Colon));
        let word = |word| self.word_at(self.index() + 1, word);
        if self.is("all")
            && self.peek(1).is_some_and(|next| begins(&next.kind))
            && !["from", "as", "where", "group", "order", "union", "except", "intersect"].into_iter().any(word)
        {
            self.advance();
        }
        false
    }

    fn behind_call(&mut self, call: &mut Call) -> Parsed<()> {
        if self.is("filter") && self.symbol_at(self.index() + 1, Symbol::LeftParen) {
            self.advance();
            let open = self.open()?;
            self.expect("where")?;
            call.filter = Some(self.expression()?);
            self.close(open)?;
        }
        if self.are(&["within", "group"]) {
            return self.refused(
                "WITHIN GROUP behind another function than LISTAGG",
                self.span(),
                "write the order inside: f(x ORDER BY y)",
            );
        }
        call.ignore_nulls = if self.eat_all(&["ignore", "nulls"]) {
            Some(true)
        } else if self.eat_all(&["respect", "nulls"]) {
            Some(false)
        } else {
            None
        };
        let over =
            self.is("over") && (self.symbol_at(self.index() + 1, Symbol::LeftParen) || self.name_at(self.index() + 1));
        if over || call.ignore_nulls.is_some() {
            self.expect("over")?;
            call.over = Some(self.over()?);
        }
        Ok(())
    }

    fn over(&mut self) -> Parsed<Over> {
        if self.is_symbol(Symbol::LeftParen) {
            Ok(Over::Spec(self.window_spec()?))
        } else {
            Ok(Over::Named(self.ident()?))
        }
    }

    /// `([name] [PARTITION BY …] [ORDER BY …] [frame])`.
    pub(super) fn window_spec(&mut self) -> Parsed<WindowSpec> {
        let outer = self.enter()?;
        let start = self.span();
        let open = self.open()?;
        let clause =
            self.are(&["partition", "by"]) || ["rows", "range", "groups"].into_iter().any(|unit| self.is_frame(unit));
        let base = if !clause && self.name_at(self.index()) { Some(self.ident()?) } else { None };
        let partition_by =
            if self.eat_all(&["partition", "by"]) { self.comma_separated(Self::expression)? } else { Vec::new() };
        let order_by = if self.is("order") { self.order_by()? } else { Vec::new() };
        let units = [("rows", FrameUnit::Rows), ("range", FrameUnit::Range), ("groups", FrameUnit::Groups)];
        let unit = units.into_iter().find(|(word, _)| self.eat(word));
        let frame = unit.map(|(_, unit)| self.frame(unit)).transpose()?;
        let patterns = ["measures", "after", "initial", "seek", "pattern", "subset", "define"];
        if patterns.into_iter().any(|word| self.is(word)) {
            let help = "MATCH_RECOGNIZE in FROM is passed on to the engine as it is";
            return self.refused("a row pattern in a window", self.span(), help);
        }
        self.close(open)?;
        self.leave(outer)?;
        Ok(WindowSpec { base, partition_by, order_by, frame, span: self.since(start) })
    }

    /// Whether a frame begins here, and not a window named like its unit.
    fn is_frame(&self, unit: &str) -> bool {
        self.is(unit) && !self.symbol_at(self.index() + 1, Symbol::RightParen)
    }

    fn frame(&mut self, unit: FrameUnit) -> Parsed<Frame> {
        if !self.eat("between") {
            return Ok(Frame { unit, start: self.frame_bound()?, end: FrameBound::CurrentRow });
        }
        let start = self.frame_bound()?;
        self.expect("and")?;
        Ok(Frame { unit, start, end: self.frame_bound()? })
    }

    fn frame_bound(&mut self) -> Parsed<FrameBound> {
        if self.eat_all(&["current", "row"]) {
            return Ok(FrameBound::CurrentRow);
        }
        if self.eat_all(&["unbounded", "preceding"]) {
            return Ok(FrameBound::UnboundedPreceding);
        }
        if self.eat_all(&["unbounded", "following"]) {
            return Ok(FrameBound::UnboundedFollowing);
        }
        // AND belongs to the frame, so the bound is read as the operand of a BETWEEN is.
        let bound = Box::new(self.value()?);
        if self.eat("preceding") {
            return Ok(FrameBound::Preceding(bound));
        }
        self.expect("following").map_err(|_| self.unexpected("PRECEDING or FOLLOWING"))?;
        Ok(FrameBound::Following(bound))
    }

    /// `ORDER BY item, …`.
    pub(super) fn order_by(&mut self) -> Parsed<Vec<SortItem>> {
        self.expect_all(&["order", "by"])?;
        self.comma_separated(Self::sort_item)
    }

    fn sort_item(&mut self) -> Parsed<SortItem> {
        let expr = self.expression()?;
        let descending = self.eat("desc") || {
            self.eat("asc");
            false
        };
        let nulls_first = match self.eat("nulls") {
            false => None,
            true if self.eat("first") => Some(true),
            true => {
                self.expect("last").map_err(|_| self.unexpected("FIRST or LAST"))?;
                Some(false)
            }
        };
        Ok(SortItem { expr, descending, nulls_first })
    }

    /// Takes the current word as the name of the function `name`.
    fn keyword_name(&mut self, name: &str) -> ObjectName {
        let span = self.span();
        self.advance();
        ObjectName { parts: vec![Ident { name: name.to_owned(), quoted: false, span }], span }
    }

    /// `TRIM`, `POSITION`, `SUBSTRING`, `NORMALIZE`, `GROUPING`, `LISTAGG`: the word is the current token.
    pub(super) fn special_call(&mut self, word: &str) -> Parsed<ExprKind> {
        match word {
            "trim" => self.trim(),
            "position" => self.position(),
            "substring" => self.substring(),
            "normalize" => self.normalize(),
            "grouping" => self.grouping(),
            _ => self.listagg(),
        }
    }

    /// `TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] x)`, `TRIM(x, characters)`.
    fn trim(&mut self) -> Parsed<ExprKind> {
        let sides = [("leading", "ltrim"), ("trailing", "rtrim"), ("both", "trim")];
        let side = sides.into_iter().find(|(side, _)| {
            let behind = self.index() + 3;
            self.word_at(self.index() + 2, side)
                && !self.symbol_at(behind, Symbol::RightParen)
                && !self.symbol_at(behind, Symbol::Comma)
                && !self.continues_expression(behind)
        });
        let name = self.keyword_name(side.map_or("trim", |(_, function)| function));
        let open = self.open()?;
        if side.is_some() {
            self.advance();
        }
        let arguments = if self.eat("from") {
            vec![self.expression()?]
        } else {
            let first = self.expression()?;
            if self.eat("from") {
                vec![self.expression()?, first]
            } else if side.is_none() && self.eat_symbol(Symbol::Comma) {
                vec![first, self.expression()?]
            } else if side.is_some() {
                return Err(self.unexpected("FROM"));
            } else {
                vec![first]
            }
        };
        self.close(open)?;
        Ok(ExprKind::Call(Box::new(plain_call(name, arguments))))
    }

    /// `POSITION(part IN whole)`, which Trino reads as `strpos(whole, part)`.
    fn position(&mut self) -> Parsed<ExprKind> {
        let name = self.keyword_name("strpos");
        let open = self.open()?;
        let part = self.value()?;
        self.expect("in")?;
        let whole = self.value()?;
        self.close(open)?;
        Ok(ExprKind::Call(Box::new(plain_call(name, vec![whole, part]))))
    }

    /// `SUBSTRING(x FROM start [FOR length])`, or with commas.
    fn substring(&mut self) -> Parsed<ExprKind> {
        let name = self.keyword_name("substring");
        let open = self.open()?;
        let mut arguments = vec![self.expression()?];
        if self.eat("from") {
            arguments.push(self.expression()?);
            if self.eat("for") {
                arguments.push(self.expression()?);
            }
        } else {
            while self.eat_symbol(Symbol::Comma) {
                arguments.push(self.expression()?);
            }
        }
        self.close(open)?;
        Ok(ExprKind::Call(Box::new(plain_call(name, arguments))))
    }

    /// `NORMALIZE(x [, NFD | NFC | NFKD | NFKC])`: the form becomes the string that the function takes.
    fn normalize(&mut self) -> Parsed<ExprKind> {
        let name = self.keyword_name("normalize");
        let open = self.open()?;
        let mut arguments = vec![self.expression()?];
        if self.eat_symbol(Symbol::Comma) {
            let span = self.span();
            let forms = ["NFD", "NFC", "NFKD", "NFKC"];
            let Some(form) = forms.into_iter().find(|form| self.eat(form)) else {
                return Err(self.unexpected("NFD, NFC, NFKD or NFKC"));
            };
            arguments.push(Expr { kind: ExprKind::String(form.to_owned()), span });
        }
        self.close(open)?;
        Ok(ExprKind::Call(Box::new(plain_call(name, arguments))))
    }

    /// `GROUPING(column, …)`.
    fn grouping(&mut self) -> Parsed<ExprKind> {
        let name = self.keyword_name("grouping");
        let open = self.open()?;
        let arguments =
            if self.is_symbol(Symbol::RightParen) { Vec::new() } else { self.comma_separated(Self::column_name)? };
        self.close(open)?;
        Ok(ExprKind::Call(Box::new(plain_call(name, arguments))))
    }

    /// `column`, `table.column`, and so on.
    fn column_name(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut kind = ExprKind::Identifier(self.ident_for("a column's name")?);
        loop {
            let expr = Expr { kind, span: self.since(start) };
            if !self.eat_symbol(Symbol::Period) {
                return Ok(expr);
            }
            kind = ExprKind::Dereference(Box::new(expr), self.ident()?);
        }
    }

    /// `LISTAGG([DISTINCT] x [, separator] [ON OVERFLOW …]) WITHIN GROUP (ORDER BY …) [FILTER …]`.
    fn listagg(&mut self) -> Parsed<ExprKind> {
        let mut call = plain_call(self.keyword_name("listagg"), Vec::new());
        let open = self.open()?;
        call.distinct = self.set_quantifier();
        call.arguments = vec![self.expression()?];
        if self.eat_symbol(Symbol::Comma) {
            let separator = self.string_for("a separator in quotes, such as ', '")?;
            call.arguments.push(Expr { kind: ExprKind::String(separator.value), span: separator.span });
        }
        if self.eat_all(&["on", "overflow"]) {
            call.overflow = self.overflow()?;
        }
        self.close(open)?;
        self.expect_all(&["within", "group"])?;
        let open = self.open()?;
        call.order_by = self.order_by()?;
        self.close(open)?;
        self.behind_call(&mut call)?;
        Ok(ExprKind::Call(Box::new(call)))
    }

    /// What LISTAGG does with too long a text: none for `ERROR`, which it does anyway.
    fn overflow(&mut self) -> Parsed<Option<Overflow>> {
        if self.eat("error") {
            return Ok(None);
        }
        let start = self.span();
        self.expect("truncate").map_err(|_| self.unexpected("ERROR or TRUNCATE"))?;
        let filler = self.eat_string()?;
        let counts = self.eat("with");
        if !counts {
            self.expect("without").map_err(|_| self.unexpected("WITH COUNT or WITHOUT COUNT"))?;
        }
        self.expect("count")?;
        Ok(Some(Overflow { filler, counts, span: self.since(start) }))
    }
}

/// A call without any of the clauses.
fn plain_call(name: ObjectName, arguments: Vec<Expr>) -> Call {
    Call {
        name,
        arguments,
        star: false,
        distinct: false,
        order_by: Vec::new(),
        filter: None,
        ignore_nulls: None,
        overflow: None,
        over: None,
    }
}
