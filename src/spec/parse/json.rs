//! The functions of SQL/JSON: JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT, JSON_ARRAY.
//!
//! Their words are no reserved ones, so each is only looked for where the grammar has a place for it.

use super::cursor::{Parsed, Parser};
use crate::constant::sql_json::{Answer, Format, Wrapper};
use crate::source::{Symbol, TokenKind};
use crate::spec::ast::{
    Expr, ExprKind, JsonArgument, JsonCall, JsonLookUp, JsonOperand, JsonOtherwise, JsonOutput, TypeName,
};

/// What may stand before ON EMPTY and ON ERROR.
type Answers = &'static [(&'static [&'static str], Answer)];

const OF_EXISTS: Answers = &[
    (&["true"], Answer::True),
    (&["false"], Answer::False),
    (&["unknown"], Answer::Null),
    (&["error"], Answer::Error),
];
const OF_VALUE: Answers = &[(&["null"], Answer::Null), (&["error"], Answer::Error), (&["default"], Answer::Default)];
const OF_QUERY: Answers = &[
    (&["null"], Answer::Null),
    (&["error"], Answer::Error),
    (&["empty", "array"], Answer::EmptyArray),
    (&["empty", "object"], Answer::EmptyObject),
];

impl Parser<'_> {
    /// The function whose name, which is a keyword, is the current token.
    pub(super) fn json_function(&mut self, word: &str) -> Parsed<ExprKind> {
        self.advance();
        let open = self.open()?;
        let call = match word {
            "json_exists" => self.json_exists(),
            "json_value" => self.json_value(),
            "json_query" => self.json_query(),
            "json_object" => self.json_object(),
            _ => self.json_array(),
        }?;
        self.close(open)?;
        Ok(ExprKind::Json(Box::new(call)))
    }

    fn json_exists(&mut self) -> Parsed<JsonCall> {
        let look_up = self.json_look_up()?;
        let on_error = self.otherwise(OF_EXISTS)?;
        if on_error.is_some() {
            self.expect("error")?;
        }
        Ok(JsonCall::Exists { look_up, on_error })
    }

    fn json_value(&mut self) -> Parsed<JsonCall> {
        let look_up = self.json_look_up()?;
        let returning = self.returned_type()?;
        let (on_empty, on_error) = self.otherwises(OF_VALUE)?;
        Ok(JsonCall::Value { look_up, returning, on_empty, on_error })
    }

    fn json_query(&mut self) -> Parsed<JsonCall> {
        let look_up = self.json_look_up()?;
        let returning = self.json_output()?;
        let wrapper = self.wrapper()?;
        let omit_quotes = self.quotes()?;
        let (on_empty, on_error) = self.otherwises(OF_QUERY)?;
        Ok(JsonCall::Query { look_up, returning, wrapper, omit_quotes, on_empty, on_error })
    }

    fn json_object(&mut self) -> Parsed<JsonCall> {
        let begins = !self.is_symbol(Symbol::RightParen) && !self.begins_returning();
        let members = if begins { self.comma_separated(Self::member)? } else { Vec::new() };
        let absent_on_null = begins && self.absent_on_null(false)?;
        let unique_keys = begins && self.unique_keys()?;
        Ok(JsonCall::Object { members, absent_on_null, unique_keys, returning: self.json_output()? })
    }

    fn json_array(&mut self) -> Parsed<JsonCall> {
        let begins = !self.is_symbol(Symbol::RightParen) && !self.begins_returning();
        let elements = if begins { self.comma_separated(Self::json_operand)? } else { Vec::new() };
        let absent_on_null = begins && self.absent_on_null(true)?;
        Ok(JsonCall::Array { elements, absent_on_null, returning: self.json_output()? })
    }

    /// `input [FORMAT …], path [AS name] [PASSING …]`.
    fn json_look_up(&mut self) -> Parsed<JsonLookUp> {
        let input = self.json_operand()?;
        self.expect_symbol(Symbol::Comma, ",")?;
        let path = self.string_for("a path in quotes, such as 'lax $.a'")?;
        let name = if self.eat("as") { Some(self.ident_for("the path's name")?) } else { None };
        let passing = if self.eat("passing") { self.comma_separated(Self::json_argument)? } else { Vec::new() };
        Ok(JsonLookUp { input, path, name, passing })
    }

    fn json_argument(&mut self) -> Parsed<JsonArgument> {
        let operand = self.json_operand()?;
        self.expect("as")?;
        let token = self.peek(0);
        let ident = self.ident_for("the name by which the path calls it")?;
        let name = match token.map(|token| &token.kind) {
            Some(TokenKind::Name(name, _)) => name.clone(),
            _ => ident.name.to_ascii_uppercase(),
        };
        Ok(JsonArgument { operand, name, span: ident.span })
    }

    fn json_operand(&mut self) -> Parsed<JsonOperand> {
        let value = self.expression()?;
        Ok(JsonOperand { value, format: self.format()? })
    }

    /// `[KEY] name VALUE value`, `name : value`.
    fn member(&mut self) -> Parsed<(Expr, JsonOperand)> {
        let keyword = self.is("key") && !self.is_column_here();
        if keyword {
            self.advance();
        }
        let name = self.expression()?;
        if keyword || !self.eat_symbol(Symbol::Colon) {
            self.expect("value").map_err(|_| self.unexpected("VALUE or `:`"))?;
        }
        Ok((name, self.json_operand()?))
    }

    /// Whether the word KEY is a column's name: what follows goes on with it.
    fn is_column_here(&self) -> bool {
        let next = self.index() + 1;
        let ends = |at| self.symbol_at(at, Symbol::Comma) || self.symbol_at(at, Symbol::RightParen);
        match self.token(next).map(|token| &token.kind) {
            Some(TokenKind::Word) if self.word_at(next, "value") => !self.word_at(next + 1, "value") || ends(next + 2),
            Some(TokenKind::Word) => self.continues_expression(next),
            Some(TokenKind::Symbol(symbol)) => !matches!(symbol, Symbol::LeftParen),
            _ => false,
        }
    }

    /// `FORMAT JSON [ENCODING …]`, if it stands here.
    fn format(&mut self) -> Parsed<Option<Format>> {
        if !self.eat("format") {
            return Ok(None);
        }
        self.expect("json")?;
        if !self.eat("encoding") {
            return Ok(Some(Format::Json));
        }
        let encodings = [("utf8", Format::Utf8), ("utf16", Format::Utf16), ("utf32", Format::Utf32)];
        match encodings.into_iter().find(|(word, _)| self.eat(word)) {
            Some((_, format)) => Ok(Some(format)),
            None => Err(self.unexpected("UTF8, UTF16 or UTF32")),
        }
    }

    /// Whether RETURNING begins a clause here, and not an expression over a column of that name.
    fn begins_returning(&self) -> bool {
        self.is("returning") && self.name_at(self.index() + 1)
    }

    fn returned_type(&mut self) -> Parsed<Option<TypeName>> {
        if self.eat("returning") { self.type_name().map(Some) } else { Ok(None) }
    }

    fn json_output(&mut self) -> Parsed<Option<JsonOutput>> {
        let Some(ty) = self.returned_type()? else { return Ok(None) };
        Ok(Some(JsonOutput { ty, format: self.format()? }))
    }

    /// `NULL ON NULL`, `ABSENT ON NULL`, or what is usual.
    fn absent_on_null(&mut self, usual: bool) -> Parsed<bool> {
        if self.eat_all(&["null", "on", "null"]) {
            return Ok(false);
        }
        Ok(self.eat_all(&["absent", "on", "null"]) || usual)
    }

    /// `WITH UNIQUE [KEYS]`, `WITHOUT UNIQUE [KEYS]`.
    fn unique_keys(&mut self) -> Parsed<bool> {
        let with = self.is("with");
        if !self.eat("with") && !self.eat("without") {
            return Ok(false);
        }
        self.expect("unique")?;
        self.eat("keys");
        Ok(with)
    }

    /// `WITH [CONDITIONAL | UNCONDITIONAL] [ARRAY] WRAPPER`, `WITHOUT [ARRAY] WRAPPER`.
    fn wrapper(&mut self) -> Parsed<Wrapper> {
        let wrapper = if self.eat("without") {
            Wrapper::Without
        } else if !self.eat("with") {
            return Ok(Wrapper::Without);
        } else if self.eat("conditional") {
            Wrapper::Conditional
        } else {
            self.eat("unconditional");
            Wrapper::Unconditional
        };
        self.eat("array");
        self.expect("wrapper")?;
        Ok(wrapper)
    }

    /// `KEEP QUOTES [ON SCALAR STRING]`, `OMIT QUOTES [ON SCALAR STRING]`.
    fn quotes(&mut self) -> Parsed<Option<bool>> {
        let omit = self.is("omit");
        if !self.eat("omit") && !self.eat("keep") {
            return Ok(None);
        }
        self.expect("quotes")?;
        if self.eat("on") {
            self.expect_all(&["scalar", "string"])?;
        }
        Ok(Some(omit))
    }

    /// `… ON EMPTY` and `… ON ERROR`, as far as they stand here.
    fn otherwises(&mut self, answers: Answers) -> Parsed<(Option<JsonOtherwise>, Option<JsonOtherwise>)> {
        let Some(first) = self.otherwise(answers)? else { return Ok((None, None)) };
        if self.eat("error") {
            return Ok((None, Some(first)));
        }
        self.expect("empty").map_err(|_| self.unexpected("EMPTY or ERROR"))?;
        let second = self.otherwise(answers)?;
        if second.is_some() {
            self.expect("error")?;
        }
        Ok((Some(first), second))
    }

    /// What stands before EMPTY or ERROR, up to and with ON.
    fn otherwise(&mut self, answers: Answers) -> Parsed<Option<JsonOtherwise>> {
        let Some((_, answer)) = answers.iter().find(|(words, _)| self.eat_all(words)) else { return Ok(None) };
        let default = if *answer == Answer::Default { Some(Box::new(self.expression()?)) } else { None };
        self.expect("on")?;
        Ok(Some(JsonOtherwise { answer: *answer, default }))
    }
}
