//! A pull reader of JSON text that takes and refuses exactly what Trino's parser (Jackson) does.
//!
//! Trino reads lazily: what lies behind the value looked for is never seen, so a broken tail is no
//! error, and a duplicate key is found where it stands first. A number keeps its text. Nesting is
//! kept in a vector, so no depth overflows the stack.

use std::borrow::Cow;

/// One token of JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token<'a> {
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// A member's name; its value follows.
    Name(Cow<'a, str>),
    /// A string.
    Text(Cow<'a, str>),
    /// A number without fraction and exponent, as written.
    Integer(&'a str),
    /// A number with fraction or exponent, as written.
    Decimal(&'a str),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`
    Null,
}

/// The text is not JSON where it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Whether a level of nesting is an object; and what has been read in it.
#[derive(Debug, Clone, Copy)]
struct Level {
    object: bool,
    /// Whether a comma must come before the next element.
    begun: bool,
    /// Whether a name has been read whose value comes next.
    named: bool,
}

/// Reads tokens off a text.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    levels: Vec<Level>,
    lone_surrogate: bool,
    broken_text: bool,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of the text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, levels: Vec::new(), lone_surrogate: false, broken_text: false }
    }

    /// How many objects and arrays are open.
    pub(crate) fn depth(&self) -> usize {
        self.levels.len()
    }

    /// Whether half a surrogate pair was read, which no text can hold.
    pub(crate) fn has_lone_surrogate(&self) -> bool {
        self.lone_surrogate
    }

    /// Whether reading ended in a malformed string, at which Trino looks only if it needs the string.
    pub(crate) fn has_broken_text(&self) -> bool {
        self.broken_text
    }

    /// The next token; `None` at the end of the text.
    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, Malformed> {
        self.skip_white_space();
        let Some(mut byte) = self.peek() else {
            return if self.levels.is_empty() { Ok(None) } else { Err(Malformed) };
        };
        if let Some(level) = self.levels.last_mut() {
            if level.named {
                level.named = false;
                return self.value(byte).map(Some);
            }
            if byte == b'}' || byte == b']' {
                if level.object != (byte == b'}') {
                    return Err(Malformed);
                }
                let object = level.object;
                self.at += 1;
                self.levels.pop();
                return Ok(Some(if object { Token::EndObject } else { Token::EndArray }));
            }
            let begun = std::mem::replace(&mut level.begun, true);
            let object = level.object;
            if begun {
                if byte != b',' {
                    return Err(Malformed);
                }
                self.at += 1;
                self.skip_white_space();
                byte = self.peek().ok_or(Malformed)?;
            }
            if object {
                return self.name(byte).map(Some);
            }
        } else if byte == b'}' || byte == b']' {
            return Err(Malformed);
        }
        self.value(byte).map(Some)
    }

    /// Reads past the rest of an object or array whose beginning was read last.
    pub(crate) fn skip_children(&mut self, begin: &Token<'_>) -> Result<(), Malformed> {
        if !matches!(begin, Token::BeginObject | Token::BeginArray) {
            return Ok(());
        }
        let outside = self.depth() - 1;
        while self.depth() > outside {
            self.next()?;
        }
        Ok(())
    }

    fn name(&mut self, byte: u8) -> Result<Token<'a>, Malformed> {
        if byte != b'"' {
            return Err(Malformed);
        }
        let name = self.string()?;
        self.skip_white_space();
        if self.peek() != Some(b':') {
            return Err(Malformed);
        }
        self.at += 1;
        self.levels.last_mut().expect("a name stands in an object").named = true;
        Ok(Token::Name(name))
    }

    fn value(&mut self, byte: u8) -> Result<Token<'a>, Malformed> {
        match byte {
            b'"' => {
                let text = self.string();
                self.broken_text = text.is_err();
                text.map(Token::Text)
            }
            b'{' | b'[' => {
                self.at += 1;
                let object = byte == b'{';
                self.levels.push(Level { object, begun: false, named: false });
                Ok(if object { Token::BeginObject } else { Token::BeginArray })
            }
            b't' => self.word("true", Token::Boolean(true)),
            b'f' => self.word("false", Token::Boolean(false)),
            b'n' => self.word("null", Token::Null),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(Malformed),
        }
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>, Malformed> {
        let rest = self.text[self.at..].strip_prefix(word).ok_or(Malformed)?;
        if rest.starts_with(|next: char| next.is_alphanumeric() || next == '_' || next == '$') {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(token)
    }

    fn number(&mut self) -> Result<Token<'a>, Malformed> {
        let begin = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        if whole == 0 || whole > 1 && self.text.as_bytes()[self.at - whole] == b'0' {
            return Err(Malformed);
        }
        let mut decimal = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            decimal = true;
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            decimal = true;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        // Inside an object or array what follows is looked at with the next token; outside, now.
        let ended = self.peek().is_none_or(|next| matches!(next, b' ' | b'\t' | b'\r' | b'\n'));
        if self.levels.is_empty() && !ended {
            return Err(Malformed);
        }
        let text = &self.text[begin..self.at];
        Ok(if decimal { Token::Decimal(text) } else { Token::Integer(text) })
    }

    /// Reads digits and says how many.
    fn digits(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// Reads a string; it is borrowed from the text unless an escape stands in it.
    fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        self.at += 1;
        let mut decoded: Option<String> = None;
        let mut begin = self.at;
        loop {
            let byte = self.peek().ok_or(Malformed)?;
            match byte {
                b'"' => {
                    let last = &self.text[begin..self.at];
                    self.at += 1;
                    return Ok(match decoded {
                        None => Cow::Borrowed(last),
                        Some(text) => Cow::Owned(text + last),
                    });
                }
                b'\\' => {
                    let text = decoded.get_or_insert_default();
                    text.push_str(&self.text[begin..self.at]);
                    self.at += 1;
                    let character = self.escape()?;
                    decoded.as_mut().expect("it was made above").push(character);
                    begin = self.at;
                }
                0..=0x1f => return Err(Malformed),
                _ => self.at += 1,
            }
        }
    }

    /// Reads an escape behind its backslash.
    fn escape(&mut self) -> Result<char, Malformed> {
        let byte = self.peek().ok_or(Malformed)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'u' => return self.escaped_unit(),
            _ => return Err(Malformed),
        })
    }

    /// Reads `XXXX`, and the second half of a surrogate pair after a first one. A lone surrogate is
    /// no character; Trino writes it as a question mark when it encodes the text.
    fn escaped_unit(&mut self) -> Result<char, Malformed> {
        let unit = self.hexadecimal()?;
        if let Some(character) = char::from_u32(unit) {
            return Ok(character);
        }
        let behind = self.at;
        if unit < 0xdc00 && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.hexadecimal()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).expect("a surrogate pair is a character"));
            }
            self.at = behind;
        }
        self.lone_surrogate = true;
        Ok('?')
    }

    fn hexadecimal(&mut self) -> Result<u32, Malformed> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Malformed)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Malformed);
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| Malformed)
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
