//! What GetQueryExecution gives back of a statement: not always what was sent.
//!
//! Measured on Athena in September 2026: DESCRIBE loses the table's database; SHOW COLUMNS, SHOW
//! CREATE TABLE, SHOW TABLES IN, SHOW TBLPROPERTIES, ALTER TABLE and DROP TABLE lose an unquoted
//! `awsdatacatalog.` in front. The context's database becomes the one that the text names.

use super::{Kind, Statement};

/// A statement's text and database as Athena gives them back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// `Query`.
    pub query: String,
    /// The database that the text names, where that counts.
    pub database: Option<String>,
}

/// What is given back of a statement that was sent as a text.
pub fn echo(sent: &str, statement: &Statement) -> Echo {
    let unchanged = Echo { query: sent.to_owned(), database: None };
    let Some(name) = &statement.name else { return unchanged };
    let parts = &name.parts;
    let database = match (statement.kind, parts.as_slice()) {
        (Kind::ShowTables, [.., (database, _)]) => Some(database.clone()),
        (_, [.., (database, _), _]) => Some(database.clone()),
        _ => None,
    };
    let kept = match statement.kind {
        Kind::Describe => parts.last(),
        Kind::ShowColumns
        | Kind::ShowCreateTable
        | Kind::ShowTables
        | Kind::ShowProperties
        | Kind::AddPartition
        | Kind::DropPartition
        | Kind::AddColumns
        | Kind::ReplaceColumns
        | Kind::ChangeColumn
        | Kind::SetProperties
        | Kind::SetLocation
        | Kind::DropTable => {
            let catalog = parts.len() > 1 && parts[0].0 == "awsdatacatalog" && !name.quoted;
            parts.get(usize::from(catalog))
        }
        _ => return unchanged,
    };
    let (Some((_, first)), Some((_, kept))) = (parts.first(), kept) else { return unchanged };
    Echo { query: format!("{}{}", &sent[..first.start], &sent[kept.start..]), database }
}
