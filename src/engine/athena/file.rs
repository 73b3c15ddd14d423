//! Athena's result files: CSV in which a NULL is nothing between two commas and an empty text is `""`.
//!
//! A general reader of CSV does not tell the two apart, and the difference is the answer: a key that
//! was never used has no last use, which is not a last use of no name.

/// The rows of a file, the names of its columns first; none if it is none of Athena's.
pub fn read(text: &str) -> Option<Vec<Vec<Option<String>>>> {
    let mut rows = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut row = Vec::new();
        loop {
            let (field, behind) = field(rest)?;
            row.push(field);
            match behind.strip_prefix(',') {
                Some(behind) => rest = behind,
                None => {
                    rest = behind.strip_prefix('\n')?;
                    break;
                }
            }
        }
        rows.push(row);
    }
    Some(rows)
}

/// A field, and what stands behind it. Every value is quoted, with its own quotes doubled.
fn field(text: &str) -> Option<(Option<String>, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        return text.starts_with([',', '\n']).then_some((None, text));
    };
    let mut value = String::new();
    loop {
        let (before, behind) = rest.split_once('"')?;
        value.push_str(before);
        match behind.strip_prefix('"') {
            Some(behind) => {
                value.push('"');
                rest = behind;
            }
            None => return Some((Some(value), behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    /// The dialect of athena-wire, section 6.
    #[test]
    fn null_quotes_commas_and_line_ends_are_read() {
        let text = "\"a\",\"b\",\"c\"\n\"1\",,\"\"\n,\"x\"\"y,\nz\",\"\u{1F600}\"\n";
        let rows = read(text).expect("well formed");
        let expected: [[Option<&str>; 3]; 3] = [
            [Some("a"), Some("b"), Some("c")],
            [Some("1"), None, Some("")],
            [None, Some("x\"y,\nz"), Some("\u{1F600}")],
        ];
        let rows: Vec<Vec<Option<&str>>> =
            rows.iter().map(|row| row.iter().map(|field| field.as_deref()).collect()).collect();
        assert_eq!(rows, expected);
        assert_eq!(read("\"only the names\"\n").map(|rows| rows.len()), Some(1));
        // A row of one NULL is an empty line.
        assert_eq!(read("\"a\"\n\n"), Some(vec![vec![Some("a".to_owned())], vec![None]]));
    }

    #[test]
    fn what_athena_does_not_write_is_not_read() {
        for text in ["a,b\n", "\"a\"", "\"a\n", "\"a\"b\n", "\"a\"\r\n"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
