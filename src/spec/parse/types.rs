//! Types as written: one reader for Trino's forms and, in Hive DDL, for Hive's.

use std::sync::Arc;

use super::cursor::{Parsed, Parser};
use crate::source::{Span, Symbol, Token, TokenKind};
use crate::spec::ParseError;
use crate::spec::ast::TypeName;
use crate::types::{RowField, Type, nearest};

/// Trino's types that athplan passes on by name (<https://trino.io/docs/current/language/types.html>
/// and the result types of its functions).
const NAMED: [&str; 20] = [
    "bingtile",
    "classifier",
    "codepoints",
    "color",
    "geometry",
    "hyperloglog",
    "ipprefix",
    "joniregexp",
    "jsonpath",
    "kdbtree",
    "likepattern",
    "p4hyperloglog",
    "qdigest",
    "regressor",
    "setdigest",
    "sphericalgeography",
    "tdigest",
    "json2016",
    "jsonpath2016",
    "number",
];

/// The types that Trino's own grammar or athplan's model know, for suggestions.
const TRINO: [&str; 24] = [
    "boolean",
    "tinyint",
    "smallint",
    "integer",
    "int",
    "bigint",
    "real",
    "double",
    "decimal",
    "varchar",
    "char",
    "varbinary",
    "json",
    "date",
    "time",
    "timestamp",
    "interval",
    "uuid",
    "ipaddress",
    "array",
    "map",
    "row",
    "unknown",
    "numeric",
];

/// Hive's types as Athena takes them in DDL
/// (<https://docs.aws.amazon.com/athena/latest/ug/data-types.html>).
const HIVE: [&str; 19] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "integer",
    "bigint",
    "float",
    "double",
    "decimal",
    "string",
    "varchar",
    "char",
    "binary",
    "date",
    "timestamp",
    "array",
    "map",
    "struct",
    "numeric",
];

/// What people write from other languages, in Trino and in Hive.
const ELSEWHERE: [(&str, &str, &str); 14] = [
    ("string", "varchar", "string"),
    ("text", "varchar", "string"),
    ("str", "varchar", "string"),
    ("float", "real", "float"),
    ("real", "real", "float"),
    ("binary", "varbinary", "binary"),
    ("bytes", "varbinary", "binary"),
    ("varbinary", "varbinary", "binary"),
    ("bool", "boolean", "boolean"),
    ("datetime", "timestamp(3)", "timestamp"),
    ("long", "bigint", "bigint"),
    ("row", "row", "struct"),
    ("struct", "row", "struct"),
    ("blob", "varbinary", "binary"),
];

