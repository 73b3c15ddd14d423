//! What parentheses mean in a pattern: groups, look-around, options, comments.

use super::super::argument::invalid;
use super::parse::{Options, Parser};
use super::syntax::Node;
use crate::constant::EvalError;

/// What an opening parenthesis began.
pub(super) enum Opened {
    Node(Node),
    /// Options for what follows.
    Rest(Options),
    Comment,
}

impl Parser {
    /// Reads what an opening parenthesis begins.
    pub(super) fn group(&mut self, options: Options) -> Result<Opened, EvalError> {
        if !self.skip("?") {
            return self.capture(None, options);
        }
        if self.skip("#") {
            self.until(")").ok_or_else(|| invalid("end pattern in group"))?;
            return Ok(Opened::Comment);
        }
        if self.skip(":") {
            let node = self.closed_alternatives(options)?;
            return Ok(Opened::Node(Node::Sequence(vec![node])));
        }
        if self.skip(">") {
            let node = self.closed_alternatives(options)?;
            return Ok(Opened::Node(Node::Atomic(Box::new(node))));
        }
        for (sign, behind, negated) in
            [("=", false, false), ("!", false, true), ("<=", true, false), ("<!", true, true)]
        {
            if self.skip(sign) {
                return self.look(behind, negated, options);
            }
        }
        for (open, close) in [("<", ">"), ("'", "'")] {
            if self.skip(open) {
                let name = self.until(close).ok_or_else(|| invalid("end pattern in group"))?;
                let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                    && name.chars().all(|other| other.is_ascii_alphanumeric() || other == '_');
                if !plain {
                    return Err(EvalError::refused("a group's name in a pattern that is no plain word"));
                }
                return self.capture(Some(name), options);
            }
        }
        self.options(options)
    }

    fn capture(&mut self, name: Option<String>, options: Options) -> Result<Opened, EvalError> {
        self.groups += 1;
        let number = self.groups;
        if let Some(name) = name
            && self.names.insert(name, number).is_some()
        {
            return Err(invalid("multiplex defined name"));
        }
        let node = Box::new(self.closed_alternatives(options)?);
        self.closed.push(number);
        Ok(Opened::Node(Node::Group(node)))
    }

    fn look(&mut self, behind: bool, negated: bool, options: Options) -> Result<Opened, EvalError> {
        let node = self.closed_alternatives(options)?;
        if negated && node.captures() {
            return Err(EvalError::refused("a group in a negative look-around"));
        }
        // Joni looks behind by a fixed length, which only the outermost alternatives may each have for themselves.
        let fixed = match &node {
            Node::Alternatives(branches) => branches.iter().all(|branch| branch.width().is_some()),
            other => other.width().is_some(),
        };
        if behind && !fixed {
            return Err(EvalError::refused("a look-behind of varying length"));
        }
        Ok(Opened::Node(Node::Look { behind, negated, node: Box::new(node) }))
    }

    /// Reads `imsx-imsx)` or `imsx-imsx:…)`.
    fn options(&mut self, mut options: Options) -> Result<Opened, EvalError> {
        let mut on = true;
        loop {
            match self.take() {
                Some('-') => on = false,
                Some('i') => options.fold = on,
                Some('m') => options.lines = on,
                Some('s') => options.dot_all = on,
                Some('x') => options.extended = on,
                Some(')') => return Ok(Opened::Rest(options)),
                Some(':') => {
                    let node = self.closed_alternatives(options)?;
                    return Ok(Opened::Node(Node::Sequence(vec![node])));
                }
                Some('P' | 'u' | 'U' | 'd') | None => return Err(invalid("undefined group option")),
                Some(other) => return Err(EvalError::refused(format!("the group option {other} in a pattern"))),
            }
        }
    }

    fn closed_alternatives(&mut self, options: Options) -> Result<Node, EvalError> {
        let node = self.alternatives(options)?;
        if self.skip(")") { Ok(node) } else { Err(invalid("end pattern with unmatched parenthesis")) }
    }
}
