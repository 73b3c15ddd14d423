//! Trino's reserved words: they must be quoted to serve as names.
//!
//! From Trino's documentation of keywords and identifiers
//! (<https://trino.io/docs/current/language/reserved.html>), and what its grammar adds to it. All
//! other keywords are names wherever a name may stand.

/// The reserved words, sorted.
#[rustfmt::skip]
const RESERVED: [&str; 82] = [
    "alter", "and", "as", "between", "by", "case", "cast", "constraint", "create", "cross", "cube", "current_catalog",
    "current_date", "current_path", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "deallocate", "delete", "describe", "distinct", "drop", "else", "end", "escape", "except",
    "execute", "exists", "extract", "false", "for", "from", "full", "group", "grouping", "having", "in", "inner",
    "insert", "intersect", "into", "is", "join", "json_array", "json_exists", "json_object", "json_query",
    "json_table", "json_value", "left", "like", "listagg", "localtime", "localtimestamp", "natural", "normalize",
    "not", "null", "on", "or", "order", "outer", "prepare", "recursive", "right", "rollup", "select", "skip", "table",
    "then", "trim", "true", "uescape", "union", "unnest", "using", "values", "when", "where", "with",
];

/// Whether a word is reserved, in any case of letters.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

/// The reserved words that go on with a query or an expression. Where something else is wanted, it is
/// missing: nobody means such a word as a name.
#[rustfmt::skip]
const CONTINUING: [&str; 25] = [
    "and", "as", "between", "by", "cross", "else", "except", "from", "full", "group", "having", "in", "inner",
    "intersect", "is", "join", "like", "on", "or", "order", "then", "union", "using", "when", "where",
];

/// Whether a word, in any case, goes on with what stands before it.
pub(super) fn is_continuing(word: &str) -> bool {
    CONTINUING.iter().any(|continuing| word.eq_ignore_ascii_case(continuing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted_and_found_in_any_case() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("End") && is_reserved("alter") && is_reserved("WITH"));
        for name in ["date", "day", "type", "row", "foreach", "key", "if", "limit", "position"] {
            assert!(!is_reserved(name), "{name} is a name for Trino");
        }
    }
}
