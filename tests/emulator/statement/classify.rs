//! Which kind a statement is, by its first words: comments never matter, blanks need not follow a word.

use super::kind::Kind;
use super::reader::Reader;
use super::{no_viable_alternative, unexpected};
use crate::emulator::wire::error::WireError;

/// The kind of a statement; the reader is left behind the words that told it.
///
/// # Errors
///
/// Athena has no such statement.
pub fn classify(reader: &mut Reader) -> Result<Kind, WireError> {
    if reader.begins_query(0) {
        return Ok(Kind::Select);
    }
    let simple: [(&[&str], Kind); 9] = [
        (&["explain"], Kind::Explain),
        (&["insert", "into"], Kind::Insert),
        (&["unload"], Kind::Unload),
        (&["msck", "repair", "table"], Kind::Repair),
        (&["drop", "table"], Kind::DropTable),
        (&["drop", "view"], Kind::DropView),
        (&["drop", "database"], Kind::DropDatabase),
        (&["drop", "schema"], Kind::DropDatabase),
        (&["describe"], Kind::Describe),
    ];
    if let Some((_, kind)) = simple.into_iter().find(|(words, _)| reader.eat(words)) {
        return Ok(kind);
    }
    if reader.eat(&["desc"]) {
        return Ok(Kind::Describe);
    }
    if reader.eat(&["create"]) {
        return create(reader);
    }
    if reader.eat(&["alter"]) {
        return alter(reader);
    }
    if reader.eat(&["show"]) {
        return show(reader);
    }
    Err(unexpected(reader, "'ALTER', 'CREATE', 'DELETE', 'DROP', 'EXPLAIN', 'INSERT', 'SELECT', 'SHOW', 'WITH'"))
}

fn create(reader: &mut Reader) -> Result<Kind, WireError> {
    let replace = reader.eat(&["or", "replace"]);
    if reader.eat(&["view"]) {
        return Ok(Kind::CreateView);
    }
    if replace {
        return Err(unexpected(reader, "'VIEW'"));
    }
    if reader.eat(&["external", "table"]) {
        return Ok(Kind::CreateTable);
    }
    if reader.eat(&["table"]) {
        return Ok(if reader.as_query().is_some() { Kind::CreateTableAs } else { Kind::CreateTable });
    }
    if reader.eat(&["database"]) || reader.eat(&["schema"]) {
        return Ok(Kind::CreateDatabase);
    }
    Err(unexpected(reader, "'OR', 'SCHEMA', 'TABLE', 'VIEW'"))
}

/// `ALTER TABLE name …`; the reader stays behind `ALTER TABLE`, the name is read again by who wants it.
fn alter(reader: &mut Reader) -> Result<Kind, WireError> {
    if !reader.eat(&["table"]) {
        return Err(unexpected(reader, "'TABLE'"));
    }
    let mut behind = reader.clone();
    if behind.name(&['`']).is_none() {
        return Err(no_viable_alternative(&behind));
    }
    let forms: [(&[&str], Kind); 11] = [
        (&["add", "if", "not", "exists", "partition"], Kind::AddPartition),
        (&["add", "partition"], Kind::AddPartition),
        (&["add", "columns"], Kind::AddColumns),
        (&["drop", "if", "exists", "partition"], Kind::DropPartition),
        (&["drop", "partition"], Kind::DropPartition),
        (&["drop", "column"], Kind::DropColumn),
        (&["replace", "columns"], Kind::ReplaceColumns),
        (&["change"], Kind::ChangeColumn),
        (&["set", "tblproperties"], Kind::SetProperties),
        (&["set", "location"], Kind::SetLocation),
        (&["rename", "to"], Kind::Rename),
    ];
    match forms.into_iter().find(|(words, _)| behind.eat(words)) {
        Some((_, kind)) => Ok(kind),
        None => Err(no_viable_alternative(&behind)),
    }
}

fn show(reader: &mut Reader) -> Result<Kind, WireError> {
    let forms: [(&[&str], Kind); 8] = [
        (&["partitions"], Kind::ShowPartitions),
        (&["tables"], Kind::ShowTables),
        (&["databases"], Kind::ShowDatabases),
        (&["schemas"], Kind::ShowDatabases),
        (&["columns"], Kind::ShowColumns),
        (&["tblproperties"], Kind::ShowProperties),
        (&["create", "table"], Kind::ShowCreateTable),
        (&["views"], Kind::ShowViews),
    ];
    match forms.into_iter().find(|(words, _)| reader.eat(words)) {
        Some((_, kind)) => Ok(kind),
        None => Err(unexpected(reader, "'COLUMNS', 'CREATE', 'FUNCTIONS', 'PARTITIONS', 'SCHEMAS', 'TABLES'")),
    }
}
