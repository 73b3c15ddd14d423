//! Numbers in result types that Trino computes from the arguments' numbers.
//!
//! SHOW FUNCTIONS prints such a number as a hole that no argument fills (`decimal(rp,s)`). The
//! formulas are those of <https://trino.io/docs/current/functions/decimal.html> and of the answers
//! recorded from Trino 476. An unbounded `varchar` counts as the greatest length there is, so
//! every length computed from it is unbounded too.

use super::parse::UNBOUNDED;
use super::pattern::Bindings;

/// The most digits a `decimal` has.
const MOST_DIGITS: i128 = 38;

/// The number for a hole that no argument fills, by the function's name and its declared
/// arguments; `None` if there is no such hole.
pub(super) fn computed(function: &str, arguments: &str, hole: &str, bindings: &Bindings) -> Option<u32> {
    let of = |name: &str| bindings.numbers.get(name).copied().map(i128::from);
    let value = match (function, arguments, hole) {
        ("concat", _, "u") => of("x")? + of("y")?,
        ("replace", _, "u") => at_most_unbounded(of("x")? + of("z")? * (of("x")? + 1)),
        ("regexp_replace", _, "z") => {
            let (length, replacement) = (of("x")?, of("y")?);
            at_most_unbounded(length + (length * replacement / 2).max(replacement) * (length + 1))
        }
        ("render", _, "y") => at_most_unbounded(of("x")? + 15),
        ("url_encode", _, "y") => at_most_unbounded(of("x")? * 12),
        // Years have up to six digits and a sign; the decimal point comes with the first decimal.
        ("to_iso8601", "timestamp(p)", "n") => 22 + of("p")? + of("p")?.min(1),
        ("to_iso8601", "timestamp(p) with time zone", "n") => 28 + of("p")? + of("p")?.min(1),
        // Rounding up may carry into one more digit before the point.
        ("round", "decimal(p,s), integer", "rp") => (of("p")? + 1).min(MOST_DIGITS),
        ("ceil" | "ceiling" | "floor" | "round", _, "rp") => of("p")? - of("s")? + of("s")?.min(1),
        ("round", _, "rs") => 0,
        ("truncate", _, "rp") => (of("p")? - of("s")?).max(1),
        // An interval has milliseconds.
        ("+" | "-", _, "u") => of("p")?.max(3),
        _ => {
            let decimals =
                Operands { left: (of("a_precision")?, of("a_scale")?), right: (of("b_precision")?, of("b_scale")?) };
            let (precision, scale) = decimals.result(function)?;
            match hole {
                "r_precision" => precision.min(MOST_DIGITS),
                "r_scale" => scale,
                _ => return None,
            }
        }
    };
    u32::try_from(value).ok()
}

/// The precision and scale of two decimals.
struct Operands {
    left: (i128, i128),
    right: (i128, i128),
}

impl Operands {
    /// The precision, before it is cut to what a decimal has, and the scale of the result.
    fn result(&self, operator: &str) -> Option<(i128, i128)> {
        let ((left_precision, left_scale), (right_precision, right_scale)) = (self.left, self.right);
        let scale = left_scale.max(right_scale);
        let (left_whole, right_whole) = (left_precision - left_scale, right_precision - right_scale);
        Some(match operator {
            "+" | "-" => (left_whole.max(right_whole) + scale + 1, scale),
            "*" => (left_precision + right_precision, left_scale + right_scale),
            "/" => (left_precision + right_scale + (right_scale - left_scale).max(0), scale),
            "%" | "mod" => (left_whole.min(right_whole) + scale, scale),
            _ => return None,
        })
    }
}

fn at_most_unbounded(length: i128) -> i128 {
    length.min(UNBOUNDED.into())
}
