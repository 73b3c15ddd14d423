//! The text of a statement, with the names that only a run knows left as symbols.
//!
//! What `explain` prints and what `run` submits is the same value; a symbol is put in once, at
//! submission. Symbols are pieces of their own, never marks inside the text, so that data can not
//! be mistaken for one.

use std::fmt;

/// The length of a run's id at most: every table of a statement may have it in its name.
pub const RUN_ID: usize = 32;

/// A statement's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sql {
    pieces: Vec<Piece>,
}

/// A piece of a statement's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// A name that only the run knows.
    Symbol(Symbol),
}

/// A name that only the run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
        Self { pieces: vec![Piece::Text(text.into())] }
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

    /// Adds a symbol behind.
    pub fn symbol(&mut self, symbol: Symbol) -> &mut Self {
        self.pieces.push(Piece::Symbol(symbol));
        self
    }

    /// Adds another text behind.
    pub fn append(&mut self, other: &Sql) -> &mut Self {
        for piece in &other.pieces {
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
