//! Primary expressions: what stands without operators, and what may follow it directly, `[…]` and `.name`.

use super::cursor::{Parsed, Parser};
use super::groups::Group;
use super::words::is_continuing;
use crate::source::{Span, Symbol, Token, TokenKind};
use crate::spec::ParseError;
use crate::spec::ast::{Expr, ExprKind, Ident, ObjectName};

impl Parser<'_> {
    /// A primary expression with its subscripts and fields.
    pub(super) fn primary(&mut self) -> Parsed<Box<Expr>> {
        let mut expr = self.primary_without_suffix()?;
        loop {
            if self.is_symbol(Symbol::LeftBracket) {
                let open = self.index();
                self.advance();
                let outer = self.enter()?;
                let index = self.value()?;
                self.leave(outer)?;
                self.close(open)?;
                self.grow()?;
                let span = self.since(expr.span);
                expr = Box::new(Expr { kind: ExprKind::Subscript(expr, Box::new(index)), span });
            } else if self.is_symbol(Symbol::Period) && !self.symbol_at(self.index() + 1, Symbol::Star) {
                self.advance();
                let field = self.ident_for("a column's or field's name")?;
                self.grow()?;
                let span = self.since(expr.span);
                expr = Box::new(Expr { kind: ExprKind::Dereference(expr, field), span });
            } else {
                self.refuse_json_arrow(expr.span, false)?;
                self.last_primary = expr.span;
                return Ok(expr);
            }
        }
    }

    fn primary_without_suffix(&mut self) -> Parsed<Box<Expr>> {
        let Some(token) = self.peek(0) else {
            return Err(self.unexpected("an expression"));
        };
        match &token.kind {
            TokenKind::Number | TokenKind::Text(_) | TokenKind::UnicodeText(_) | TokenKind::Binary(_) => {
                self.literal(token).map(Box::new)
            }
            TokenKind::Symbol(Symbol::LeftParen) => self.parenthesised(),
            TokenKind::Symbol(Symbol::Colon) => self.parameter().map(Box::new),
            TokenKind::Symbol(Symbol::Other('?')) => {
                let help = "declare it: DECLARE name type; and write :name";
                self.refused("a positional parameter", token.span, help)
            }
            TokenKind::Word if is_continuing(self.text(token)) => Err(self.unexpected("an expression")),
            TokenKind::Word => match self.keyword_expression(token) {
                Ok(None) => self.name_expression(),
                Ok(Some(expr)) => Ok(Box::new(expr)),
                Err(error) => Err(error),
            },
            TokenKind::Name(..) => self.name_expression(),
            TokenKind::Symbol(_) | TokenKind::Bad(_) => Err(self.unexpected("an expression")),
        }
    }

    /// A literal that is one token, with its UESCAPE.
    fn literal(&mut self, token: &Token) -> Parsed<Expr> {
        let kind = match &token.kind {
            TokenKind::Number => {
                self.advance();
                ExprKind::Number(self.text(token).replace('_', ""))
            }
            TokenKind::Binary(digits) => {
                self.advance();
                let bytes = bytes(digits).ok_or_else(|| Box::new(ParseError::BinaryLiteral { span: token.span }))?;
                ExprKind::Binary(bytes)
            }
            _ => ExprKind::String(self.string_for("a string")?.value),
        };
        Ok(Expr { kind, span: self.since(token.span) })
    }

    /// `:name`, without a blank between.
    pub(super) fn parameter(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.expect_symbol(Symbol::Colon, ":")?;
        if self.span().start != start.end {
            return Err(self.unexpected("a parameter's name directly behind `:`"));
        }
        let word = self.peek(0).filter(|token| token.kind == TokenKind::Word);
        // The colon tells a parameter from a keyword, so every word may name one.
        let name = match word {
            Some(token) => {
                self.advance();
                Ident { name: self.text(token).to_ascii_lowercase(), quoted: false, span: token.span }
            }
            None => self.ident_for("a parameter's name")?,
        };
        Ok(Expr { kind: ExprKind::Parameter(name), span: self.since(start) })
    }

    /// `(…)`: a lambda's names, a query, a row, or an expression.
    fn parenthesised(&mut self) -> Parsed<Box<Expr>> {
        let open = self.index();
        if self.closing(open).is_some_and(|end| self.symbol_at(end + 1, Symbol::Arrow)) {
            self.lambda_with_names()
        } else if self.group_here() != Group::Other {
            self.subquery()
        } else {
            self.parenthesised_expression()
        }
    }

    fn lambda_with_names(&mut self) -> Parsed<Box<Expr>> {
        let start = self.span();
        let open = self.open()?;
        let names = if self.is_symbol(Symbol::RightParen) { Vec::new() } else { self.comma_separated(Self::ident)? };
        self.close(open)?;
        self.lambda(names, start)
    }

    fn subquery(&mut self) -> Parsed<Box<Expr>> {
        let query = Box::new(self.nested_query()?);
        Ok(Box::new(Expr { span: query.span, kind: ExprKind::Subquery(query) }))
    }

    /// `(expression)`, or a row of several.
    fn parenthesised_expression(&mut self) -> Parsed<Box<Expr>> {
        let start = self.span();
        let open = self.open()?;
        let mut items = self.comma_separated(Self::expression)?;
        self.close(open)?;
        let span = self.since(start);
        match items.pop() {
            Some(only) if items.is_empty() => Ok(Box::new(Expr { kind: only.kind, span })),
            last => {
                items.extend(last);
                Ok(Box::new(Expr { kind: ExprKind::Row(items), span }))
            }
        }
    }

    /// What stands behind a lambda's names.
    fn lambda(&mut self, names: Vec<Ident>, start: Span) -> Parsed<Box<Expr>> {
        self.expect_symbol(Symbol::Arrow, "->")?;
        let body = self.expression()?;
        Ok(Box::new(Expr { kind: ExprKind::Lambda(names, Box::new(body)), span: self.since(start) }))
    }

    /// Expressions that begin with a keyword; none if the word is a name here.
    ///
    /// The arms give their results unopened: in a debug build every `?` would keep a place on the stack
    /// for each level of nesting.
    fn keyword_expression(&mut self, token: &Token) -> Parsed<Option<Expr>> {
        let word = self.text(token).to_ascii_lowercase();
        let called = self.symbol_at(self.index() + 1, Symbol::LeftParen);
        let kind = match word.as_str() {
            "null" => self.constant(ExprKind::Null),
            "true" => self.constant(ExprKind::Boolean(true)),
            "false" => self.constant(ExprKind::Boolean(false)),
            "interval" => return self.interval(),
            "case" => self.case(),
            "cast" => self.cast(false),
            "try_cast" if called => self.cast(true),
            "exists" => self.exists(),
            "extract" => self.extract(),
            "array" if self.symbol_at(self.index() + 1, Symbol::LeftBracket) => self.array(),
            "row" if called => self.row_constructor(),
            "current_date" | "current_user" | "current_catalog" | "current_schema" | "current_path" => {
                self.constant(ExprKind::Current(word, None))
            }
            "current_time" | "current_timestamp" | "localtime" | "localtimestamp" => self.current(word),
            "json_exists" | "json_value" | "json_query" | "json_object" | "json_array" => self.json_function(&word),
            "trim" | "normalize" | "listagg" | "grouping" => self.special_call(&word),
            "position" | "substring" if called => self.special_call(&word),
            _ => return Ok(None),
        };
        Ok(Some(Expr { kind: kind?, span: self.since(token.span) }))
    }

    /// An expression that is its one token.
    fn constant(&mut self, kind: ExprKind) -> Parsed<ExprKind> {
        self.advance();
        Ok(kind)
    }

    fn exists(&mut self) -> Parsed<ExprKind> {
        self.advance();
        Ok(ExprKind::Exists(Box::new(self.parenthesised_query()?)))
    }

    fn row_constructor(&mut self) -> Parsed<ExprKind> {
        self.advance();
        self.parenthesised_list(Self::expression).map(ExprKind::Row)
    }

    /// `name`, `name -> …`, `type 'text'`, `a.b.f(…)`, or the beginning of `a.b.c`.
    fn name_expression(&mut self) -> Parsed<Box<Expr>> {
        let start = self.span();
        if let Some(literal) = self.typed_literal()? {
            return Ok(Box::new(literal));
        }
        // Only behind the whole dotted name can a function be told from a column.
        let mut parts = vec![self.ident_for("an expression")?];
        if self.is_symbol(Symbol::Arrow) {
            self.refuse_json_arrow(start, true)?;
            return self.lambda(parts, start);
        }
        while self.is_symbol(Symbol::Period) && !self.symbol_at(self.index() + 1, Symbol::Star) {
            self.advance();
            parts.push(self.ident_for("a column's or field's name")?);
        }
        if self.is_symbol(Symbol::LeftParen) {
            let name = ObjectName { parts, span: self.since(start) };
            let kind = self.call(name)?;
            return Ok(Box::new(Expr { kind, span: self.since(start) }));
        }
        let mut parts = parts.into_iter();
        let first = parts.next().expect("a name was read before the loop");
        let mut expr = Box::new(Expr { span: first.span, kind: ExprKind::Identifier(first) });
        for field in parts {
            self.grow()?;
            let span = start.to(field.span);
            expr = Box::new(Expr { kind: ExprKind::Dereference(expr, field), span });
        }
        Ok(expr)
    }

    fn case(&mut self) -> Parsed<ExprKind> {
        self.expect("case")?;
        let operand = if self.is("when") { None } else { Some(Box::new(self.expression()?)) };
        let mut branches = Vec::new();
        while self.eat("when") {
            let condition = self.expression()?;
            self.expect("then")?;
            branches.push((condition, self.expression()?));
        }
        if branches.is_empty() {
            return Err(self.unexpected("WHEN"));
        }
        let otherwise = if self.eat("else") { Some(Box::new(self.expression()?)) } else { None };
        self.expect("end")?;
        Ok(ExprKind::Case { operand, branches, otherwise })
    }

    fn cast(&mut self, safe: bool) -> Parsed<ExprKind> {
        self.advance();
        let open = self.open()?;
        let value = Box::new(self.expression()?);
        self.expect("as")?;
        let ty = self.type_name()?;
        self.close(open)?;
        Ok(ExprKind::Cast { safe, value, ty })
    }

    fn extract(&mut self) -> Parsed<ExprKind> {
        self.advance();
        let open = self.open()?;
        let field = self.ident_for("a field such as YEAR")?;
        self.expect("from")?;
        let value = self.expression()?;
        self.close(open)?;
        Ok(ExprKind::Extract(field.name, Box::new(value)))
    }

    fn array(&mut self) -> Parsed<ExprKind> {
        self.advance();
        let open = self.index();
        self.expect_symbol(Symbol::LeftBracket, "[")?;
        let items =
            if self.is_symbol(Symbol::RightBracket) { Vec::new() } else { self.comma_separated(Self::expression)? };
        self.close(open)?;
        Ok(ExprKind::Array(items))
    }

    /// `CURRENT_TIMESTAMP` and its like, with their precision.
    fn current(&mut self, name: String) -> Parsed<ExprKind> {
        self.advance();
        if !self.is_symbol(Symbol::LeftParen) {
            return Ok(ExprKind::Current(name, None));
        }
        let open = self.open()?;
        let text = self.peek(0).filter(|token| token.kind == TokenKind::Number).map(|token| self.text(token));
        let precision = text.and_then(|text| text.parse().ok()).filter(|digits| *digits <= 12);
        if precision.is_none() {
            return Err(self.unexpected("a precision of 0 to 12"));
        }
        self.advance();
        self.close(open)?;
        Ok(ExprKind::Current(name, precision))
    }
}

/// The bytes that pairs of hexadecimal digits spell; blanks may stand between.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits
        .chars()
        .filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n'))
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect()
}
