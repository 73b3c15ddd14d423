//! Characters that hide, or change how others show, made visible.
//!
//! An escape is `\u{…}` with the character's number. A backslash stands for itself, unless `u{`
//! follows, when it is escaped too: so every `\u{…}` that is shown was put there, and undoing them
//! all gives back the value.

use std::fmt::Write;

use crate::emit::hidden;

/// A text with every hidden character escaped that `keep` does not let through.
pub fn visible(text: &str, keep: fn(char) -> bool) -> String {
    with_places(text, keep).0
}

/// The same, with the places behind each escape: in the text, and in what is shown.
pub fn with_places(text: &str, keep: fn(char) -> bool) -> (String, Vec<(usize, usize)>) {
    let mut shown = String::with_capacity(text.len());
    let mut places = Vec::new();
    for (at, character) in text.char_indices() {
        let ambiguous = character == '\\' && text[at..].starts_with("\\u{");
        if ambiguous || (hidden(character) && !keep(character)) {
            push(&mut shown, character);
            places.push((at + character.len_utf8(), shown.len()));
        } else {
            shown.push(character);
        }
    }
    (shown, places)
}

/// Appends a character's escape.
pub fn push(shown: &mut String, character: char) {
    write!(shown, "\\u{{{:x}}}", u32::from(character)).expect("text in memory takes whatever is written");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::visible;

    /// What the documentation tells a reader to do.
    fn undo(shown: &str) -> String {
        let mut pieces = shown.split("\\u{");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (number, rest) = piece.split_once('}').expect("every escape is closed");
            let number = u32::from_str_radix(number, 16).expect("hexadecimal");
            text.push(char::from_u32(number).expect("a character"));
            text.push_str(rest);
        }
        text
    }

    #[test]
    fn what_hides_is_shown_and_what_shows_stays() {
        assert_eq!(visible("a\u{202e}b\u{1b}[31m", |_| false), "a\\u{202e}b\\u{1b}[31m");
        assert_eq!(visible("C:\\users\\ü", |_| false), "C:\\users\\ü");
        assert_eq!(visible("\\u{202e}", |_| false), "\\u{5c}u{202e}");
        assert_eq!(visible("one\ntwo\r", |character| character == '\n'), "one\ntwo\\u{d}");
    }

    proptest! {
        #[test]
        fn escapes_can_be_undone(text in "(\\PC|\\\\|u|\\{|\\}|[\u{0}-\u{1f}]|\u{202e}|5c)*") {
            prop_assert_eq!(undo(&visible(&text, |_| false)), text);
        }
    }
}
