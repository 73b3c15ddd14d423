//! A statement as Athena takes it: cut out of the text, classified, held against the grammar that its
//! kind has. What needs the catalog or the data comes later.
//!
//! Queries, CTAS, UNLOAD and the DDL that athplan writes are read by the compiler's own front end; the
//! rest of Athena's DDL has a small reader of its own.

mod classify;
mod comment;
mod echo;
mod kind;
mod parameters;
mod reader;
mod split;

use std::sync::Arc;

use athplan::source::{Source, Symbol};
use athplan::spec::ast::{Spec, StatementKind, Using};
use athplan::spec::{ParseError, parse};

pub use self::echo::echo;
pub use self::kind::Kind;
pub use self::parameters::put_in;
pub use self::reader::{Name, Reader, position};
pub use self::split::one_statement;
use super::execution::Failure;
use super::wire::error::WireError;

/// A statement that is well formed.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its text as it runs.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// The table, view or database that it is about.
    pub name: Option<Name>,
    /// `IF EXISTS` or `IF NOT EXISTS`.
    pub conditional: bool,
    /// `LIKE 'pattern'`, or the pattern alone.
    pub pattern: Option<String>,
    /// The partitions that are dropped.
    pub partitions: Vec<Vec<(String, String)>>,
    /// What the front end read: the whole statement, or the query of an INSERT or EXPLAIN.
    pub parsed: Option<Parsed>,
    /// How it fails once it runs, whatever the catalog holds.
    pub doomed: Option<Failure>,
    /// Whether it is `EXPLAIN (TYPE VALIDATE)`.
    pub validates: bool,
}

/// What the front end read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The text that the spec's spans point into, as long as the statement's.
    pub source: Arc<Source>,
    /// One statement.
    pub spec: Spec,
}

impl Parsed {
    /// The statement.
    pub fn kind(&self) -> &StatementKind {
        &self.spec.statements.first().expect("a parsed text has one statement").kind
    }
}

/// Reads one statement's text.
///
/// # Errors
///
/// It is none of Athena's.
pub fn read(text: &str) -> Result<Statement, WireError> {
    let mut reader = Reader::new(text);
    let kind = classify::classify(&mut reader)?;
    let mut statement = Statement {
        text: text.to_owned(),
        kind,
        name: None,
        conditional: false,
        pattern: None,
        partitions: Vec::new(),
        parsed: None,
        doomed: None,
        validates: false,
    };
    match kind {
        Kind::Select | Kind::Unload => statement.parsed = Some(trino(text, text, kind)?),
        Kind::CreateTableAs => create_table_as(&mut statement, &mut reader)?,
        Kind::CreateView => {
            statement.name = reader.name(&['"']);
            statement.parsed = Some(trino(text, text, kind)?);
        }
        Kind::Explain => explain(&mut statement, &mut reader)?,
        Kind::Insert => insert(&mut statement, &mut reader)?,
        Kind::CreateTable => create_table(&mut statement, &mut reader)?,
        Kind::AddPartition => {
            statement.name = reader.name(&['`']);
            statement.parsed = Some(hive(text, &reader)?);
        }
        _ => utility(&mut statement, &mut reader)?,
    }
    statement.doomed = comment::doom(&statement);
    Ok(statement)
}

fn create_table_as(statement: &mut Statement, reader: &mut Reader) -> Result<(), WireError> {
    if reader.has_back_ticks() {
        return Err(WireError::input(NO_LOCATION));
    }
    statement.name = reader.name(&['"']);
    let parts = statement.name.as_ref().map_or(0, |name| name.parts.len());
    if parts > 3 {
        return Err(too_many_parts(statement.name.as_ref()));
    }
    statement.parsed = Some(trino(&statement.text, &statement.text, statement.kind)?);
    Ok(())
}

const NO_LOCATION: &str = "No location was specified for table. An S3 location must be specified";

fn create_table(statement: &mut Statement, reader: &mut Reader) -> Result<(), WireError> {
    statement.conditional = reader.eat(&["if", "not", "exists"]);
    statement.name = reader.name(&['`']);
    if reader.has_clause("location") {
        if reader.find("external").is_none() {
            return Err(WireError::input("External keyword required for table type HIVE"));
        }
    } else if statement.name.is_some() {
        return Err(WireError::input(NO_LOCATION));
    }
    statement.parsed = Some(hive(&statement.text, reader)?);
    Ok(())
}

