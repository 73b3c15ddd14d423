//! A compiled pattern, matched as Trino matches it, or refused.
//!
//! Plain patterns run in linear time; those that need backtracking run with a limit on their steps,
//! beyond which they fail instead of hanging.

use std::collections::HashMap;
use std::rc::Rc;

use super::parse::{Limits, Parsed, parse};
use super::syntax::Node;
use super::write::write;
use crate::constant::EvalError;
use crate::constant::memo::Memo;

/// How often a pattern with look-around or references may step back in one search.
const BACKTRACK_LIMIT: usize = 1_000_000;

thread_local! {
    static PATTERNS: Memo<Pattern> = Memo::new();
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    engine: Engine,
    /// What runs over texts that end with a line feed, if that makes a difference.
    for_line_feed: Option<Engine>,
    /// How many capturing groups there are.
    pub(super) groups: usize,
    /// The numbers of the named groups.
    pub(super) names: HashMap<String, usize>,
    limits: Limits,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

impl Engine {
    fn compile(root: &Node, final_line_feed: bool) -> Option<Engine> {
        let written = write(root, final_line_feed);
        if !written.backtracks {
            return regex::Regex::new(&written.text).ok().map(Engine::Linear);
        }
        let built = fancy_regex::RegexBuilder::new(&written.text).backtrack_limit(BACKTRACK_LIMIT).build();
        built.ok().map(|regex| Engine::Backtracking(Box::new(regex)))
    }
}

/// Where a group matched, in bytes.
pub(super) type Span = (usize, usize);

impl Pattern {
    /// The pattern compiled, remembered by this thread.
    pub(super) fn of(pattern: &str) -> Result<Rc<Pattern>, EvalError> {
        PATTERNS.with(|patterns| patterns.get(pattern, Pattern::compile))
    }

    fn compile(pattern: &str) -> Result<Pattern, EvalError> {
        let parsed = parse(pattern)?;
        if parsed.limits.fold && !pattern.chars().all(folds_alike) {
            return Err(EvalError::refused(format!(
                "the pattern '{pattern}', which ignores the case of such characters"
            )));
        }
        let compile = |final_line_feed| {
            Engine::compile(&parsed.root, final_line_feed).ok_or_else(|| {
                EvalError::refused(format!("the pattern '{pattern}', which compiles to too large a machine"))
            })
        };
        let for_line_feed = if parsed.limits.text_end { Some(compile(true)?) } else { None };
        let Parsed { groups, names, limits, .. } = &parsed;
        Ok(Pattern { engine: compile(false)?, for_line_feed, groups: *groups, names: names.clone(), limits: *limits })
    }

    /// The engine for this text.
    fn engine(&self, text: &str) -> &Engine {
        match &self.for_line_feed {
            Some(engine) if text.ends_with('\n') => engine,
            _ => &self.engine,
        }
    }

    /// Refuses a text that this pattern would match differently in Trino.
    pub(super) fn check(&self, text: &str) -> Result<(), EvalError> {
        let limits = self.limits;
        if limits.line_begin && text.ends_with('\n') {
            return Err(EvalError::refused("a pattern with a beginning of line over text that ends with a line feed"));
        }
        if !(limits.ascii_only || limits.fold || limits.boundary) || text.is_ascii() {
            return Ok(());
        }
        if limits.ascii_only {
            return Err(EvalError::refused("a pattern with a named set of characters over text beyond ASCII"));
        }
        if limits.fold && !text.chars().all(folds_alike) {
            return Err(EvalError::refused("a pattern that ignores case over text with such characters"));
        }
        if limits.boundary && text.contains(['\u{200c}', '\u{200d}']) {
            return Err(EvalError::refused("a word boundary in a pattern over text with joiners"));
        }
        Ok(())
    }

    /// Whether it matches somewhere; the text has been checked.
    pub(super) fn is_match(&self, text: &str) -> Result<bool, EvalError> {
        match self.engine(text) {
            Engine::Linear(regex) => Ok(regex.is_match(text)),
            Engine::Backtracking(regex) => regex.is_match(text).map_err(|_| exhausted()),
        }
    }

    /// The first match from a place on: its span and those of its groups.
    pub(super) fn find(&self, text: &str, from: usize) -> Result<Option<Vec<Option<Span>>>, EvalError> {
        Ok(match self.engine(text) {
            Engine::Linear(regex) => regex
                .captures_at(text, from)
                .map(|captures| captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()),
            Engine::Backtracking(regex) => regex
                .captures_from_pos(text, from)
                .map_err(|_| exhausted())?
                .map(|captures| captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()),
        })
    }
}

fn exhausted() -> EvalError {
    EvalError::refused("a pattern that goes back and forth too often over this text")
}

/// Whether a character's case is ignored alike here and in Joni: it has one partner at most, and
/// belongs to a script whose pairs have been settled for long.
fn folds_alike(character: char) -> bool {
    let single = |mut mapped: std::vec::IntoIter<char>| mapped.next().is_some() && mapped.next().is_none();
    match character {
        _ if character.is_ascii() => true,
        'ſ' | 'ẞ' | 'İ' | 'ı' | '\u{212a}' | '\u{212b}' | '\u{2126}' => false,
        _ => {
            let lower: Vec<char> = character.to_lowercase().collect();
            let upper: Vec<char> = character.to_uppercase().collect();
            let uncased = lower == [character] && upper == [character];
            uncased || character < '\u{530}' && single(lower.into_iter()) && single(upper.into_iter())
        }
    }
}
