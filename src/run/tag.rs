//! How a statement goes to an engine: in which of its queues, and under which name.
//!
//! The name is a comment in front of the text. A statement whose id was never recorded is found in the
//! engine's history by it, and people see there what a query belongs to. Hive DDL has none: a comment
//! can fail it.

use crate::emit::{Purpose, StatementId};
use crate::engine::Kind;

/// The most characters of a statement's id that a comment holds: a name in a spec may be long.
const SHOWN: usize = 120;

/// What a statement's purpose makes it for an engine.
pub fn kind(purpose: Purpose) -> Kind {
    match purpose {
        Purpose::Define | Purpose::Register | Purpose::Drop => Kind::Definition,
        Purpose::Keys | Purpose::Answer => Kind::Query,
        Purpose::Store => Kind::Store,
    }
}

/// A statement's text under a comment that names run, statement and attempt.
pub fn tagged(run: &str, statement: &StatementId, attempt: usize, text: &str) -> String {
    // A name may hold anything, an end of line too, behind which it would be SQL.
    let plain =
        |character: char| if character.is_ascii_alphanumeric() || "_-./".contains(character) { character } else { '_' };
    let statement: String = statement.0.chars().take(SHOWN).map(plain).collect();
    format!("-- athplan run={run} statement={statement} attempt={attempt}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::tagged;
    use crate::emit::StatementId;

    #[test]
    fn a_name_never_ends_the_comment() {
        let id = StatementId("a\nDROP TABLE t; --/1 x".to_owned());
        let tag = tagged("r1", &id, 2, "SELECT 1");
        assert_eq!(tag, "-- athplan run=r1 statement=a_DROP_TABLE_t__--/1_x attempt=2\nSELECT 1");
        let long = StatementId("n".repeat(10_000));
        assert!(tagged("r1", &long, 1, "").len() < 200);
    }
}
