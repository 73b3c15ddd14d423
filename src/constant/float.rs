//! Floating point numbers as text and back, as Java writes and reads them.
//!
//! Trino is written in Java, and three of Java's formats show through: `Double.toString` (in JSON),
//! `DecimalFormat` in scientific form (`CAST(x AS varchar)`), and `Double.parseDouble`.

use num_bigint::BigUint;

/// The decimal digits of a finite number without sign, and the exponent of the first one:
/// `d.ddd × 10^exponent`.
fn digits(scientific: &str) -> (String, i32) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0))
}

/// `Double.toString`: plain between 10^-3 and 10^7, else with an exponent.
pub(crate) fn java_double(value: f64) -> String {
    java(value.is_sign_negative(), special(value), value == 0.0, || double_digits(value.abs()))
}

/// `Float.toString`.
pub(crate) fn java_float(value: f32) -> String {
    let wide = f64::from(value);
    java(wide.is_sign_negative(), special(wide), value == 0.0, || float_digits(value.abs()))
}

/// The shortest digits that give the number back, of several such the closest, of two as close the even
/// ones; but two digits where one would do and two come closer.
fn double_digits(value: f64) -> (String, i32) {
    closest(&format!("{value:e}"), |decimals| format!("{value:.decimals$e}"), |text| text.parse() == Ok(value))
}

/// As [`double_digits`], of a `real`.
fn float_digits(value: f32) -> (String, i32) {
    closest(&format!("{value:e}"), |decimals| format!("{value:.decimals$e}"), |text| text.parse() == Ok(value))
}

/// Rounds to as many digits as the shortest text has (two at least), if that is still the number.
fn closest(shortest: &str, round: impl Fn(usize) -> String, is_same: impl Fn(&str) -> bool) -> (String, i32) {
    let (found, exponent) = digits(shortest);
    let rounded = round((found.len() - 1).max(1));
    if is_same(&rounded) { trimmed_digits(&rounded) } else { (found, exponent) }
}

fn trimmed_digits(scientific: &str) -> (String, i32) {
    let (digits, exponent) = digits(scientific);
    (trimmed(&digits), exponent)
}

/// What Java calls numbers that are none.
fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        None
    }
}

fn java(negative: bool, special: Option<&'static str>, zero: bool, parts: impl FnOnce() -> (String, i32)) -> String {
    if let Some(name) = special {
        return name.to_owned();
    }
    let sign = if negative { "-" } else { "" };
    if zero {
        return format!("{sign}0.0");
    }
    let (digits, exponent) = parts();
    if (-3..7).contains(&exponent) {
        return format!("{sign}{}", plain(&digits, exponent, 1));
    }
    let rest = if digits.len() > 1 { &digits[1..] } else { "0" };
    format!("{sign}{}.{rest}E{exponent}", &digits[..1])
}

/// Digits with the decimal point where the exponent puts it and at least so many decimals.
fn plain(digits: &str, exponent: i32, decimals: usize) -> String {
    let mut text = String::new();
    let point = exponent + 1;
    let before = usize::try_from(point).unwrap_or(0);
    if before == 0 {
        text.push('0');
    } else {
        text.push_str(&digits[..before.min(digits.len())]);
        text.extend(std::iter::repeat_n('0', before.saturating_sub(digits.len())));
    }
    let mut fraction = "0".repeat(usize::try_from(-point).unwrap_or(0));
    fraction.push_str(digits.get(before..).unwrap_or(""));
    while fraction.len() < decimals {
        fraction.push('0');
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(&fraction);
    }
    text
}

/// `CAST(double AS varchar)`: always scientific, `1.5E0`, zero as `0E0`.
///
/// Java's format still finds the digits by an old method, whose traits show: whole numbers that fit 64
/// bits come from their exact digits, and larger ones sometimes bear a digit too many.
pub(crate) fn sql_double(value: f64) -> String {
    sql(value, || {
        let positive = value.abs();
        if value.fract() == 0.0 && positive < 9.223_372_036_854_776e18 {
            exact_digits(positive)
        } else if (1e18..1e28).contains(&positive) {
            generated_digits(positive)
        } else if positive == f64::from_bits(1) {
            ("49".to_owned(), -324)
        } else if positive < f64::MIN_POSITIVE {
            digits(&format!("{positive:e}"))
        } else {
            double_digits(positive)
        }
    })
}

/// `CAST(real AS varchar)`: its shortest digits, read as a double and rounded to seven.
pub(crate) fn sql_float(value: f32) -> String {
    sql(f64::from(value), || {
        let shortest: f64 = java_float(value.abs()).parse().expect("a number's text is a number");
        trimmed_digits(&format!("{shortest:.6e}"))
    })
}

/// Digits of a whole number, one after another, until what is left is within half of the distance to
/// the next double, strictly.
fn generated_digits(value: f64) -> (String, i32) {
    let (mantissa, binary_exponent) = (value.to_bits() & ((1 << 52) - 1) | 1 << 52, (value.to_bits() >> 52) - 1075);
    let mut rest = BigUint::from(mantissa) << binary_exponent;
    let mut margin = BigUint::from(1_u8) << (binary_exponent - 1);
    let exponent = rest.to_string().len() - 1;
    let unit = BigUint::from(10_u8).pow(u32::try_from(exponent).expect("28 digits at most"));
    let ten_units = &unit * 10_u8;
    let mut text = String::new();
    loop {
        text.push_str(&(&rest / &unit).to_string());
        rest = rest % &unit * 10_u8;
        margin *= 10_u8;
        let (low, high) = (rest < margin, &rest + &margin > ten_units);
        // Java always gives two digits at least.
        if text.len() == 1 || !low && !high {
            continue;
        }
        let twice = rest * 2_u8;
        let odd = text.ends_with(['1', '3', '5', '7', '9']);
        let up = high && (!low || twice > ten_units || twice == ten_units && odd);
        let kept: u64 = text.parse().expect("nineteen digits at most");
        let kept = (kept + u64::from(up)).to_string();
        let carried = kept.len() - text.len();
        return (trimmed(&kept), i32::try_from(exponent + carried).expect("28 digits at most"));
    }
}

