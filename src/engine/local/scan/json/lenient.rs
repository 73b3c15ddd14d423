//! Text that the OpenX SerDe takes for JSON though it is none, rewritten as JSON.
//!
//! Its reader is that of `org.json` as Android has it: words need no quotes, quotes may be single, `=` and `=>` stand
//! for `:` and `;` for `,`, control characters stand for themselves, comments are skipped, and nobody looks behind the
//! first value.

use super::text::{canonical_scalar, quote, unescape_unit};

/// Objects and arrays nested deeper than this are no JSON to anybody.
const MAXIMUM_DEPTH: usize = 128;

/// What ends a word that stands without quotes.
const WORD_ENDS: &[char] = &['{', '}', '[', ']', '/', '\\', ':', ',', '=', ';', '#', ' ', '\t', '\u{c}', '\r', '\n'];

/// The first value of a text as JSON; none if it is no value to this reader either.
pub fn rewrite(text: &str) -> Option<String> {
    let mut reader = Reader { rest: text, out: String::with_capacity(text.len()) };
    reader.value(0)?;
    Some(reader.out)
}

struct Reader<'a> {
    rest: &'a str,
    out: String,
}

impl Reader<'_> {
    /// The next character behind white space and comments, which stays where it is.
    fn next(&mut self) -> Option<char> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
            if let Some(comment) = self.rest.strip_prefix("/*") {
                (_, self.rest) = comment.split_once("*/")?;
            } else if self.rest.starts_with("//") || self.rest.starts_with('#') {
                // A line is all there is: what ends a comment ends the text.
                self.rest = "";
            } else {
                return self.rest.chars().next();
            }
        }
    }

    /// Takes one of some characters, if it comes next.
    fn take(&mut self, expected: &[char]) -> Option<()> {
        let next = self.next().filter(|next| expected.contains(next))?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAXIMUM_DEPTH {
            return None;
        }
        match self.next()? {
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' | '\'' => {
                let text = self.text()?;
                quote(&text, &mut self.out);
                Some(())
            }
            _ => {
                let word = self.word()?;
                self.out.push_str(&word);
                Some(())
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.take(&['{'])?;
        self.out.push('{');
        let mut first = true;
        if self.take(&['}']).is_none() {
            loop {
                self.out.push_str(if first { "" } else { "," });
                first = false;
                self.key()?;
                self.take(&[':', '='])?;
                self.rest = self.rest.strip_prefix('>').unwrap_or(self.rest);
                self.out.push(':');
                self.value(depth + 1)?;
                if self.take(&['}']).is_some() {
                    break;
                }
                self.take(&[',', ';'])?;
            }
        }
        self.out.push('}');
        Some(())
    }

    /// A key: a text, or a word that is neither a number nor a constant.
    fn key(&mut self) -> Option<()> {
        if matches!(self.next()?, '"' | '\'') {
            return self.value(0);
        }
        let word = self.word().filter(|word| word.starts_with('"'))?;
        self.out.push_str(&word);
        Some(())
    }

    /// Items; where one is missing between or behind commas, it is null.
    fn array(&mut self, depth: usize) -> Option<()> {
        self.take(&['['])?;
        self.out.push('[');
        let (mut first, mut separated) = (true, false);
        loop {
            let end = self.take(&[']']).is_some();
            if end && !separated {
                break;
            }
            self.out.push_str(if first { "" } else { "," });
            first = false;
            if end {
                self.out.push_str("null");
                break;
            }
            separated = self.take(&[',', ';']).is_some();
            if separated {
                self.out.push_str("null");
                continue;
            }
            self.value(depth + 1)?;
            if self.take(&[']']).is_some() {
                break;
            }
            self.take(&[',', ';'])?;
            separated = true;
        }
        self.out.push(']');
        Some(())
    }

    /// A word without quotes as JSON: a constant, a number as Java prints it, or a text.
    fn word(&mut self) -> Option<String> {
        let end = self.rest.find(WORD_ENDS).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let constant = ["null", "true", "false"].into_iter().find(|constant| word.eq_ignore_ascii_case(constant));
        let number = canonical_scalar(word);
        match constant {
            _ if word.is_empty() => None,
            Some(constant) => Some(constant.to_owned()),
            None if serde_json::from_str::<serde_json::Number>(&number).is_ok() => Some(number.into_owned()),
            None => {
                let mut text = String::new();
                quote(word, &mut text);
                Some(text)
            }
        }
    }

    /// A text in quotes, its escapes undone.
    fn text(&mut self) -> Option<String> {
        let mark = self.next()?;
        self.rest = &self.rest[mark.len_utf8()..];
        let mut text = String::new();
        loop {
            let at = self.rest.find([mark, '\\'])?;
            text.push_str(&self.rest[..at]);
            let escape = self.rest[at..].starts_with('\\');
            self.rest = &self.rest[at + 1..];
            if !escape {
                return Some(text);
            }
            let escaped = self.rest.chars().next()?;
            self.rest = &self.rest[escaped.len_utf8()..];
            text.push(match escaped {
                't' => '\t',
                'b' => '\u{8}',
                'n' => '\n',
                'r' => '\r',
                'f' => '\u{c}',
                'u' => {
                    self.rest.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
                    let (character, rest) = unescape_unit(self.rest);
                    self.rest = rest;
                    character
                }
                other => other,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn nearly_json_becomes_json() {
        for (text, json) in [
            ("{v: 5, 'w' = \"x\"; y => nulL}", r#"{"v":5,"w":"x","y":null}"#),
            ("{\"v\": [9,,]} behind", r#"{"v":[9,null,null]}"#),
            ("[,]", "[null,null]"),
            ("{\"v\":/* c */ 07, \"w\": 0x1F, \"x\": .5, \"y\": 1e}", r#"{"v":7,"w":31,"x":0.5,"y":"1e"}"#),
            ("{\"v\": \"a\tb\\x\"}", r#"{"v":"a\tbx"}"#),
        ] {
            assert_eq!(rewrite(text).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn the_rest_is_malformed() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{\"v\": 8,}",
            "{\"v\" 1}",
            "{1: 2}",
            "{\"v\": \"a",
            "{\"v\": \"\\u12\"}",
            "{\"v\": [1 2]}",
            "{",
            &deep,
        ] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }
}
