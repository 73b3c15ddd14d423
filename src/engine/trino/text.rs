//! A statement's text as Trino gets it, which remembers what of it the statement said itself: so an error's place in
//! the one is a place in the other.

use super::protocol::Place;
use crate::source::Span;

/// A text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    /// Parts that were taken over: where each begins here, its length, and where it begins in the statement.
    taken: Vec<(usize, usize, usize)>,
}

impl Text {
    /// A text of which the statement says nothing.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), taken: Vec::new() }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Adds text that the statement does not say.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a part of the statement, which begins there at `start`.
    pub fn take(&mut self, part: &str, start: usize) -> &mut Self {
        self.taken.push((self.text.len(), part.len(), start));
        self.text.push_str(part);
        self
    }

    /// The place in the statement of what an error speaks of, if the statement says it.
    pub fn place(&self, place: Place) -> Option<Span> {
        let mut begin = 0;
        for _ in 1..place.line_number {
            begin += self.text.get(begin..)?.find('\n')? + 1;
        }
        let line = self.text.get(begin..)?;
        let line = line.split('\n').next().unwrap_or(line);
        let (at, width) = match line.char_indices().nth(place.column_number.checked_sub(1)?) {
            Some((at, character)) => (begin + at, character.len_utf8()),
            None => (begin + line.len(), 0),
        };
        let (here, _, there) =
            self.taken.iter().rev().find(|(begin, length, _)| *begin <= at && at + width <= begin + length)?;
        let start = there + (at - here);
        Some(Span::new(start, start + width))
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Text};

    #[test]
    fn a_place_is_found_behind_what_was_put_in() {
        let sql = "UNLOAD (\nSELECT '𝄞', nope FROM t) TO 's3://b/'";
        let mut text = Text::new("CREATE TABLE x AS");
        text.take(&sql[8..32], 8);
        let span = text.place(Place { line_number: 2, column_number: 13 }).expect("the statement says it");
        assert_eq!(&sql[span.range()], "n");
        assert_eq!(text.place(Place { line_number: 1, column_number: 3 }), None);
        assert_eq!(text.place(Place { line_number: 9, column_number: 3 }), None);
    }
}