fn explain(statement: &mut Statement, reader: &mut Reader) -> Result<(), WireError> {
    let analyze = reader.eat(&["analyze"]);
    if reader.is_symbol(Symbol::LeftParen) && !reader.begins_query(1) {
        while !reader.at_end() && !reader.eat_symbol(Symbol::RightParen) {
            statement.validates |= !analyze && reader.eat(&["type", "validate"]);
            if !reader.is_symbol(Symbol::RightParen) {
                reader.advance();
            }
        }
    }
    statement.parsed = Some(behind(statement, reader)?);
    Ok(())
}

fn insert(statement: &mut Statement, reader: &mut Reader) -> Result<(), WireError> {
    statement.name = reader.name(&['"']);
    if statement.name.is_none() {
        return Err(unexpected(reader, "<identifier>"));
    }
    statement.parsed = Some(behind(statement, reader)?);
    Ok(())
}

/// The query that stands behind what the reader has read; its places stay those of the statement.
fn behind(statement: &Statement, reader: &Reader) -> Result<Parsed, WireError> {
    let start = reader.span().start;
    let blank: String = statement.text[..start].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    let padding = " ".repeat(start - blank.len());
    let query = format!("{blank}{padding}{}", &statement.text[start..]);
    trino(&query, &statement.text, Kind::Select)
}

/// Reads what Trino's grammar has.
fn trino(text: &str, shown: &str, kind: Kind) -> Result<Parsed, WireError> {
    let reader = Reader::new(text);
    if reader.has_back_ticks() {
        return Err(WireError::malformed(NOT_SUPPORTED));
    }
    if let Some(span) = reader.own_language() {
        let token = &text[span.range()];
        let place = position(shown, span.start);
        return Err(WireError::malformed(format!("line {place}: mismatched input '{token}'. Expecting: <EOF>")));
    }
    let source = Arc::new(Source::new("statement", text));
    let incomplete = text.trim_end().to_lowercase().ends_with("from");
    let spec = parse(&source).map_err(|errors| match errors.first() {
        Some(_) if incomplete => WireError::malformed(NOT_SUPPORTED),
        Some(error) => syntax(shown, error),
        None => WireError::malformed(NOT_SUPPORTED),
    })?;
    let fits = match spec.statements.as_slice() {
        [only] => match &only.kind {
            StatementKind::Query(_) => kind == Kind::Select,
            StatementKind::CreateTableAs(create) => kind == Kind::CreateTableAs && !create.temporary,
            StatementKind::CreateView(_) => kind == Kind::CreateView,
            StatementKind::Unload(_) => kind == Kind::Unload,
            _ => false,
        },
        _ => false,
    };
    if fits { Ok(Parsed { source, spec }) } else { Err(WireError::malformed(NOT_SUPPORTED)) }
}

const NOT_SUPPORTED: &str = "Queries of this type are not supported";

/// Reads Hive DDL that the front end knows. What Hive's grammar cannot read Athena blames on the first
/// word that Trino does not know.
fn hive(text: &str, reader: &Reader) -> Result<Parsed, WireError> {
    let source = Arc::new(Source::new("statement", text));
    let blamed = |_| match reader.find("external") {
        Some(span) => WireError::malformed(format!(
            "line {}: mismatched input 'EXTERNAL'. Expecting: 'MATERIALIZED', 'MULTI', 'OR', 'ROLE', 'SCHEMA', \
             'TABLE', 'VIEW'",
            position(text, span.start)
        )),
        None => no_viable_alternative(reader),
    };
    let spec = parse(&source).map_err(blamed)?;
    match spec.statements.as_slice() {
        [only] => match &only.kind {
            StatementKind::CreateExternalTable(create) if create.using == Using::Columns => {}
            StatementKind::AddPartitions(_) => {}
            _ => return Err(blamed(Vec::new())),
        },
        _ => return Err(blamed(Vec::new())),
    }
    Ok(Parsed { source, spec })
}

