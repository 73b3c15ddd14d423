//! Names: bare or quoted, qualified or not, and the strings of DDL.

use super::cursor::{Parsed, Parser};
use super::words::is_reserved;
use crate::source::{Span, Symbol, Token, TokenKind};
use crate::spec::ParseError;
use crate::spec::ast::{Ident, ObjectName, Text};

impl Parser<'_> {
    /// Whether a token may be a name: quoted, or a word that is not reserved.
    pub(super) fn is_name(&self, token: &Token) -> bool {
        match token.kind {
            TokenKind::Word => !is_reserved(self.text(token)),
            TokenKind::Name(..) => true,
            _ => false,
        }
    }

    pub(super) fn name_at(&self, index: usize) -> bool {
        self.token(index).is_some_and(|token| self.is_name(token))
    }

    /// A name; `what` says what it would have named.
    pub(super) fn ident_for(&mut self, what: &str) -> Parsed<Ident> {
        let Some(token) = self.peek(0) else {
            return Err(self.unexpected(what));
        };
        let ident = match &token.kind {
            TokenKind::Word if is_reserved(self.text(token)) => {
                self.refuse_for_each()?;
                let word = self.text(token).to_owned();
                let quoted = if self.hive { format!("`{word}`") } else { format!("\"{word}\"") };
                return Err(Box::new(ParseError::ReservedWord { word, quoted, span: token.span }));
            }
            TokenKind::Word => Ident { name: self.text(token).to_ascii_lowercase(), quoted: false, span: token.span },
            TokenKind::Name(name, '`') if !self.hive => {
                let quoted = format!("\"{}\"", name.replace('"', "\"\""));
                return Err(Box::new(ParseError::BackTicks { quoted, span: token.span }));
            }
            TokenKind::Name(name, _) => Ident { name: name.to_lowercase(), quoted: true, span: token.span },
            TokenKind::Text(_) if self.hive && self.text(token).starts_with('"') => {
                let help = "double quotes make strings in Hive DDL; names take back ticks";
                return Err(self.unexpected_with(what, Some(help.to_owned())));
            }
            _ => return Err(self.unexpected(what)),
        };
        self.advance();
        Ok(ident)
    }

    pub(super) fn ident(&mut self) -> Parsed<Ident> {
        self.ident_for("a name")
    }

    /// `catalog.database.name` or a part of it.
    pub(super) fn object_name(&mut self) -> Parsed<ObjectName> {
        let start = self.span();
        let mut parts = vec![self.ident_for("a table's name")?];
        while self.eat_symbol(Symbol::Period) {
            parts.push(self.ident()?);
        }
        Ok(ObjectName { parts, span: self.since(start) })
    }

    /// `(name, …)`.
    pub(super) fn names(&mut self) -> Parsed<Vec<Ident>> {
        self.parenthesised_list(Self::ident)
    }

    /// A string literal, `U&'…'` too; `what` says what for.
    pub(super) fn string_for(&mut self, what: &str) -> Parsed<Text> {
        match self.eat_string()? {
            Some(text) => Ok(text),
            None => Err(self.unexpected(what)),
        }
    }

    /// A string literal, if one stands here.
    pub(super) fn eat_string(&mut self) -> Parsed<Option<Text>> {
        let Some(token) = self.peek(0) else {
            return Ok(None);
        };
        let value = match &token.kind {
            TokenKind::Text(value) => {
                self.advance();
                value.clone()
            }
            TokenKind::UnicodeText(raw) => {
                self.advance();
                self.unicode_text(raw, token.span)?
            }
            _ => return Ok(None),
        };
        Ok(Some(Text { value, span: self.since(token.span) }))
    }

    /// Decodes the escapes of `U&'…'`, whose text is `raw`, and takes the `UESCAPE` behind it.
    fn unicode_text(&mut self, raw: &str, span: Span) -> Parsed<String> {
        let mut escape = '\\';
        if self.eat("uescape") {
            let at = self.span();
            let Some(TokenKind::Text(given)) = self.peek(0).map(|token| &token.kind) else {
                return Err(self.unexpected("the escape character in quotes"));
            };
            self.advance();
            let mut given = given.chars();
            escape = match (given.next(), given.next()) {
                (Some(c), None) if !c.is_ascii_hexdigit() && !matches!(c, '\'' | '"' | '+') && !c.is_whitespace() => c,
                _ => return Err(Box::new(ParseError::UescapeCharacter { span: at })),
            };
        }
        decode_unicode(raw, escape).ok_or_else(|| Box::new(ParseError::UnicodeEscape { span }))
    }
}

/// Replaces `\XXXX`, `\+XXXXXX` and the doubled escape character.
fn decode_unicode(raw: &str, escape: char) -> Option<String> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(escape) {
        value.push_str(&rest[..at]);
        rest = &rest[at + escape.len_utf8()..];
        if let Some(behind) = rest.strip_prefix(escape) {
            value.push(escape);
            rest = behind;
            continue;
        }
        let (digits, behind) = match rest.strip_prefix('+') {
            Some(long) => (long.get(..6)?, &long[6..]),
            None => (rest.get(..4)?, &rest[4..]),
        };
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        value.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        rest = behind;
    }
    value.push_str(rest);
    Some(value)
}
