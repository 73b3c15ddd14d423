//! The text of a statement, with the names that only a run knows left as symbols.
//!
//! What `explain` prints and what `run` submits is the same value; a symbol is put in once, at
//! submission. Symbols are pieces of their own, never marks inside the text, so that data can not
//! be mistaken for one. What was cut out of the spec remembers from where, so that what an engine says of
//! a statement can be shown at its place in the spec.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// The length of a run's id at most: every table of a statement may have it in its name.
pub const RUN_ID: usize = 32;

/// A statement's text. Two are equal if they say the same, wherever that was cut out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sql {
    pieces: Vec<Piece>,
    cuts: Vec<Cut>,
}

impl PartialEq for Sql {
    fn eq(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }
}

impl Eq for Sql {}

/// A part of a text that was cut out of the spec.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cut {
    /// The piece it stands in.
    piece: usize,
    /// Its first byte in that piece.
    at: usize,
    /// Where it stands in the spec.
    spec: Span,
}

/// A piece of a statement's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// A name that only the run knows.
    Symbol(Symbol),
}

/// A name that only the run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Symbol {
    /// The run's id: lower-case letters and digits, [`RUN_ID`] at most.
    Run,
    /// The attempt of a FOREACH's statement of this number; zero for the only statement of a step.
    Attempt(usize),
    /// The location under which the run writes, ending in `/`.
    Output,
}

impl Symbol {
    /// How the symbol is shown where no run has given it a value.
    pub fn placeholder(self) -> &'static str {
        match self {
            Symbol::Run => "${run}",
            Symbol::Attempt(_) => "${attempt}",
            Symbol::Output => "${output}",
        }
    }
}

impl Sql {
    /// A text without symbols.
    pub fn text(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())], cuts: Vec::new() }
    }

    /// Adds text behind.
    pub fn push(&mut self, text: impl AsRef<str>) -> &mut Self {
        let text = text.as_ref();
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else if !text.is_empty() {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
        self
    }

    /// Adds text behind that stands at a place of the spec.
    pub fn push_cut(&mut self, text: &str, spec: Span) -> &mut Self {
        let (piece, at) = self.end();
        if !text.is_empty() {
            self.cuts.push(Cut { piece, at, spec });
        }
        self.push(text)
    }

    /// Where text would be added: the piece, and the place in it.
    fn end(&self) -> (usize, usize) {
        match self.pieces.last() {
            Some(Piece::Text(text)) => (self.pieces.len() - 1, text.len()),
            _ => (self.pieces.len(), 0),
        }
    }

    /// Adds a symbol behind.
    pub fn symbol(&mut self, symbol: Symbol) -> &mut Self {
        self.pieces.push(Piece::Symbol(symbol));
        self
    }

    /// Adds another text behind.
    pub fn append(&mut self, other: &Sql) -> &mut Self {
        let mut cuts = other.cuts.iter().peekable();
        for (number, piece) in other.pieces.iter().enumerate() {
            let (own, end) = self.end();
            while let Some(cut) = cuts.next_if(|cut| cut.piece == number) {
                self.cuts.push(Cut { piece: own, at: end + cut.at, spec: cut.spec });
            }
            match piece {
                Piece::Text(text) => self.push(text),
                Piece::Symbol(symbol) => self.symbol(*symbol),
            };
        }
        self
    }

    /// Several texts with a separator between.
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Sql>, separator: &str) -> Sql {
        let mut joined = Sql::default();
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                joined.push(separator);
            }
            joined.append(part);
        }
        joined
    }

    /// The text with every symbol put in.
    pub fn substitute(&self, value: impl Fn(Symbol) -> String) -> String {
        self.pieces.iter().fold(String::new(), |mut text, piece| {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Symbol(symbol) => text.push_str(&value(*symbol)),
            }
            text
        })
    }

    /// The place in the spec of a part of the text with every symbol put in; none if it begins with
    /// what athplan wrote.
    pub fn spec_span(&self, part: Span, value: impl Fn(Symbol) -> String) -> Option<Span> {
        let mut starts = Vec::with_capacity(self.pieces.len());
        let mut length = 0;
        for piece in &self.pieces {
            starts.push(length);
            length += match piece {
                Piece::Text(text) => text.len(),
                Piece::Symbol(symbol) => value(*symbol).len(),
            };
        }
        let place = |at: usize| {
            self.cuts.iter().find_map(|cut| {
                let behind = at.checked_sub(starts[cut.piece] + cut.at)?;
                let spec = cut.spec.start + behind;
                (spec < cut.spec.end).then_some((spec, cut.spec.end))
            })
        };
        let (start, end_of_cut) = place(part.start)?;
        let last = part.end.checked_sub(1).and_then(place).map(|(last, _)| last + 1);
        Some(Span::new(start, last.filter(|end| *end > start).unwrap_or(end_of_cut)))
    }

    /// The bytes the text takes at most, whatever a run puts in for the symbols.
    pub fn len(&self) -> usize {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Symbol(Symbol::Run | Symbol::Attempt(_)) => RUN_ID,
                // A bucket's name and a path of the user's.
                Piece::Symbol(Symbol::Output) => 1_024,
            })
            .sum()
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.substitute(|symbol| symbol.placeholder().to_owned()))
    }
}
