//! The statements around queries; Hive's table definitions have their own file.

use super::cursor::{Parsed, Parser};
use crate::source::{Span, Symbol};
use crate::spec::ParseError;
use crate::spec::ast::{
    ColumnDefinition, CreateTableAs, CreateTableFromFile, CreateView, Declare, DropTable, Expr, Ident, SetOption,
    Statement, StatementKind, Unload,
};
use crate::types::nearest;

/// The words that statements begin with.
const BEGINNINGS: [&str; 11] =
    ["ALTER", "CREATE", "DECLARE", "DROP", "FOREACH", "SELECT", "SET", "TABLE", "UNLOAD", "VALUES", "WITH"];

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let start = self.span();
        let kind = if self.is("create") {
            self.create()?
        } else if self.eat("declare") {
            self.declare()?
        } else if self.eat("set") {
            let name = self.object_name()?;
            self.expect_symbol(Symbol::Equal, "=")?;
            StatementKind::Set(SetOption { name, value: self.expression()? })
        } else if self.eat("drop") {
            self.drop_table()?
        } else if self.eat("alter") {
            self.hive = true;
            StatementKind::AddPartitions(self.add_partitions()?)
        } else if self.eat("unload") {
            self.unload()?
        } else if self.begins_query(self.index()) || self.is("foreach") || self.is_symbol(Symbol::LeftParen) {
            StatementKind::Query(self.query()?)
        } else {
            self.refuse_for_each()?;
            return Err(self.unknown_statement());
        };
        Ok(Statement { kind, span: self.since(start) })
    }

    fn unknown_statement(&self) -> Box<ParseError> {
        let word = self.peek(0).map_or("", |token| self.text(token));
        let help = match nearest(word, BEGINNINGS) {
            Some(beginning) => format!("did you mean {beginning}?"),
            None => format!("a statement begins with one of {}", BEGINNINGS.join(", ")),
        };
        Box::new(ParseError::UnknownStatement {
            word: self.found().trim_matches('`').to_owned(),
            span: self.span(),
            help: Some(help),
        })
    }

    fn create(&mut self) -> Parsed<StatementKind> {
        let start = self.span();
        self.expect("create")?;
        if self.eat("external") {
            self.hive = true;
            return Ok(StatementKind::CreateExternalTable(Box::new(self.create_external_table()?)));
        }
        let replace = self.eat_all(&["or", "replace"]);
        if self.eat("view") {
            return self.create_view();
        }
        if replace {
            return Err(self.unexpected("VIEW"));
        }
        let temporary = self.eat("temporary");
        self.expect("table").map_err(|_| {
            self.unexpected(if temporary { "TABLE" } else { "EXTERNAL TABLE, TEMPORARY TABLE, TABLE or VIEW" })
        })?;
        if self.are(&["if", "not", "exists"]) {
            let help = "a table that exists is refused before the run, unless --replace";
            return self.refused("IF NOT EXISTS with AS or FROM", self.span(), help);
        }
        let name = self.object_name()?;
        if self.is_symbol(Symbol::LeftParen) {
            return self.columns_of_file(name, temporary, start);
        }
        let properties = if self.eat("with") { self.trino_properties()? } else { Vec::new() };
        self.expect("as")?;
        let in_parentheses = self.is_symbol(Symbol::LeftParen) && self.word_at(self.index() + 1, "with");
        let query = if in_parentheses { self.parenthesised_query()? } else { self.query()? };
        if self.is("with") {
            let help = "leave it out, and add WHERE false for an empty table";
            return self.refused("WITH [NO] DATA", self.span(), help);
        }
        Ok(StatementKind::CreateTableAs(CreateTableAs { temporary, name, properties, query }))
    }

    /// `(columns) FROM 'file'` behind the table's name.
    fn columns_of_file(
        &mut self,
        name: crate::spec::ast::ObjectName,
        temporary: bool,
        start: Span,
    ) -> Parsed<StatementKind> {
        if !temporary {
            let help = "CREATE EXTERNAL TABLE for files in S3, CREATE TEMPORARY TABLE … FROM 'file.csv' for a local file, CREATE TABLE … AS for a result";
            return self.refused("CREATE TABLE with columns", self.since(start), help);
        }
        let columns = self.parenthesised_list(Self::column_definition)?;
        self.expect("from")?;
        let file = self.string_for("the file's name in quotes")?;
        Ok(StatementKind::CreateTableFromFile(CreateTableFromFile { name, columns, file }))
    }

    /// `name type [COMMENT 'text']`.
    pub(super) fn column_definition(&mut self) -> Parsed<ColumnDefinition> {
        let name = self.ident_for("a column's name")?;
        let ty = self.type_name()?;
        if self.are(&["not", "null"]) {
            return self.refused("NOT NULL", self.span(), "Hive tables have no constraints; leave it out");
        }
        let comment = if self.eat("comment") { Some(self.string_for("the comment in quotes")?) } else { None };
        Ok(ColumnDefinition { name, ty, comment })
    }

    fn create_view(&mut self) -> Parsed<StatementKind> {
        let name = self.object_name()?;
        let columns = if self.is_symbol(Symbol::LeftParen) { self.names()? } else { Vec::new() };
        self.expect("as")?;
        Ok(StatementKind::CreateView(CreateView { name, columns, query: self.query()? }))
    }

    fn declare(&mut self) -> Parsed<StatementKind> {
        let name = self.ident_for("the parameter's name")?;
        let ty = self.type_name()?;
        let default = if self.eat("default") { Some(self.expression()?) } else { None };
        Ok(StatementKind::Declare(Declare { name, ty, default }))
    }

    fn drop_table(&mut self) -> Parsed<StatementKind> {
        self.hive = true;
        self.expect("table")?;
        let if_exists = self.eat_all(&["if", "exists"]);
        Ok(StatementKind::DropTable(DropTable { if_exists, name: self.object_name()? }))
    }

    fn unload(&mut self) -> Parsed<StatementKind> {
        let query = self.parenthesised_query()?;
        self.expect("to")?;
        let location = self.string_for("the location in quotes")?;
        let properties = if self.eat("with") { self.trino_properties()? } else { Vec::new() };
        Ok(StatementKind::Unload(Unload { query, location, properties }))
    }

    /// `(name = expression, …)`.
    fn trino_properties(&mut self) -> Parsed<Vec<(Ident, Expr)>> {
        self.parenthesised_list(|parser| {
            let name = parser.ident_for("a property's name")?;
            parser.expect_symbol(Symbol::Equal, "=")?;
            Ok((name, parser.expression()?))
        })
    }
}
