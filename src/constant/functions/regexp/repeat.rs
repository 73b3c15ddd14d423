//! Repetitions in a pattern: `*`, `+`, `?` and counts in braces, each greedy, lazy or possessive.

use super::super::argument::invalid;
use super::parse::{Options, Parser};
use super::syntax::{Manner, Node};
use crate::constant::EvalError;

/// The largest count in braces that is taken; compiled patterns grow with it.
const LARGEST_COUNT: u32 = 1_000;

impl Parser {
    /// Reads the repetition behind a unit.
    pub(super) fn repeated(&mut self, node: Node, options: Options) -> Result<Node, EvalError> {
        while options.extended && self.peek().is_some_and(|next| next.is_ascii_whitespace()) {
            self.at += 1;
        }
        let begin = self.at;
        let (least, most) = match self.take() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.count()? {
                Some(count) => count,
                None => {
                    self.at = begin;
                    return Ok(node);
                }
            },
            _ => {
                self.at = begin;
                return Ok(node);
            }
        };
        let manner = if self.skip("?") {
            Manner::Lazy
        } else if self.skip("+") {
            Manner::Possessive
        } else {
            Manner::Greedy
        };
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return Err(EvalError::refused("a repetition of a repetition in a pattern"));
        }
        if self.peek() == Some('{') {
            let begin = self.at;
            self.at += 1;
            if self.count()?.is_some() {
                return Err(EvalError::refused("a repetition of a repetition in a pattern"));
            }
            self.at = begin;
        }
        // Engines differ in when they leave a loop whose body has matched nothing.
        if most != Some(1) && node.may_be_empty() {
            return Err(EvalError::refused("a repetition in a pattern of what may match nothing"));
        }
        Ok(Node::Repeat { node: Box::new(node), least, most, manner })
    }

    /// Reads a count behind its opening brace; other text there is no count, and nothing is taken.
    pub(super) fn count(&mut self) -> Result<Option<(u32, Option<u32>)>, EvalError> {
        let begin = self.at;
        let least = self.number();
        let most = if self.skip(",") { self.number().map(Some).or(Some(None)) } else { least.map(Some) };
        let (Some(least), Some(most)) = (least, most) else {
            self.at = begin;
            return Ok(None);
        };
        if !self.skip("}") {
            self.at = begin;
            return Ok(None);
        }
        if most.is_some_and(|most| most < least) {
            return Err(invalid("upper is smaller than lower in repeat range"));
        }
        if most.unwrap_or(least).max(least) > LARGEST_COUNT {
            return Err(EvalError::refused("a count in a pattern beyond a thousand"));
        }
        Ok(Some((least, most)))
    }

    fn number(&mut self) -> Option<u32> {
        let begin = self.at;
        let mut number: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|next| next.to_digit(10)) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        if number.is_none() {
            self.at = begin;
        }
        number
    }
}
