//! What `SHOW CREATE TABLE` prints, read: names, types and properties, as the Hive connector writes them.

use crate::source::{Source, Symbol, Token, TokenKind, lex};

/// A table as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The columns, partition keys last.
    pub columns: Vec<ShownColumn>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `WITH (…)`.
    pub properties: Vec<(String, Property)>,
}

/// A column as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownColumn {
    /// Its name.
    pub name: String,
    /// Its type, as Trino writes it.
    pub ty: String,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `WITH (…)`.
    pub properties: Vec<(String, Property)>,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Property {
    /// A text, number, or `true` and `false` as words.
    Text(String),
    /// `ARRAY['a', 'b']`.
    Texts(Vec<String>),
}

impl Shown {
    /// A property that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.properties, name)
    }
}

/// A property that is a text.
pub fn text<'a>(properties: &'a [(String, Property)], name: &str) -> Option<&'a str> {
    properties.iter().find_map(|(known, value)| match value {
        Property::Text(text) if known == name => Some(text.as_str()),
        _ => None,
    })
}

/// A property that is a list of texts.
pub fn texts<'a>(properties: &'a [(String, Property)], name: &str) -> Option<&'a [String]> {
    properties.iter().find_map(|(known, value)| match value {
        Property::Texts(texts) if known == name => Some(texts.as_slice()),
        _ => None,
    })
}

/// Reads a table; none if it is none, as a view.
pub fn read(text: &str) -> Option<Shown> {
    let source = Source::new("shown", text);
    let tokens = lex(&source);
    let mut reader = Reader { source: &source, tokens: &tokens, at: 0 };
    reader.word("create")?;
    reader.word("table")?;
    while !reader.is(Symbol::LeftParen) {
        reader.next()?;
    }
    let mut shown = Shown { columns: reader.list(Reader::column)?, ..Shown::default() };
    if reader.word("comment").is_some() {
        shown.comment = Some(reader.string()?);
    }
    if reader.word("with").is_some() {
        shown.properties = reader.list(Reader::property)?;
    }
    Some(shown)
}

struct Reader<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.peek(0)?;
        self.at += 1;
        Some(token)
    }

    fn is(&self, symbol: Symbol) -> bool {
        self.peek(0).is_some_and(|token| token.kind == TokenKind::Symbol(symbol))
    }

    fn symbol(&mut self, symbol: Symbol) -> Option<()> {
        self.is(symbol).then(|| self.at += 1)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let text = |token: &Token| self.source.slice(token.span).eq_ignore_ascii_case(word);
        self.peek(ahead).is_some_and(|token| token.kind == TokenKind::Word && text(token))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.is_word(0, word).then(|| self.at += 1)
    }

    fn name(&mut self) -> Option<String> {
        let token = self.next()?;
        match &token.kind {
            TokenKind::Word => Some(self.source.slice(token.span).to_owned()),
            TokenKind::Name(name, _) => Some(name.clone()),
            _ => None,
        }
    }

    fn string(&mut self) -> Option<String> {
        match &self.next()?.kind {
            TokenKind::Text(text) => Some(text.clone()),
            // Trino shows what is not ASCII as it is, and nothing else in this form.
            TokenKind::UnicodeText(text) if !text.contains('\\') => Some(text.clone()),
            _ => None,
        }
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.symbol(Symbol::LeftParen)?;
        let mut all = vec![read(self)?];
        while self.symbol(Symbol::Comma).is_some() {
            all.push(read(self)?);
        }
        self.symbol(Symbol::RightParen)?;
        Some(all)
    }

    fn column(&mut self) -> Option<ShownColumn> {
        let name = self.name()?;
        let mut column = ShownColumn { name, ty: self.ty()?, ..ShownColumn::default() };
        if self.word("not").is_some() {
            self.word("null")?;
        }
        if self.word("comment").is_some() {
            column.comment = Some(self.string()?);
        }
        if self.word("with").is_some() {
            column.properties = self.list(Self::property)?;
        }
        Some(column)
    }

    /// A type's text: up to what follows a type.
    fn ty(&mut self) -> Option<String> {
        let begin = self.peek(0)?.span.start;
        let (mut depth, mut end) = (0_usize, begin);
        loop {
            let token = self.peek(0)?;
            // `timestamp(3) WITH time zone` goes on, `WITH (…)` does not.
            let properties = self.is_word(0, "with") && !self.is_word(1, "time");
            match token.kind {
                TokenKind::Symbol(Symbol::LeftParen) => depth += 1,
                TokenKind::Symbol(Symbol::RightParen) if depth > 0 => depth -= 1,
                TokenKind::Symbol(Symbol::RightParen | Symbol::Comma) if depth == 0 => break,
                _ if depth == 0 && (properties || self.is_word(0, "comment") || self.is_word(0, "not")) => break,
                _ => {}
            }
            end = token.span.end;
            self.at += 1;
        }
        Some(self.source.text[begin..end].to_owned())
    }

    fn property(&mut self) -> Option<(String, Property)> {
        let name = self.name()?;
        self.symbol(Symbol::Equal)?;
        if self.word("array").is_some() {
            self.symbol(Symbol::LeftBracket)?;
            let mut texts = Vec::new();
            while self.symbol(Symbol::RightBracket).is_none() {
                texts.push(self.string()?);
                let _ = self.symbol(Symbol::Comma);
            }
            return Some((name, Property::Texts(texts)));
        }
        let token = self.peek(0)?;
        let value = match token.kind {
            TokenKind::Word | TokenKind::Number => {
                self.at += 1;
                self.source.slice(token.span).to_owned()
            }
            _ => self.string()?,
        };
        Some((name, Property::Text(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Property, read};

    #[test]
    fn a_table_is_read_as_it_is_shown() {
        let shown = read(
            "CREATE TABLE hive.default.t (\n   a bigint,\n   \"b c\" ROW(\"inner\" varchar, c decimal(10, 2)) COMMENT 'it''s',\n   \
             k varchar WITH (partition_projection_interval = 2, partition_projection_range = ARRAY['0','30'])\n)\nCOMMENT 'x'\n\
             WITH (\n   external_location = 's3://b/t/',\n   partition_projection_enabled = true,\n   partitioned_by = ARRAY['k']\n)",
        )
        .expect("a table");
        let columns: Vec<(&str, &str)> = shown.columns.iter().map(|column| (&*column.name, &*column.ty)).collect();
        assert_eq!(columns, [("a", "bigint"), ("b c", "ROW(\"inner\" varchar, c decimal(10, 2))"), ("k", "varchar")]);
        assert_eq!(shown.columns[1].comment.as_deref(), Some("it's"));
        assert_eq!(shown.columns[2].properties[1].1, Property::Texts(vec!["0".to_owned(), "30".to_owned()]));
        assert_eq!(shown.text("external_location"), Some("s3://b/t/"));
        assert_eq!(shown.text("partition_projection_enabled"), Some("true"));
        assert_eq!(read("CREATE VIEW hive.default.v SECURITY DEFINER AS\nSELECT 1 x"), None);
    }
}
