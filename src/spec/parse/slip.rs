//! What people write who have another language in their fingers, and what it is called here.
//!
//! Nothing in this file is read as what it may mean: a slip stays a mistake, and its message says what to
//! type.

use super::cursor::{Parsed, Parser};
use super::words::is_continuing;
use crate::source::{Fault, Source, Span, Symbol, Token, TokenKind};
use crate::spec::ParseError;

/// Predicates of other languages, and their names here.
const PREDICATES: [&str; 3] = ["ilike", "regexp", "rlike"];

/// The units of intervals by the ways that people write them, and how many of the unit they are.
const UNITS: [(&[&str], &str, u32); 7] = [
    (&["year", "years"], "YEAR", 1),
    (&["month", "months"], "MONTH", 1),
    (&["week", "weeks"], "DAY", 7),
    (&["day", "days", "d"], "DAY", 1),
    (&["hour", "hours", "hr", "hrs", "h"], "HOUR", 1),
    (&["minute", "minutes", "min", "mins", "m"], "MINUTE", 1),
    (&["second", "seconds", "sec", "secs", "s"], "SECOND", 1),
];

/// The words that statements begin with, and that begin nothing inside one.
const BEGINNINGS: [&str; 9] = ["ALTER", "CREATE", "DECLARE", "DROP", "FOREACH", "SELECT", "SET", "UNLOAD", "WITH"];

impl Parser<'_> {
    /// Where a statement could end and the next one begins: the semicolon between was forgotten.
    pub(super) fn missing_semicolon(&self) -> Option<String> {
        let beginning = BEGINNINGS.into_iter().find(|word| self.is(word))?;
        Some(format!("if {beginning} begins the next statement, put ; before it"))
    }

    /// Refuses `FOR EACH`.
    pub(super) fn refuse_for_each(&self) -> Parsed<()> {
        if !self.are(&["for", "each"]) {
            return Ok(());
        }
        let row = self.peek(2).map_or("k", |token| self.text(token));
        let words = self.span().to(self.peek(1).map_or_else(|| self.span(), |token| token.span));
        self.refused("FOR EACH", words, &format!("it is one word: FOREACH {row} IN (SELECT …) SELECT …"))
    }

    /// Refuses `SELECT TOP 5 …`.
    pub(super) fn refuse_top(&self) -> Parsed<()> {
        match self.peek(1).filter(|token| self.is("top") && token.kind == TokenKind::Number) {
            None => Ok(()),
            Some(number) => {
                let help = format!("put LIMIT {} at the end of the query", self.text(number));
                self.refused("TOP", self.span().to(number.span), &help)
            }
        }
    }

    /// Refuses `ILIKE` and its like behind a value.
    pub(super) fn refuse_predicate(&self, value: Span) -> Parsed<()> {
        let negated = self.is("not");
        let at = self.index() + usize::from(negated);
        let Some(word) = PREDICATES.into_iter().find(|word| self.word_at(at, word)) else { return Ok(()) };
        let Some(pattern) = self.token(at + 1) else { return Ok(()) };
        let pattern = match pattern.kind {
            TokenKind::Text(_) => self.text(pattern).to_owned(),
            // An alias may have such a name: what goes on with the query is no pattern.
            TokenKind::Word if goes_on(self.text(pattern)) => return Ok(()),
            TokenKind::Symbol(Symbol::Colon | Symbol::LeftParen) | TokenKind::Word | TokenKind::Name(..) => {
                "…".to_owned()
            }
            _ => return Ok(()),
        };
        let value = self.source.slice(value);
        let not = if negated { "NOT " } else { "" };
        let help = match word {
            "ilike" => format!("write lower({value}) {not}LIKE lower({pattern})"),
            _ => format!("write {not}regexp_like({value}, {pattern})"),
        };
        let span = self.token(at).map_or_else(Span::default, |token| token.span);
        self.refused(&word.to_uppercase(), span, &help)
    }

    /// Refuses `value -> 'key'` and `value ->> 'key'`, where `->` stands here; a lambda's arrow is let pass.
    pub(super) fn refuse_json_arrow(&self, value: Span, may_be_lambda: bool) -> Parsed<()> {
        let mut at = self.index();
        let mut steps = String::from("$");
        let mut as_text = false;
        while self.symbol_at(at, Symbol::Arrow) {
            as_text = self.symbol_at(at + 1, Symbol::Greater);
            at += 1 + usize::from(as_text);
            match self.token(at).map(|token| (&token.kind, self.text(token))) {
                Some((TokenKind::Text(key), _)) => steps.push_str(&json_step(key)),
                Some((TokenKind::Number, index)) => steps.push_str(&format!("[{index}]")),
                _ => break,
            }
            at += 1;
        }
        let is_one_arrow = at <= self.index() + 2 && !as_text;
        if at == self.index() || (may_be_lambda && is_one_arrow) {
            return Ok(());
        }
        let function = if as_text { "json_extract_scalar" } else { "json_extract" };
        let (value, arrow) = (self.source.slice(value), if as_text { "`->>`" } else { "`->`" });
        let help = format!("write {function}({value}, '{}')", steps.replace('\'', "''"));
        self.refused(arrow, self.span(), &help)
    }

    /// What `INTERVAL` with an unquoted number means.
    pub(super) fn refuse_bare_interval(&self) -> Parsed<()> {
        match self.peek(1).filter(|token| self.is("interval") && token.kind == TokenKind::Number) {
            None => Ok(()),
            Some(number) => {
                let unit = self.peek(2).map_or("", |token| self.text(token));
                let help = interval_in_words(&format!("{} {unit}", self.text(number)));
                Err(Box::new(ParseError::Unexpected {
                    expected: "the interval's value in quotes".to_owned(),
                    found: format!("`{}`", self.text(number)),
                    span: number.span,
                    help: help.map(|interval| format!("write {interval}")),
                }))
            }
        }
    }
}

