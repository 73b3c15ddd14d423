//! From a statement in Athena's SQL to what a Trino with the Hive connector is asked for.
//!
//! A query goes as it is, but for bare decimals, which are doubles on Athena. What Athena has Hive's grammar for, and
//! UNLOAD, which Trino has not, become other statements, some of them several; what no statement of Trino's says is
//! refused here, before anything has run.

mod create;
mod format;
mod literal;
mod partitions;
mod projection;
mod query;
mod store;

use super::text::Text;
use crate::engine::{EngineError, ErrorClass};
use crate::source::{Source, Symbol, Token, TokenKind, lex};
use crate::spec::ast::{ObjectName, StatementKind};
use crate::spec::parse;
use crate::types::Dialect;

pub use create::declared;
pub use literal::{name, string, table_name};

/// What is done for a statement: first of all the checks, then Trino's statements, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// What kind of statement it is.
    pub work: Work,
    /// What must hold before anything runs.
    pub checks: Vec<Check>,
    /// Trino's statements, at least one.
    pub steps: Vec<Step>,
}

/// What a script does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It yields rows.
    Query,
    /// It stores rows, and has when its first statement is done.
    Store,
    /// It defines, registers or drops: done twice, it is done once.
    Define,
}

/// What must hold before a script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// No file lies there: what an attempt writes would stand beside what another one wrote.
    Empty(String),
    /// The table is there and is external, or is not there: files of others are never deleted with it.
    External(String),
}

/// One of Trino's statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its text.
    pub text: Text,
    /// The name of an error that means that it is done already.
    pub done_if: Option<&'static str>,
}

impl Step {
    fn new(text: Text) -> Self {
        Self { text, done_if: None }
    }

    /// A statement that is Trino's already.
    pub fn plain(sql: &str) -> Self {
        let mut text = Text::default();
        text.take(sql, 0);
        Self::new(text)
    }
}

impl Work {
    /// The word for it in a query's source.
    pub fn word(self) -> &'static str {
        match self {
            Work::Query => "query",
            Work::Store => "store",
            Work::Define => "define",
        }
    }
}

/// Translates a statement; `scratch` is the name of a table that nobody else has, for statements that need one.
///
/// # Errors
///
/// It is no statement of Athena's, or one that Trino has no words for.
pub fn translate(sql: &str, dialect: Dialect, scratch: &str) -> Result<Script, EngineError> {
    let source = Source::new("statement", sql);
    let tokens = lex(&source);
    if !is_translated(&source, &tokens) {
        let mut text = Text::default();
        query::take(&mut text, &source, &tokens, 0, sql.len(), dialect);
        return Ok(Script { work: Work::Query, checks: Vec::new(), steps: vec![Step::new(text)] });
    }
    let spec = parse(&source).map_err(|errors| {
        let said = errors.first().map(ToString::to_string).unwrap_or_default();
        EngineError::new(ErrorClass::Statement, said)
    })?;
    let [statement] = spec.statements.as_slice() else {
        return Err(EngineError::new(ErrorClass::Statement, "one statement at a time"));
    };
    let whole = store::Whole { source: &source, tokens: &tokens, dialect };
    match &statement.kind {
        StatementKind::CreateExternalTable(definition) => {
            let table = declared(definition)?;
            let text = create::create(&table, definition.if_not_exists)?;
            Ok(define(vec![Step::new(Text::new(text))]))
        }
        StatementKind::AddPartitions(added) => partitions::register(added).map(define),
        StatementKind::DropTable(drop) => {
            let name = full_name(&drop.name);
            let if_exists = if drop.if_exists { "IF EXISTS " } else { "" };
            let text = format!("DROP TABLE {if_exists}{}", table_name(&name));
            Ok(Script { checks: vec![Check::External(name)], ..define(vec![Step::new(Text::new(text))]) })
        }
        StatementKind::CreateTableAs(create) if !create.temporary => store::create_table_as(&whole, create),
        StatementKind::Unload(unload) => store::unload(&whole, unload, scratch),
        _ => Err(EngineError::new(ErrorClass::Unsupported, "athplan compiles this statement; no engine gets it")),
    }
}

fn define(steps: Vec<Step>) -> Script {
    Script { work: Work::Define, checks: Vec::new(), steps }
}

/// Whether a statement is one that Trino does not take as it is.
fn is_translated(source: &Source, tokens: &[Token]) -> bool {
    let word =
        |at: usize| tokens.get(at).filter(|token| token.kind == TokenKind::Word).map(|token| source.slice(token.span));
    let is = |at: usize, known: &str| word(at).is_some_and(|word| word.eq_ignore_ascii_case(known));
    let behind = tokens.get(1).map(|token| &token.kind);
    is(0, "alter")
        || is(0, "drop")
        || (is(0, "create") && (is(1, "external") || is(1, "table") || is(1, "temporary")))
        || (is(0, "unload") && behind == Some(&TokenKind::Symbol(Symbol::LeftParen)))
}

/// `schema.table`, as a catalog knows it.
fn full_name(name: &ObjectName) -> String {
    name.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(".")
}

/// The refusal of something, with the way out.
fn refused(what: impl Into<String>) -> EngineError {
    EngineError::new(ErrorClass::Unsupported, what)
}
