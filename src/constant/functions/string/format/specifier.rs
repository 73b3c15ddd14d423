//! Reading `%1$-05,.2f`, and filling what was made up to the width.

use super::super::super::argument::invalid;
use super::digits::Digits;
use crate::constant::EvalError;

/// The widest field that is made.
const WIDEST: usize = 10_000;

/// A part of a pattern.
pub(super) enum Piece<'a> {
    Text(&'a str),
    Specifier(Specifier),
}

/// Which argument a specifier takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Next,
    /// `%<s`: the one before again.
    Last,
    Number(usize),
}

/// A specifier whose flags fit its letter.
#[derive(Debug)]
pub(super) struct Specifier {
    pub(super) place: Place,
    left: bool,
    zeros: bool,
    grouped: bool,
    plus: bool,
    space: bool,
    parentheses: bool,
    pub(super) alternate: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// The conversion in lower case.
    pub(super) letter: char,
    /// Whether it was written in upper case, and what it makes is too.
    pub(super) upper: bool,
    /// What of a date or time `%t` is asked for.
    pub(super) suffix: char,
}

/// Takes a pattern apart.
pub(super) fn pieces(pattern: &str) -> Result<Vec<Piece<'_>>, EvalError> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Text(&rest[..at]));
        rest = &rest[at + 1..];
        let (specifier, behind) = read(rest)?;
        specifier.check()?;
        pieces.push(Piece::Specifier(specifier));
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// The number at the beginning of a text, if one is there, and what is behind.
fn number(text: &str) -> (Option<usize>, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, behind) = text.split_at(length);
    (if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(usize::MAX)) }, behind)
}

fn read(text: &str) -> Result<(Specifier, &str), EvalError> {
    let mut specifier = Specifier {
        place: Place::Next,
        left: false,
        zeros: false,
        grouped: false,
        plus: false,
        space: false,
        parentheses: false,
        alternate: false,
        width: None,
        precision: None,
        letter: ' ',
        upper: false,
        suffix: ' ',
    };
    let mut rest = text;
    if let (Some(place), behind) = number(rest)
        && let Some(behind) = behind.strip_prefix('$')
    {
        if place == 0 {
            return Err(invalid("Illegal format argument index = 0"));
        }
        specifier.place = Place::Number(place);
        rest = behind;
    }
    while let Some(flag) = rest.chars().next() {
        let seen = match flag {
            '-' => &mut specifier.left,
            '0' => &mut specifier.zeros,
            ',' => &mut specifier.grouped,
            '+' => &mut specifier.plus,
            ' ' => &mut specifier.space,
            '(' => &mut specifier.parentheses,
            '#' => &mut specifier.alternate,
            '<' => {
                specifier.place = Place::Last;
                rest = &rest[1..];
                continue;
            }
            _ => break,
        };
        if std::mem::replace(seen, true) {
            return Err(invalid(format!("Flags = '{flag}'")));
        }
        rest = &rest[1..];
    }
    (specifier.width, rest) = number(rest);
    if let Some(behind) = rest.strip_prefix('.') {
        (specifier.precision, rest) = number(behind);
        if specifier.precision.is_none() {
            return Err(invalid("a precision without digits"));
        }
    }
    if specifier.width.unwrap_or(0).max(specifier.precision.unwrap_or(0)) > WIDEST {
        return Err(EvalError::refused("so wide a field in a format"));
    }
    let mut letters = rest.chars();
    let letter = letters.next().ok_or_else(|| invalid("Conversion = '%'"))?;
    specifier.upper = letter.is_ascii_uppercase();
    specifier.letter = letter.to_ascii_lowercase();
    // Not every letter has an upper case.
    if !"bhscdoxefgatBHSCXEGAT%n".contains(letter) {
        return Err(invalid(format!("Conversion = '{letter}'")));
    }
    if specifier.letter == 't' {
        specifier.suffix = letters.next().ok_or_else(|| invalid("Conversion = 't'"))?;
    }
    Ok((specifier, letters.as_str()))
}

