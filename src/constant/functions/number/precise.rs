//! Logarithms and exponentials, rounded correctly: computed in twice the digits of a double.
//!
//! The usual mathematical library is off by one in the last digit now and then; a number is held here
//! as the unevaluated sum of two doubles, which leaves some fifty bits to round away.

use std::f64::consts::{LN_2, LN_10};

/// A number as the sum of two doubles, the second far smaller than the first.
#[derive(Clone, Copy)]
struct Wide(f64, f64);

/// The natural logarithm of 2.
const WIDE_LN_2: Wide = Wide(LN_2, 2.319_046_813_846_299_6e-17);
/// The natural logarithm of 10.
const WIDE_LN_10: Wide = Wide(LN_10, -2.170_756_223_382_249_4e-16);

impl Wide {
    /// The exact sum of two doubles.
    fn sum(left: f64, right: f64) -> Wide {
        let sum = left + right;
        let part = sum - left;
        Wide(sum, (left - (sum - part)) + (right - part))
    }

    fn plus(self, other: Wide) -> Wide {
        let Wide(sum, error) = Wide::sum(self.0, other.0);
        Wide::sum(sum, error + self.1 + other.1)
    }

    fn minus(self, other: Wide) -> Wide {
        self.plus(Wide(-other.0, -other.1))
    }

    fn times(self, other: Wide) -> Wide {
        let product = self.0 * other.0;
        let error = self.0.mul_add(other.0, -product) + (self.0 * other.1 + self.1 * other.0);
        Wide::sum(product, error)
    }

    fn over(self, other: Wide) -> Wide {
        let first = self.0 / other.0;
        let rest = self.minus(other.times(Wide(first, 0.0)));
        let second = rest.0 / other.0;
        let rest = rest.minus(other.times(Wide(second, 0.0)));
        Wide::sum(first, second).plus(Wide(rest.0 / other.0, 0.0))
    }
}

/// e to a power of at most half the logarithm of 2, by the series, the power halved first.
fn small_exponential(power: Wide) -> Wide {
    const HALVINGS: i32 = 6;
    let scale = 2_f64.powi(-HALVINGS);
    let small = Wide(power.0 * scale, power.1 * scale);
    // 1 + x(1 + x/2(1 + x/3(…))), from the inside.
    let mut series = Wide(1.0, 0.0);
    for term in (1..=16).rev() {
        series = Wide(1.0, 0.0).plus(small.times(series).over(Wide(f64::from(term), 0.0)));
    }
    for _ in 0..HALVINGS {
        series = series.times(series);
    }
    series
}

/// The natural logarithm of a positive, normal number: one step of Newton's from the library's.
fn wide_logarithm(value: f64) -> Wide {
    // value = fraction × 2^exponent, the fraction near 1.
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52).expect("eleven bits") - 1023;
    let fraction = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    let (fraction, exponent) = if fraction > 1.414 { (fraction / 2.0, exponent + 1) } else { (fraction, exponent) };
    let estimate = Wide(fraction.ln(), 0.0);
    let inverse = small_exponential(Wide(-estimate.0, 0.0));
    let correction = Wide(fraction, 0.0).times(inverse).minus(Wide(1.0, 0.0));
    // ln(1 + c) is c - c²/2, and c is too small for more.
    let corrected = estimate.plus(correction.minus(Wide(correction.0 * correction.0 / 2.0, 0.0)));
    WIDE_LN_2.times(Wide(f64::from(exponent), 0.0)).plus(corrected)
}

/// The natural logarithm.
pub(super) fn logarithm(value: f64) -> f64 {
    if value.is_normal() && value > 0.0 { wide_logarithm(value).0 } else { value.ln() }
}

/// The logarithm to base 10.
pub(super) fn decimal_logarithm(value: f64) -> f64 {
    if value.is_normal() && value > 0.0 { wide_logarithm(value).over(WIDE_LN_10).0 } else { value.log10() }
}

/// e to a power.
pub(super) fn exponential(power: f64) -> f64 {
    let estimate = power.exp();
    if !estimate.is_normal() || power == 0.0 {
        return estimate;
    }
    let halvings = (power / LN_2).round();
    let rest = Wide(power, 0.0).minus(WIDE_LN_2.times(Wide(halvings, 0.0)));
    // In two steps, since 2^1024 is no double though half of it is.
    let half = (halvings / 2.0).trunc();
    small_exponential(rest).0 * 2_f64.powf(half) * 2_f64.powf(halvings - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_digits() {
        for (value, expected) in [
            (10.0, std::f64::consts::LN_10),
            (1.5e-8, -18.015_215_635_844_2),
            (123_456_789.123_456_79, 18.631_401_767_168_02),
            (1e308, 709.196_208_642_166_1),
        ] {
            assert_eq!(logarithm(value).to_bits(), f64::to_bits(expected), "ln {value}");
        }
        assert_eq!(decimal_logarithm(1000.0), 3.0);
        assert_eq!(decimal_logarithm(1.5e-8), -7.823_908_740_944_319);
        assert_eq!(exponential(1.0), std::f64::consts::E);
        assert_eq!(exponential(100.0), 2.688_117_141_816_135_6e43);
        assert_eq!(exponential(3.7), 40.447_304_360_067_4);
    }
}