/// Whether a word behind an alias goes on with the query.
fn goes_on(word: &str) -> bool {
    is_continuing(word) || ["limit", "offset", "fetch", "window"].iter().any(|clause| word.eq_ignore_ascii_case(clause))
}

/// `24 hours` as an interval.
pub fn interval_in_words(words: &str) -> Option<String> {
    let words = words.trim();
    let split = words.find(|character: char| !character.is_ascii_digit())?;
    let number: u32 = words[..split].parse().ok()?;
    let word = words[split..].trim().to_ascii_lowercase();
    let (_, unit, many) = UNITS.iter().find(|(names, ..)| names.contains(&word.as_str()))?;
    Some(format!("INTERVAL '{}' {unit}", number.checked_mul(*many)?))
}

/// A step of a JSON path.
pub fn json_step(key: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if !key.is_empty() && key.chars().all(plain) {
        return format!(".{key}");
    }
    format!("[\"{}\"]", key.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Curly quotes with what stands between them: the mistake, and how many tokens it takes.
pub(super) fn curly_quotes(source: &Source, tokens: &[Token]) -> Option<(ParseError, usize)> {
    let is_curly = |token: &Token| matches!(token.kind, TokenKind::Bad(Fault::Character('\u{2018}'..='\u{201F}')));
    let first = tokens.first().filter(|token| is_curly(token))?;
    // A text with curly quotes ends on its line; else its end is somewhere else.
    let near = |token: &&Token| !source.slice(first.span.to(token.span)).contains('\n');
    let last = tokens.iter().skip(1).take_while(near).position(is_curly).map(|at| at + 1);
    let (span, taken) = last.map_or((first.span, 1), |at| (first.span.to(tokens[at].span), at + 1));
    let inner = &source.text[first.span.end..last.map_or(first.span.end, |at| tokens[at].span.start)];
    let help = match last {
        Some(_) => format!("write '{}'", inner.replace('\'', "''")),
        None => "put ' in its place".to_owned(),
    };
    Some((ParseError::CurlyQuotes { help, span }, taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_understood_as_people_write_them() {
        for (words, interval) in [
            ("24 hours", Some("INTERVAL '24' HOUR")),
            ("24h", Some("INTERVAL '24' HOUR")),
            (" 1 Day ", Some("INTERVAL '1' DAY")),
            ("2 weeks", Some("INTERVAL '14' DAY")),
            ("12", None),
            ("hours", None),
            ("12 parsecs", None),
            ("99999999999 days", None),
        ] {
            assert_eq!(interval_in_words(words).as_deref(), interval, "{words}");
        }
    }

    #[test]
    fn steps_of_json_paths_are_quoted_where_they_must_be() {
        assert_eq!(json_step("roleArn"), ".roleArn");
        assert_eq!(json_step("x-amz-date"), "[\"x-amz-date\"]");
        assert_eq!(json_step("a\"b\\"), "[\"a\\\"b\\\\\"]");
    }
}
