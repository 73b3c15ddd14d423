//! Decimal numbers of up to 38 digits: scaling, rounding, text.
//!
//! A decimal is an unscaled 128-bit integer; its type has the scale. Rounding is half up, away from
//! zero. What needs more than 128 bits on the way goes through big integers.

use num_bigint::BigInt;

/// The largest unscaled number of 38 digits.
pub(crate) const MAXIMUM: i128 = 10_i128.pow(38) - 1;

/// 10 to this power; `None` beyond 38.
pub(crate) fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// Whether an unscaled number has at most so many digits.
pub(crate) fn fits(unscaled: i128, precision: u8) -> bool {
    power_of_ten(u32::from(precision)).is_none_or(|limit| unscaled.unsigned_abs() < limit.unsigned_abs())
        && unscaled.unsigned_abs() <= MAXIMUM.unsigned_abs()
}

/// The quotient, rounded half up; the divisor is not zero.
pub(crate) fn divide_rounded(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs() {
        quotient + if (dividend < 0) == (divisor < 0) { 1 } else { -1 }
    } else {
        quotient
    }
}

/// The same number with another scale, rounded half up; `None` if it does not fit 128 bits.
pub(crate) fn rescale(unscaled: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        unscaled.checked_mul(power_of_ten(u32::from(to - from))?)
    } else {
        Some(divide_rounded(unscaled, power_of_ten(u32::from(from - to))?))
    }
}

/// A big quotient, rounded half up; the divisor is not zero.
pub(crate) fn divide_rounded_big(dividend: &BigInt, divisor: &BigInt) -> BigInt {
    let quotient: BigInt = dividend / divisor;
    let rest: BigInt = dividend % divisor;
    let twice: BigInt = rest * 2;
    if twice.magnitude() >= divisor.magnitude() {
        let step = if (dividend.sign() == num_bigint::Sign::Minus) == (divisor.sign() == num_bigint::Sign::Minus) {
            1
        } else {
            -1
        };
        quotient + step
    } else {
        quotient
    }
}

/// The number as Java's `BigDecimal` prints it: small ones with an exponent.
pub(crate) fn java_text(unscaled: i128, scale: u8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    let exponent = digits.len() as i64 - 1 - i64::from(scale);
    if exponent >= -6 {
        return text(unscaled, scale);
    }
    let sign = if unscaled < 0 { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}E{exponent}")
}

/// The number as text with all digits of its scale.
pub(crate) fn text(unscaled: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = unscaled.unsigned_abs().to_string();
    let sign = if unscaled < 0 { "-" } else { "" };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

/// Reads Java's `BigDecimal` form (`-1.50`, `.5`, `1e3`) into a scale, rounded half up; `None` if it
/// is no number or does not fit the precision.
pub(crate) fn parse(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits = Vec::with_capacity(whole.len() + fraction.len());
    for c in whole.chars().chain(fraction.chars()) {
        digits.push(java_digit(c)?);
    }
    // The number is 0.d1d2d3… × 10^point.
    let point = i64::try_from(whole.chars().count()).ok()?.checked_add(exponent)?;
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = &digits[leading..];
    let kept = point.checked_sub(i64::try_from(leading).ok()?)?.checked_add(i64::from(scale))?;
    if digits.is_empty() || kept < 0 {
        return Some(0);
    }
    let kept = usize::try_from(kept).ok().filter(|kept| *kept <= 38)?;
    let mut unscaled = 0_i128;
    for at in 0..kept {
        unscaled = unscaled * 10 + i128::from(digits.get(at).copied().unwrap_or(0));
    }
    if digits.get(kept).is_some_and(|digit| *digit >= 5) {
        unscaled += 1;
    }
    let signed = if negative { -unscaled } else { unscaled };
    fits(signed, precision).then_some(signed)
}

/// The value of a decimal digit in any script, as Java's `Character.digit` knows it.
pub(crate) fn java_digit(c: char) -> Option<u8> {
    /// The zeros of the scripts whose ten digits follow one another.
    const ZEROS: [u32; 37] = [
        0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
        0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
        0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0,
    ];
    if c.is_ascii() {
        return c.to_digit(10).map(|digit| digit as u8);
    }
    let code = u32::from(c);
    let zero = ZEROS.iter().rev().find(|zero| **zero <= code)?;
    u8::try_from(code - zero).ok().filter(|digit| *digit < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_rounding() {
        for (given, scale, expected) in [
            ("1.005", 2, Some(101)),
            ("-1.50", 2, Some(-150)),
            (".5", 2, Some(50)),
            ("5.", 2, Some(500)),
            ("1e3", 2, Some(100_000)),
            ("1e-9", 2, Some(0)),
            ("99999999.995", 2, None),
            ("١", 2, Some(100)),
            (" 1", 2, None),
            ("-", 2, None),
            ("0.005", 2, Some(1)),
            ("0.004", 2, Some(0)),
        ] {
            assert_eq!(parse(given, 10, scale), expected, "{given}");
        }
        assert_eq!(divide_rounded(-25, 10), -3);
        assert_eq!(divide_rounded(24, 10), 2);
        assert_eq!(text(-5, 3), "-0.005");
    }
}
