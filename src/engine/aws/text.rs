//! What stands around an error's own words: tails that Athena adds to them, and the place they name.

use crate::source::Span;

/// What Athena adds behind a message, each from its first words on: paths of files that may have been
/// left behind, which differ for every attempt, and whom to write to. The caller cleans up what an
/// attempt left; whoever reads or compares messages wants the rest.
const TAILS: &[&str] =
    &[" If a data manifest file was generated at", " You may need to manually clean", " This query ran against the "];

/// A message without the tails.
pub fn without_tails(message: &str) -> &str {
    let end = TAILS.iter().filter_map(|tail| message.find(tail)).min().unwrap_or(message.len());
    message[..end].trim_end().trim_end_matches("..")
}

/// The place in a statement's text that a message names as `line L:C`, both from 1, C in UTF-16 units.
pub fn place(sql: &str, message: &str) -> Option<Span> {
    let (line, column) = message.match_indices("line ").find_map(|(at, word)| {
        let (line, rest) = digits(&message[at + word.len()..])?;
        let (column, rest) = digits(rest.strip_prefix(':')?)?;
        rest.starts_with(':').then_some((line, column))
    })?;
    let (begin, text) = lines(sql).nth(line.checked_sub(1)?)?;
    let mut units = column.checked_sub(1)?;
    for (at, character) in text.char_indices() {
        if units < character.len_utf16() {
            return Some(Span::new(begin + at, begin + at + character.len_utf8()));
        }
        units -= character.len_utf16();
    }
    let end = begin + text.len();
    (units == 0).then(|| Span::new(end, end))
}

/// The lines of a text, each with the byte it begins at.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut begin = 0;
    text.split('\n').map(move |line| {
        let at = begin;
        begin += line.len() + 1;
        (at, line)
    })
}

fn digits(text: &str) -> Option<(usize, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::{place, without_tails};

    /// The tails of athena-wire, section 4.
    #[test]
    fn tails_are_cut() {
        let cases = [
            (
                "TYPE_MISMATCH: line 1:8: no. If a data manifest file was generated at 's3://o/1-manifest.csv', you may need to \
                 manually clean the data from locations specified in the manifest. Athena will not delete data in your account.",
                "TYPE_MISMATCH: line 1:8: no.",
            ),
            (
                "DIVISION_BY_ZERO: Division by zero. You may need to manually clean the data at location 's3://o/tables/1' before \
                 retrying. Athena will not delete data in your account.",
                "DIVISION_BY_ZERO: Division by zero.",
            ),
            (
                "HIVE_BAD_DATA: x. This query ran against the \"default\" database, unless qualified by the query. Please post …",
                "HIVE_BAD_DATA: x.",
            ),
            ("Query exhausted resources at this scale factor", "Query exhausted resources at this scale factor"),
        ];
        for (message, kept) in cases {
            assert_eq!(without_tails(message), kept);
        }
    }

    #[test]
    fn a_place_is_counted_in_lines_and_utf16_units() {
        let sql = "-- athplan run=1\nSELECT '𝄞', nope\nFROM t";
        let at = place(sql, "COLUMN_NOT_FOUND: line 2:14: Column 'nope' cannot be resolved").expect("a place");
        assert_eq!(&sql[at.start..at.end], "n");
        assert!(place(sql, "line 2:18: mismatched input '<EOF>'").is_some_and(|at| at.start == at.end));
        assert_eq!(place(sql, "line 9:1: x"), None);
        assert_eq!(place(sql, "FAILED: ParseException line 1:2 cannot recognize"), None);
        assert_eq!(place(sql, "Division by zero"), None);
    }
}