impl Parser<'_> {
    /// A type of the current statement's language.
    pub(super) fn type_name(&mut self) -> Parsed<TypeName> {
        let start = self.span();
        let ty = if self.hive { self.hive_type()? } else { self.trino_type()? };
        Ok(TypeName { ty, span: self.since(start) })
    }

    fn trino_type(&mut self) -> Parsed<Type> {
        let outer = self.enter()?;
        let mut ty = self.trino_type_without_suffix()?;
        while self.eat("array") {
            if self.is_symbol(Symbol::LeftBracket) {
                self.skip_group_of_brackets()?;
            }
            self.grow()?;
            ty = Type::array(ty);
        }
        self.leave(outer)?;
        Ok(ty)
    }

    fn trino_type_without_suffix(&mut self) -> Parsed<Type> {
        let start = self.span();
        let name = self.type_word()?;
        Ok(match name.as_str() {
            "row" if self.is_symbol(Symbol::LeftParen) => {
                let fields = self.parenthesised_list(Self::row_field)?;
                Type::Row(fields.into())
            }
            "interval" => self.interval_type(start)?,
            "timestamp" | "time" => {
                let precision = self.precision(&name, start, 12)?.unwrap_or(3);
                let zoned = self.eat_all(&["with", "time", "zone"]);
                if !zoned {
                    self.eat_all(&["without", "time", "zone"]);
                }
                match (name.as_str(), zoned) {
                    ("time", false) => Type::Time(precision),
                    ("time", true) => Type::TimeWithTimeZone(precision),
                    (_, false) => Type::Timestamp(precision),
                    (_, true) => Type::TimestampWithTimeZone(precision),
                }
            }
            "array" if self.is_symbol(Symbol::Less) => self.angled_array(Self::trino_type)?,
            "map" if self.is_symbol(Symbol::Less) => self.angled_map(Self::trino_type)?,
            "array" => {
                let open = self.open()?;
                let element = self.trino_type()?;
                self.close(open)?;
                Type::array(element)
            }
            "map" => {
                let open = self.open()?;
                let key = self.trino_type()?;
                self.expect_symbol(Symbol::Comma, ",")?;
                let value = self.trino_type()?;
                self.close(open)?;
                Type::map(key, value)
            }
            "double" => {
                self.eat("precision");
                Type::Double
            }
            "unknown" => Type::Unknown,
            "real" => Type::Real,
            "varbinary" => Type::Varbinary,
            "json" => Type::Json,
            "uuid" => Type::Uuid,
            "ipaddress" => Type::IpAddress,
            "decimal" | "dec" | "numeric" => self.decimal(&name, start, 38)?,
            name if NAMED.contains(&name) => self.named_type(start)?,
            name => self.common_type(name, start)?,
        })
    }

    fn hive_type(&mut self) -> Parsed<Type> {
        let outer = self.enter()?;
        let start = self.span();
        let name = self.type_word()?;
        let ty = match name.as_str() {
            "string" => Type::VARCHAR,
            "float" => Type::Real,
            "binary" => Type::Varbinary,
            "timestamp" => Type::Timestamp(3),
            "double" => {
                self.eat("precision");
                Type::Double
            }
            "decimal" | "dec" | "numeric" => self.decimal(&name, start, 10)?,
            "array" => self.angled_array(Self::hive_type)?,
            "map" => self.angled_map(Self::hive_type)?,
            "struct" => {
                self.expect_symbol(Symbol::Less, "<")?;
                let fields = self.comma_separated(Self::struct_field)?;
                self.expect_symbol(Symbol::Greater, ">")?;
                Type::Row(fields.into())
            }
            name => self.common_type(name, start)?,
        };
        self.leave(outer)?;
        Ok(ty)
    }

    /// The types that both languages spell alike.
    fn common_type(&mut self, name: &str, start: Span) -> Parsed<Type> {
        Ok(match name {
            "boolean" => Type::Boolean,
            "tinyint" => Type::TinyInt,
            "smallint" => Type::SmallInt,
            "int" | "integer" => Type::Integer,
            "bigint" => Type::BigInt,
            "date" => Type::Date,
            "varchar" => Type::Varchar(self.length(name, start)?),
            "char" => Type::Char(self.length(name, start)?.unwrap_or(1)),
            _ => return Err(self.unknown_type(name, start)),
        })
    }

    /// `<element>`.
    fn angled_array(&mut self, inner: fn(&mut Self) -> Parsed<Type>) -> Parsed<Type> {
        self.expect_symbol(Symbol::Less, "<")?;
        let element = inner(self)?;
        self.expect_symbol(Symbol::Greater, ">")?;
        Ok(Type::array(element))
    }

    /// `<key, value>`.
    fn angled_map(&mut self, inner: fn(&mut Self) -> Parsed<Type>) -> Parsed<Type> {
        self.expect_symbol(Symbol::Less, "<")?;
        let key = inner(self)?;
        self.expect_symbol(Symbol::Comma, ",")?;
        let value = inner(self)?;
        self.expect_symbol(Symbol::Greater, ">")?;
        Ok(Type::map(key, value))
    }

    /// `name type` or `type`. Two words that are one type (`double precision`) are a type.
    fn row_field(&mut self) -> Parsed<RowField> {
        let pair =
            |first: &str, seconds: &[&str]| self.is(first) && seconds.iter().any(|second| self.are(&[first, second]));
        let follows = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Name(..));
        let one_type = pair("double", &["precision"])
            || pair("timestamp", &["with", "without"])
            || pair("time", &["with", "without"])
            || pair("interval", &["year", "day"])
            || (self.word_at(self.index() + 1, "array")
                && !self.symbol_at(self.index() + 2, Symbol::LeftParen)
                && !self.symbol_at(self.index() + 2, Symbol::Less));
        if one_type || !self.peek(1).is_some_and(follows) {
            return Ok(RowField { name: None, ty: self.trino_type()? });
        }
        let name = self.ident_for("a field's name")?;
        Ok(RowField { name: Some(name.name.into()), ty: self.trino_type()? })
    }

    /// `name:type`. Hive takes every word as a field's name.
    fn struct_field(&mut self) -> Parsed<RowField> {
        let name = match self.peek(0) {
            Some(token) if token.kind == TokenKind::Word => {
                self.advance();
                self.text(token).to_ascii_lowercase()
            }
            _ => self.ident_for("a field's name")?.name,
        };
        self.expect_symbol(Symbol::Colon, ":")?;
        Ok(RowField { name: Some(name.into()), ty: self.hive_type()? })
    }

    /// The word that a type begins with, in lower case.
    fn type_word(&mut self) -> Parsed<String> {
        if matches!(self.peek(0).map(|token| &token.kind), Some(TokenKind::Word | TokenKind::Name(_, '"'))) {
            return Ok(self.ident_for("a type")?.name);
        }
        Err(self.unexpected("a type"))
    }

    fn interval_type(&mut self, start: Span) -> Parsed<Type> {
        if self.eat_all(&["day", "to", "second"]) {
            return Ok(Type::IntervalDayToSecond);
        }
        if self.eat_all(&["year", "to", "month"]) {
            return Ok(Type::IntervalYearToMonth);
        }
        let help = "the interval types are `interval day to second` and `interval year to month`";
        self.refused("this interval type", self.since(start).to(self.span()), help)
    }

    /// `(n)`, where a number may stand.
    fn length(&mut self, name: &str, start: Span) -> Parsed<Option<u32>> {
        let limit = if name == "char" { 65_536 } else { i32::MAX as u32 };
        match self.parameters(name, start, "a length, as in (10), or none")?.as_slice() {
            [] => Ok(None),
            // Trino's unbounded varchar spelled by its length.
            [length] if name == "varchar" && *length == i32::MAX as u32 => Ok(None),
            [length] if *length <= limit => Ok(Some(*length)),
            _ => Err(wrong_parameters(name, "a length, as in (10), or none", self.since(start))),
        }
    }

    fn precision(&mut self, name: &str, start: Span, limit: u8) -> Parsed<Option<u8>> {
        let wanted = "a precision of 0 to 12 digits, or none";
        match self.parameters(name, start, wanted)?.as_slice() {
            [] => Ok(None),
            [digits] => match u8::try_from(*digits) {
                Ok(digits) if digits <= limit => Ok(Some(digits)),
                _ => Err(wrong_parameters(name, wanted, self.since(start))),
            },
            _ => Err(wrong_parameters(name, wanted, self.since(start))),
        }
    }

    /// `decimal(precision[, scale])`; the two languages differ in the precision of a bare `decimal`.
    fn decimal(&mut self, name: &str, start: Span, bare: u8) -> Parsed<Type> {
        let wanted = "a precision of 1 to 38 and a scale up to it, as in (10, 2)";
        let (precision, scale) = match self.parameters(name, start, wanted)?.as_slice() {
            [] => (u32::from(bare), 0),
            [precision] => (*precision, 0),
            [precision, scale] => (*precision, *scale),
            _ => return Err(wrong_parameters(name, wanted, self.since(start))),
        };
        match (u8::try_from(precision), u8::try_from(scale)) {
            (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision => Ok(Type::Decimal(precision, scale)),
            _ => Err(wrong_parameters(name, wanted, self.since(start))),
        }
    }

    /// `(n, …)` if it stands here.
    fn parameters(&mut self, name: &str, start: Span, wanted: &'static str) -> Parsed<Vec<u32>> {
        if !self.is_symbol(Symbol::LeftParen) {
            return Ok(Vec::new());
        }
        let open = self.open()?;
        let mut numbers = Vec::new();
        loop {
            let text = self.peek(0).filter(|token| token.kind == TokenKind::Number).map(|token| self.text(token));
            let Some(number) = text.and_then(|text| text.parse().ok()) else {
                return Err(wrong_parameters(name, wanted, start.to(self.span())));
            };
            numbers.push(number);
            self.advance();
            if !self.eat_symbol(Symbol::Comma) {
                break;
            }
        }
        self.close(open)?;
        Ok(numbers)
    }

    /// A type that is passed on by its name, with its parameters as written.
    fn named_type(&mut self, start: Span) -> Parsed<Type> {
        if self.is_symbol(Symbol::LeftParen) {
            let open = self.open()?;
            self.comma_separated(Self::trino_type)?;
            self.close(open)?;
        }
        Ok(Type::Named(Arc::from(self.source.slice(self.since(start)).to_lowercase())))
    }

    fn skip_group_of_brackets(&mut self) -> Parsed<()> {
        let open = self.index();
        self.expect_symbol(Symbol::LeftBracket, "[")?;
        if !matches!(self.peek(0).map(|token| &token.kind), Some(TokenKind::Number)) {
            return Err(self.unexpected("a number"));
        }
        self.advance();
        self.close(open)
    }

    fn unknown_type(&self, name: &str, start: Span) -> Box<ParseError> {
        let known = if self.hive { &HIVE[..] } else { &TRINO[..] };
        let foreign = ELSEWHERE.iter().map(|(other, ..)| *other);
        let near = nearest(name, foreign.chain(known.iter().copied()).chain(NAMED));
        // A slip in another language's word leads to that word's meaning here.
        let own = match ELSEWHERE.iter().find(|(other, ..)| Some(*other) == near) {
            Some((_, _, hive)) if self.hive => Some(*hive),
            Some((_, trino, _)) => Some(*trino),
            None => near,
        };
        let help = own.map(|own| format!("did you mean `{own}`?"));
        Box::new(ParseError::UnknownType { name: name.to_owned(), span: start, help })
    }
}

fn wrong_parameters(name: &str, wanted: &'static str, span: Span) -> Box<ParseError> {
    Box::new(ParseError::TypeParameters { name: name.to_owned(), wanted, span })
}
