//! A number as its decimal digits, exact, as Java's `BigDecimal` holds it.

/// No number of a log has more digits or a larger exponent; hostile ones are treated as no number.
const MAXIMUM_EXPONENT: i64 = 5_000;

/// An unscaled number and its scale: `digits` × 10^-`scale`.
pub struct DecimalText {
    negative: bool,
    /// Without leading zeros; `0` for zero.
    digits: String,
    scale: i64,
}

impl DecimalText {
    /// Reads `[sign] digits [. digits] [e exponent]`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if scale.abs() > MAXIMUM_EXPONENT {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        Some(Self { negative: negative && digits != "0", digits: digits.to_owned(), scale })
    }

    /// The text that `BigDecimal.toString` gives.
    pub fn to_text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let length = self.digits.len() as i64;
        let adjusted = length - 1 - self.scale;
        if self.scale == 0 {
            return format!("{sign}{}", self.digits);
        }
        if self.scale > 0 && adjusted >= -6 {
            let point = length - self.scale;
            if point > 0 {
                let (whole, fraction) = self.digits.split_at(point as usize);
                return format!("{sign}{whole}.{fraction}");
            }
            return format!("{sign}0.{}{}", "0".repeat(-point as usize), self.digits);
        }
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{point}{rest}E{}{adjusted}", if adjusted < 0 { "" } else { "+" })
    }

    /// The unscaled number at another scale, rounded half away from zero, or cut off.
    pub fn at_scale(&self, scale: i64, round: bool) -> Option<i128> {
        let shift = scale - self.scale;
        let magnitude = if shift >= 0 {
            if self.digits == "0" {
                return Some(0);
            }
            let factor = 10i128.checked_pow(u32::try_from(shift).ok()?)?;
            self.digits.parse::<i128>().ok()?.checked_mul(factor)?
        } else {
            let kept = self.digits.len() as i64 + shift;
            if kept < 0 {
                return Some(0);
            }
            let (kept, dropped) = self.digits.split_at(kept as usize);
            let kept = if kept.is_empty() { 0 } else { kept.parse::<i128>().ok()? };
            let up = round && dropped.as_bytes().first().is_some_and(|digit| *digit >= b'5');
            kept.checked_add(i128::from(up))?
        };
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

#[cfg(test)]
mod tests {
    use super::DecimalText;

    #[test]
    fn prints_as_java_does() {
        let text = |text: &str| DecimalText::parse(text).map(|number| number.to_text());
        for (input, output) in [
            ("1e3", "1E+3"),
            ("1.50", "1.50"),
            ("-0.000001", "-0.000001"),
            ("0.0000001", "1E-7"),
            ("12e-1", "1.2"),
            ("-0", "0"),
            ("123.45E+5", "1.2345E+7"),
        ] {
            assert_eq!(text(input).as_deref(), Some(output), "{input}");
        }
        assert_eq!(text("1e999999999"), None);
        assert_eq!(text("abc"), None);
    }

    #[test]
    fn rounds_half_away_from_zero() {
        let at = |text: &str, scale| DecimalText::parse(text).and_then(|number| number.at_scale(scale, true));
        assert_eq!(at("-1.25", 1), Some(-13));
        assert_eq!(at("0.4", 0), Some(0));
        assert_eq!(at("0.5", 0), Some(1));
        assert_eq!(at("7", 2), Some(700));
        assert_eq!(at("1e40", 0), None);
    }
}