fn sql(value: f64, parts: impl FnOnce() -> (String, i32)) -> String {
    if let Some(name) = special(value) {
        return name.to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0E0");
    }
    let (digits, exponent) = parts();
    let rest = if digits.len() > 1 { &digits[1..] } else { "0" };
    format!("{sign}{}.{rest}E{exponent}", &digits[..1])
}

/// The digits of a whole number below 2^63, less those that a double cannot tell apart: Java drops
/// as many as the lowest bit's value has, and rounds the rest half up.
fn exact_digits(value: f64) -> (String, i32) {
    let whole = value as u64;
    let bits = 63 - i32::try_from(whole.leading_zeros()).expect("64 bits at most");
    // What lies beyond the 53 bits of a double is not known; this is the decimal digits' share of it.
    let dropped = match bits - 54 {
        unused @ 2.. => (f64::from(unused) * std::f64::consts::LOG10_2) as u32,
        _ => 0,
    };
    let mut kept = whole;
    if dropped > 0 {
        let unit = 10_u64.pow(dropped);
        kept = whole / unit + u64::from(whole % unit >= unit / 2);
    }
    let text = kept.to_string();
    let exponent = i32::try_from(text.len()).expect("twenty digits at most") - 1 + dropped as i32;
    (trimmed(&text), exponent)
}

/// Digits without the zeros at their end, one at least.
fn trimmed(digits: &str) -> String {
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() { "0".to_owned() } else { kept.to_owned() }
}

/// `Math.round`: to the nearest whole number, halves upwards; NaN is zero, and what does not fit is the
/// number next to it that does.
pub(crate) fn java_round(value: f64) -> i64 {
    let below = value.floor();
    (if value - below >= 0.5 { below + 1.0 } else { below }) as i64
}

/// `Double.parseDouble`: blanks around, `NaN`, `Infinity`, a trailing `d` or `f`, hexadecimal forms.
pub(crate) fn parse_double(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    parse_special(text).or_else(|| parse_hexadecimal(text)).or_else(|| decimal_form(text)?.parse().ok())
}

/// `Float.parseFloat`.
pub(crate) fn parse_float(text: &str) -> Option<f32> {
    let text = text.trim_matches(|c: char| c <= ' ');
    parse_special(text)
        .or_else(|| parse_hexadecimal(text))
        .map(|value| value as f32)
        .or_else(|| decimal_form(text)?.parse().ok())
}

fn parse_special(text: &str) -> Option<f64> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let value = match rest {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

/// The text without Java's type suffix, if it is a decimal number.
fn decimal_form(text: &str) -> Option<&str> {
    let body = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let plain = body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    (plain && body.bytes().any(|b| b.is_ascii_digit())).then_some(body)
}

/// `0x1.8p3`: the exponent is required; at most 53 significant bits, so that no rounding is needed.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let rest = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"))?;
    let (mantissa, exponent) = rest.split_once(['p', 'P'])?;
    let exponent = exponent.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(exponent).parse::<i32>().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 13 {
        return None;
    }
    let value = u64::from_str_radix(&digits, 16).ok()? as f64;
    let shift = exponent.checked_sub(4 * i32::try_from(fraction.len()).ok()?)?;
    let scaled = value * 2_f64.powi(shift);
    Some(if negative { -scaled } else { scaled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_text() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (123_456.789, "123456.789"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (1e-3, "0.001"),
            (1e-4, "1.0E-4"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(java_double(value), text);
        }
        assert_eq!(java_float(1.234_567_8e7), "1.2345678E7");
        assert_eq!(java_double(5e-324), "4.9E-324");
    }

    #[test]
    fn sql_text() {
        for (value, text) in [
            (0.0, "0E0"),
            (1.0, "1.0E0"),
            (-1.5, "-1.5E0"),
            (9_007_199_254_740_992.0, "9.007199254740992E15"),
            (9_223_372_036_854_775_808.0, "9.223372036854776E18"),
            (2.318_452_567_726_332_5e17, "2.31845256772633248E17"),
            (6.847_983_548_744_97e18, "6.8479835487449702E18"),
            (1e20, "1.0E20"),
            (1e23, "9.999999999999999E22"),
            (8.41e21, "8.409999999999999E21"),
            (5.446e21, "5.446000000000001E21"),
            (1.1e23, "1.1E23"),
            (5e-324, "4.9E-324"),
        ] {
            assert_eq!(sql_double(value), text);
        }
        assert_eq!(sql_float(16_777_216.0), "1.677722E7");
        assert_eq!(sql_float(3.25), "3.25E0");
    }

    #[test]
    fn reading() {
        for (text, value) in
            [(" 12 ", Some(12.0)), ("1d", Some(1.0)), ("0x1p3", Some(8.0)), ("1_0", None), ("inf", None)]
        {
            assert_eq!(parse_double(text), value);
        }
    }
}