/// Reads the rest of a statement that only names something.
fn utility(statement: &mut Statement, reader: &mut Reader) -> Result<(), WireError> {
    let kind = statement.kind;
    statement.conditional = reader.eat(&["if", "exists"]) || reader.eat(&["if", "not", "exists"]);
    match kind {
        Kind::Describe => {
            let _ = reader.eat(&["extended"]) || reader.eat(&["formatted"]);
        }
        Kind::ShowColumns if !reader.eat(&["from"]) && !reader.eat(&["in"]) => {
            return Err(unexpected(reader, "{'FROM', 'IN'}"));
        }
        _ => {}
    }
    let named = match kind {
        Kind::ShowTables | Kind::ShowViews => reader.eat(&["in"]) || reader.eat(&["from"]),
        Kind::ShowDatabases => false,
        _ => true,
    };
    if named {
        let quotes: &[char] = if matches!(kind, Kind::DropView) { &['"'] } else { &['`'] };
        statement.name = reader.name(quotes);
        if statement.name.is_none() {
            return Err(match kind {
                Kind::Describe => no_viable_alternative(reader),
                Kind::ShowCreateTable => WireError::malformed(NOT_SUPPORTED),
                _ => unexpected_hive(reader),
            });
        }
    }
    match kind {
        Kind::ShowTables | Kind::ShowDatabases | Kind::ShowViews => {
            let _ = reader.eat(&["like"]);
            statement.pattern = reader.string();
        }
        Kind::DropPartition => drop_partition(statement, reader)?,
        Kind::DropDatabase => {
            let _ = reader.eat(&["cascade"]) || reader.eat(&["restrict"]);
        }
        // What these change is read by nobody here.
        Kind::AddColumns
        | Kind::ReplaceColumns
        | Kind::DropColumn
        | Kind::ChangeColumn
        | Kind::SetProperties
        | Kind::SetLocation
        | Kind::Rename
        | Kind::CreateDatabase => return Ok(()),
        _ => {}
    }
    if statement.name.as_ref().is_some_and(|name| name.parts.len() > 3) {
        return Err(too_many_parts(statement.name.as_ref()));
    }
    if reader.at_end() { Ok(()) } else { Err(unexpected_hive(reader)) }
}

/// `DROP [IF EXISTS] PARTITION (key = 'value', …), …`.
fn drop_partition(statement: &mut Statement, reader: &mut Reader) -> Result<(), WireError> {
    let _ = reader.eat(&["drop"]);
    statement.conditional = reader.eat(&["if", "exists"]);
    loop {
        if !reader.eat(&["partition"]) || !reader.eat_symbol(Symbol::LeftParen) {
            return Err(no_viable_alternative(reader));
        }
        let mut values = Vec::new();
        loop {
            let key = reader.name(&['`']).and_then(|name| name.parts.into_iter().next());
            let equal = reader.eat_symbol(Symbol::Equal);
            let value = reader.string().or_else(|| reader.number());
            match (key, equal, value) {
                (Some((key, _)), true, Some(value)) => values.push((key, value)),
                _ => return Err(no_viable_alternative(reader)),
            }
            if !reader.eat_symbol(Symbol::Comma) {
                break;
            }
        }
        if !reader.eat_symbol(Symbol::RightParen) {
            return Err(no_viable_alternative(reader));
        }
        statement.partitions.push(values);
        if !reader.eat_symbol(Symbol::Comma) {
            return Ok(());
        }
    }
}

fn too_many_parts(name: Option<&Name>) -> WireError {
    let parts: Vec<&str> = name.iter().flat_map(|name| &name.parts).map(|(part, _)| part.as_str()).collect();
    WireError::malformed(format!("Invalid table name {}", parts.join(".")))
}

/// A mistake that the front end found, in Trino's words.
fn syntax(text: &str, error: &ParseError) -> WireError {
    let span = error.span();
    let place = position(text, span.start);
    let token = text.get(span.range()).filter(|token| !token.is_empty()).unwrap_or("<EOF>");
    WireError::malformed(match error {
        ParseError::Unexpected { expected, .. } => {
            format!("line {place}: mismatched input '{token}'. Expecting: {expected}")
        }
        other => format!("line {place}: mismatched input '{token}'. ({other})"),
    })
}

/// Trino did not expect the reader's next token.
fn unexpected(reader: &Reader, expected: &str) -> WireError {
    let (place, token) = (reader.position(reader.span().start), reader.text());
    WireError::malformed(format!("line {place}: mismatched input '{token}'. Expecting: {expected}"))
}

/// Hive did not expect the reader's next token.
fn unexpected_hive(reader: &Reader) -> WireError {
    let (place, token) = (reader.position(reader.span().start), reader.text());
    WireError::malformed(format!("line {place}: mismatched input '{token}' expecting {{<EOF>, IDENTIFIER}}"))
}

/// Hive sees no way on at the reader's next token.
fn no_viable_alternative(reader: &Reader) -> WireError {
    let span = reader.span();
    let place = reader.position(span.start);
    WireError::malformed(format!("line {place}: no viable alternative at input '{}'", reader.up_to(span.end)))
}
