//! What reading costs: Athena's price as data, and figures that carry how sure they are.

use std::fmt;

/// Athena's price and its rounding.
///
/// Per terabyte scanned, a minimum per query; rounded up to the next megabyte
/// (<https://aws.amazon.com/athena/pricing/>). Whether a terabyte is 2^40 or 10^12 bytes is not said
/// there: 2^40 is assumed here, and a megabyte of 2^20.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// Dollars per terabyte (2^40 bytes).
    pub dollars_per_terabyte: f64,
    /// The least that a query is billed, in bytes.
    pub minimum_bytes: u64,
}

impl Default for Price {
    fn default() -> Self {
        Self { dollars_per_terabyte: 5.0, minimum_bytes: 10 << 20 }
    }
}

impl Price {
    /// No price is known: bytes are counted, and cost nothing that anybody could say.
    pub const UNKNOWN: Price = Price { dollars_per_terabyte: 0.0, minimum_bytes: 0 };

    /// Whether there is one.
    pub fn is_known(&self) -> bool {
        *self != Price::UNKNOWN
    }

    /// What one statement that reads so many bytes is billed, in dollars.
    pub fn statement(&self, bytes: u64) -> f64 {
        const MEGABYTE: u64 = 1 << 20;
        let billed = bytes.max(self.minimum_bytes).div_ceil(MEGABYTE).saturating_mul(MEGABYTE);
        #[allow(clippy::cast_precision_loss, reason = "a bill of 2^53 bytes is not exact to the byte")]
        let terabytes = billed as f64 / (1_u64 << 40) as f64;
        terabytes * self.dollars_per_terabyte
    }
}

/// A number of bytes for people: at most four digits and a binary unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
        let mut size = self.0 as f64 / 1024.0;
        let mut unit = 0;
        while size >= 1024.0 && unit + 1 < UNITS.len() {
            size /= 1024.0;
            unit += 1;
        }
        if size < 10.0 { write!(f, "{size:.1} {}", UNITS[unit]) } else { write!(f, "{size:.0} {}", UNITS[unit]) }
    }
}

/// Dollars for people: two digits from a cent on, else two that say something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dollars(pub f64);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 <= 0.0 {
            return f.write_str("$0.00");
        }
        if self.0 >= 0.01 { write!(f, "${:.2}", self.0) } else { write!(f, "${:.5}", self.0) }
    }
}