impl Specifier {
    /// Whether the flags, the width and the precision fit the letter.
    fn check(&self) -> Result<(), EvalError> {
        let numeric = self.plus || self.space || self.zeros || self.grouped || self.parentheses;
        let both = self.plus && self.space || self.left && self.zeros;
        let narrow = (self.left || self.zeros) && self.width.is_none();
        let wrong = narrow
            || both
            || match self.letter {
                'b' | 'h' | 's' => numeric || self.alternate,
                'c' | 't' | '%' => numeric || self.alternate || self.precision.is_some(),
                'n' => numeric || self.alternate || self.left || self.width.is_some() || self.precision.is_some(),
                'd' => self.alternate || self.precision.is_some(),
                'o' | 'x' => self.precision.is_some() || self.grouped || self.parentheses || self.plus || self.space,
                'a' => self.parentheses || self.grouped,
                'e' => self.grouped,
                'g' => self.alternate,
                _ => false,
            };
        if wrong { Err(invalid(format!("the flags of %{} in a format", self.letter))) } else { Ok(()) }
    }

    /// `%%` and `%n`, which take no argument.
    pub(super) fn is_literal(&self) -> bool {
        matches!(self.letter, '%' | 'n')
    }

    pub(super) fn literal(&self) -> String {
        self.filled(if self.letter == 'n' { "\n" } else { "%" })
    }

    /// Text, cut to the precision and filled up to the width, both in Java's 16-bit units.
    pub(super) fn text(&self, whole: &str) -> String {
        let Some(precision) = self.precision else { return self.filled(whole) };
        let mut units = 0;
        let kept = whole.chars().take_while(|character| {
            units += character.len_utf16();
            units <= precision
        });
        self.filled(&kept.collect::<String>())
    }

    /// A number that is none.
    pub(super) fn special(&self, negative: bool, name: &str) -> String {
        let (before, behind) = if name == "NaN" { ("", "") } else { self.signs(negative) };
        self.filled(&format!("{before}{name}{behind}"))
    }

    /// A number's digits as the letter wants them.
    pub(super) fn written(&self, digits: &Digits) -> String {
        let precision = self.precision.unwrap_or(6);
        let mut text = match self.letter {
            'e' => digits.scientific(precision),
            'f' => digits.fixed(precision),
            _ => digits.general(precision.max(1)),
        };
        if self.alternate && !text.contains('.') {
            let at = text.find('e').unwrap_or(text.len());
            text.insert(at, '.');
        }
        text
    }

    /// What stands around a number.
    fn signs(&self, negative: bool) -> (&'static str, &'static str) {
        match negative {
            true if self.parentheses => ("(", ")"),
            true => ("-", ""),
            false if self.plus => ("+", ""),
            false if self.space => (" ", ""),
            false => ("", ""),
        }
    }

    /// A number by its sign and its digits, with the zeros and the grouping wanted.
    pub(super) fn number(&self, negative: bool, digits: &str) -> String {
        let mut digits = digits.to_owned();
        if self.grouped {
            let whole = digits.find(['.', 'e']).unwrap_or(digits.len());
            for at in (1..whole).rev().filter(|at| (whole - at).is_multiple_of(3)) {
                digits.insert(at, ',');
            }
        }
        let (before, behind) = self.signs(negative);
        self.surrounded(before, &digits, behind)
    }

    /// A number behind a prefix.
    pub(super) fn prefixed(&self, prefix: &str, digits: &str) -> String {
        self.surrounded(prefix, digits, "")
    }

    fn surrounded(&self, before: &str, digits: &str, behind: &str) -> String {
        let width = self.width.filter(|_| self.zeros).unwrap_or(0);
        let zeros = "0".repeat(width.saturating_sub(before.len() + digits.len() + behind.len()));
        self.filled(&format!("{before}{zeros}{digits}{behind}"))
    }

    fn filled(&self, whole: &str) -> String {
        let filling = " ".repeat(self.width.unwrap_or(0).saturating_sub(whole.encode_utf16().count()));
        if self.left { format!("{whole}{filling}") } else { format!("{filling}{whole}") }
    }
}
