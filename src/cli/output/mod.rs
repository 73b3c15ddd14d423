//! Results as people and programs read them.
//!
//! Values come from logs, and logs are written by attackers too. Each format makes them harmless
//! for the place where it is read, and reversibly, since an oddity is evidence:
//!
//! | format | for | harmless by |
//! |---|---|---|
//! | table | terminals | hidden characters as `\u{202e}` |
//! | csv | spreadsheets | the same, and `'` before what would be a formula |
//! | json | programs | JSON's own `\u202e` escapes, so that a reader gets the exact value |
//! | parquet | programs | nothing: its values are the exact ones |

pub mod csv;
pub(super) mod escape;
pub mod json;
mod name;
#[cfg(feature = "local")]
pub mod parquet;
pub mod table;

/// A JSON text of our own that names come into, its hidden characters as JSON's escapes.
pub(super) use json::escaped as visible_json;

/// Lines with their hidden characters escaped.
pub fn visible_lines(text: &str) -> String {
    text.lines().map(|line| visible(line) + "\n").collect()
}

/// A text with its hidden characters escaped, as tables show it.
pub fn visible(text: &str) -> String {
    escape::visible(text, |_| false)
}
