//! The two dialects, told apart only by questions.
//!
//! Athena is Trino with measured differences. No other code asks which dialect it has: it asks
//! what the dialect does, so that a difference is written down once, with its source.

use std::fmt;
use std::str::FromStr;

/// Whose meaning a spec's expressions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// Amazon Athena, engine version 3.
    #[default]
    Athena,
    /// Open source Trino.
    Trino,
}

impl Dialect {
    /// Whether the literal `1.5` is a double; else it is a `decimal(2,1)`.
    ///
    /// Measured: Athena answers `0.1 + 0.2` with `0.30000000000000004`. Trino's rule:
    /// <https://trino.io/docs/current/language/types.html#decimal>.
    pub fn bare_decimal_is_double(self) -> bool {
        match self {
            Dialect::Athena => true,
            Dialect::Trino => false,
        }
    }

    /// The most elements that `sequence` makes before it fails.
    ///
    /// Measured on both: 50,000 on Athena, 10,000 on Trino.
    pub fn sequence_limit(self) -> usize {
        match self {
            Dialect::Athena => 50_000,
            Dialect::Trino => 10_000,
        }
    }

    /// The name by which `--dialect` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Athena => "athena",
            Dialect::Trino => "trino",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no dialect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no dialect; there are `athena` and `trino`")]
pub struct UnknownDialect(String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Dialect::Athena, Dialect::Trino]
            .into_iter()
            .find(|dialect| dialect.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownDialect(text.to_owned()))
    }
}
