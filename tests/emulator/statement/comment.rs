//! Comments that Hive's DDL does not survive: such a statement is accepted, and fails when it runs.
//!
//! Measured on Athena in September 2026: `--` comments never matter. `/* */` breaks DESCRIBE before
//! the name, and SHOW CREATE TABLE, MSCK and the ALTER statements about columns anywhere. In front of
//! CREATE EXTERNAL TABLE, DROP TABLE and the statements about partitions it was not measured; engine
//! version 2 refused it, so it is refused here, that nobody may rely on it.

use super::{Kind, Reader, Statement};
use crate::emulator::execution::Failure;

/// How a statement's comments make it fail.
pub fn doom(statement: &Statement) -> Option<Failure> {
    let text = &statement.text;
    let reader = Reader::new(text);
    let name_end = statement.name.as_ref().and_then(|name| name.parts.last()).map_or(text.len(), |part| part.1.end);
    let broken_before = match statement.kind {
        Kind::Describe => name_end,
        Kind::ShowCreateTable
        | Kind::Repair
        | Kind::AddColumns
        | Kind::ReplaceColumns
        | Kind::ChangeColumn
        | Kind::DropColumn
        | Kind::Rename => text.len(),
        Kind::CreateTable | Kind::DropTable | Kind::AddPartition | Kind::DropPartition => reader.span().start,
        _ => return None,
    };
    let at = reader.block_comment_before(broken_before)?;
    let word = text[at + 2..].split_whitespace().next().unwrap_or("*").trim_end_matches("*/");
    let (line, column) = hive_position(text, at);
    let place = if at < reader.span().start { "" } else { " in ddl statement" };
    let reason =
        format!("FAILED: ParseException line {line}:{column} cannot recognize input near '/' '*' '{word}'{place}");
    Some(match statement.kind {
        Kind::DropColumn | Kind::Rename | Kind::ReplaceColumns | Kind::ChangeColumn => Failure {
            message: Some("Query type not supported by DDL engine.".to_owned()),
            ..Failure::new(2, 1006, reason)
        },
        _ => Failure::new(1, 1003, reason),
    })
}

/// The line from 1 and the column from 0, where runs of white space count as one character.
fn hive_position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    let mut column = 0;
    let mut blank = false;
    for character in last.chars() {
        column += usize::from(!(blank && character.is_whitespace()));
        blank = character.is_whitespace();
    }
    (line, column)
}
