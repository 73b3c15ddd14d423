//! The decimal digits of a number, rounded half up to what a format asks for.

/// The digits of a number and where its decimal point stands.
pub(super) struct Digits {
    /// The significant digits, none of a zero.
    digits: Vec<u8>,
    /// The point stands behind so many of them.
    point: i32,
}

impl Digits {
    /// The shortest digits of a finite double without sign.
    pub(super) fn of_double(number: f64) -> Digits {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        Digits { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }.trimmed()
    }

    /// The digits of a decimal without sign.
    pub(super) fn of_decimal(unscaled: u128, scale: u8) -> Digits {
        let digits: Vec<u8> = unscaled.to_string().bytes().map(|digit| digit - b'0').collect();
        let point = i32::try_from(digits.len()).expect("a decimal has few digits") - i32::from(scale);
        Digits { digits, point }.trimmed()
    }

    fn trimmed(mut self) -> Digits {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self.point -= i32::try_from(zeros).expect("a number has few digits");
        if self.digits.is_empty() {
            self.point = 1;
        }
        self
    }

    /// Rounded so that so many digits are left; a carry may add one before them.
    fn rounded(&self, kept: i32) -> Digits {
        let Ok(kept) = usize::try_from(kept) else { return Digits { digits: Vec::new(), point: self.point } };
        let up = self.digits.get(kept).is_some_and(|digit| *digit >= 5);
        let mut digits: Vec<u8> = std::iter::once(0).chain(self.digits.iter().copied().take(kept)).collect();
        if up {
            for digit in digits.iter_mut().rev() {
                *digit = (*digit + 1) % 10;
                if *digit != 0 {
                    break;
                }
            }
        }
        Digits { digits, point: self.point + 1 }.trimmed()
    }

    /// `ddd.dd` with so many decimals.
    pub(super) fn fixed(&self, decimals: usize) -> String {
        let wanted = i32::try_from(decimals).expect("widths are limited");
        let number = self.rounded(self.point + wanted);
        let digit = |place: i32| usize::try_from(place).ok().and_then(|at| number.digits.get(at)).copied().unwrap_or(0);
        let written = |places: std::ops::Range<i32>| places.map(|at| char::from(b'0' + digit(at))).collect::<String>();
        let whole = if number.point > 0 { written(0..number.point) } else { "0".to_owned() };
        let whole = if number.digits.is_empty() { "0".to_owned() } else { whole };
        if decimals == 0 {
            return whole;
        }
        let begin = if number.digits.is_empty() { 0 } else { number.point };
        format!("{whole}.{}", written(begin..begin + wanted))
    }

    /// `d.dde+nn` with so many decimals.
    pub(super) fn scientific(&self, decimals: usize) -> String {
        let number = self.rounded(i32::try_from(decimals + 1).expect("widths are limited"));
        let mut digits = number.digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
        digits.truncate(decimals + 1);
        while digits.len() <= decimals {
            digits.push('0');
        }
        let exponent = number.point - 1;
        let point = if decimals > 0 { "." } else { "" };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}{point}{}e{sign}{:02}", &digits[..1], &digits[1..], exponent.unsigned_abs())
    }

    /// So many digits, as `fixed` from 0.0001 on as long as they reach the point, else `scientific`.
    pub(super) fn general(&self, precision: usize) -> String {
        let wanted = i32::try_from(precision).expect("widths are limited");
        let number = self.rounded(wanted);
        if number.digits.is_empty() {
            return self.fixed(precision - 1);
        }
        if number.point > -4 && number.point <= wanted {
            return number.fixed(usize::try_from(wanted - number.point).unwrap_or(0));
        }
        self.scientific(precision - 1)
    }
}
