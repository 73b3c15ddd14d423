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

mod csv;
mod escape;
mod json;
mod table;

use std::io::{self, Write};

use clap::ValueEnum;

use crate::engine::ResultSet;

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns that line up, for people
    Table,
    /// RFC 4180; NULL is an empty field, an empty string is ""
    Csv,
    /// One JSON object a line
    Json,
}

/// Prints a result. A table's lines are at most `width` characters wide, where a width is given and
/// the columns leave a choice; the other formats never shorten anything.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write(format: Format, result: &ResultSet, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table::write(result, width, out),
        Format::Csv => csv::write(result, out),
        Format::Json => json::write(result, out),
    }
}

/// How many characters fit into a line of standard output, if it is a terminal.
pub fn terminal_width() -> Option<usize> {
    let terminal = console::Term::stdout();
    if !terminal.is_term() {
        return None;
    }
    terminal.size_checked().map(|(_, columns)| usize::from(columns))
}
