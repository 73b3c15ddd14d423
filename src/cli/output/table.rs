//! A result as a table for terminals.
//!
//! NULL is shown as `NULL`; the text `NULL` begins with an escape, an empty text is empty, and a
//! blank at either end of a text is escaped, so that no two values look alike.

use std::io::{self, Write};

use console::{Term, measure_text_width};

use super::escape::{push, visible};
use crate::constant::{Value, format};
use crate::engine::ResultSet;
use crate::types::Type;

/// A column is never made narrower than this to fit a line.
const NARROWEST: usize = 8;

/// Prints the table, and under it the number of rows. On a terminal its lines are made to fit.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write(result: &ResultSet, to_terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let size = if to_terminal { Term::stdout().size_checked() } else { None };
    write_within(result, size.map(|(_, columns)| usize::from(columns)), out)
}

/// Prints the table with lines of at most `width` characters, where the columns leave a choice.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write_within(result: &ResultSet, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let mut names: Vec<String> = result.columns.iter().map(|(name, _)| visible(name, |_| false)).collect();
    let mut rows: Vec<Vec<String>> = result
        .rows
        .iter()
        .map(|row| row.iter().zip(&result.columns).map(|(value, (_, ty))| cell(value, ty)).collect())
        .collect();
    let mut widths: Vec<usize> = names.iter().map(|name| measure_text_width(name)).collect();
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(measure_text_width(cell));
        }
    }
    let mut shortened = 0_usize;
    if let Some(width) = width {
        narrow(&mut widths, width);
        for line in rows.iter_mut().chain(std::iter::once(&mut names)) {
            for (cell, width) in line.iter_mut().zip(&widths) {
                shortened += usize::from(shorten(cell, *width));
            }
        }
    }
    line(&names, &widths, |_| false, out)?;
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
    writeln!(out, "{}", rule.join("+"))?;
    for row in &rows {
        line(row, &widths, |at| result.columns[at].1.is_numeric(), out)?;
    }
    let count = rows.len();
    writeln!(out, "({count} {})", if count == 1 { "row" } else { "rows" })?;
    if shortened > 0 {
        writeln!(out, "(shortened to fit, marked …: {shortened}; --format csv or json gives them whole)")?;
    }
    Ok(())
}

/// A value as it is shown.
fn cell(value: &Value, ty: &Type) -> String {
    let text = visible(&format(value, ty), |_| false);
    if value.is_null() {
        return text;
    }
    if text == "NULL" {
        let mut shown = String::new();
        push(&mut shown, 'N');
        return shown + "ULL";
    }
    match (text.strip_prefix(' '), text.strip_suffix(' ')) {
        (None, None) => text,
        (Some(""), _) => escaped_blank(),
        (Some(rest), None) => escaped_blank() + rest,
        (None, Some(rest)) => rest.to_owned() + &escaped_blank(),
        (Some(_), Some(_)) => escaped_blank() + &text[1..text.len() - 1] + &escaped_blank(),
    }
}

fn escaped_blank() -> String {
    let mut shown = String::new();
    push(&mut shown, ' ');
    shown
}

/// Takes from the widest columns until the line fits, or none can give any more.
fn narrow(widths: &mut [usize], limit: usize) {
    // A cell has a blank on either side, and a bar stands between two cells.
    let frame = widths.len() * 3;
    loop {
        let excess = (widths.iter().sum::<usize>() + frame).saturating_sub(limit + 1);
        let Some(widest) = widths.iter().copied().max().filter(|widest| excess > 0 && *widest > NARROWEST) else {
            return;
        };
        let next = widths.iter().copied().filter(|width| *width < widest).max().unwrap_or(0);
        let wide = widths.iter().filter(|width| **width == widest).count();
        let cut = excess.div_ceil(wide).min(widest - next.max(NARROWEST)).max(1);
        widths.iter_mut().filter(|width| **width == widest).for_each(|width| *width -= cut);
    }
}

/// Shortens a text that is wider than `width`; whether it was.
fn shorten(text: &mut String, width: usize) -> bool {
    if measure_text_width(text) <= width {
        return false;
    }
    let mut taken = 0;
    let mut shown = String::new();
    for character in text.chars() {
        taken += measure_text_width(character.encode_utf8(&mut [0; 4]));
        if taken >= width {
            break;
        }
        shown.push(character);
    }
    shown.push('…');
    *text = shown;
    true
}

/// Prints one line of cells.
fn line(
    cells: &[String],
    widths: &[usize],
    to_the_right: impl Fn(usize) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if at > 0 {
            text.push('|');
        }
        let blanks = " ".repeat(width.saturating_sub(measure_text_width(cell)));
        let (before, after) = if to_the_right(at) { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        text.extend([" ", before, cell, after, " "]);
    }
    writeln!(out, "{}", text.trim_end())
}
