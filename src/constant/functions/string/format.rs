//! `format`: Java's `String.format` for the conversions that are exact here.
//!
//! These are `%s`, `%d`, `%x`, `%X`, `%f`, `%e` and `%b` with their usual flags, widths and precisions; others
//! are refused by name.

use super::super::argument::{invalid, text};
use super::super::{Body, Function};
use crate::constant::float::java_double;
use crate::constant::{EvalError, Value, decimal};
use crate::types::Type;

/// The widest field that is made.
const WIDEST: usize = 10_000;

/// The function, if it knows the types of all arguments.
pub(super) fn lookup(arguments: &[Type]) -> Option<Body> {
    let known = |ty: &Type| {
        ty.is_integer() || matches!(ty, Type::Varchar(_) | Type::Boolean | Type::Double | Type::Decimal(..))
    };
    arguments.iter().all(known).then_some(Body::Nullable(format))
}

/// A conversion, such as `%-5.2f`.
#[derive(Debug, Default)]
struct Conversion {
    left: bool,
    zeros: bool,
    grouped: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
}

fn format(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let Some(Value::Varchar(pattern)) = arguments.first() else { return Ok(Value::Null) };
    let mut result = String::new();
    let mut next = 0;
    let mut rest: &str = pattern;
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (conversion, place, behind) = specifier(rest)?;
        rest = behind;
        let mut letters = rest.chars();
        let letter = letters.next().ok_or_else(|| invalid("Conversion = '%'"))?;
        rest = letters.as_str();
        if matches!(letter, '%' | 'n') {
            if conversion.width > 0 || conversion.left {
                return Err(EvalError::refused(format!("%{letter} with a width in a format")));
            }
            result.push(if letter == 'n' { '\n' } else { '%' });
            continue;
        }
        let place = place.unwrap_or_else(|| {
            next += 1;
            next
        });
        let argument = arguments.get(place).ok_or_else(|| invalid(format!("Format specifier '%{letter}'")))?;
        let ty = function.arguments.get(place).expect("each argument has a type");
        result.push_str(&conversion.apply(letter, argument, ty)?);
    }
    result.push_str(rest);
    Ok(Value::varchar(result))
}

/// Reads `1$-05,.2` in front of a conversion's letter: also the argument's place, and what is behind.
fn specifier(text: &str) -> Result<(Conversion, Option<usize>, &str), EvalError> {
    let mut conversion = Conversion::default();
    let mut rest = text;
    let mut place = None;
    if let Some((number, behind)) = rest.split_once('$')
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        place = number.parse().ok().filter(|place| *place > 0);
        if place.is_none() {
            return Err(EvalError::refused("such a place of an argument in a format"));
        }
        rest = behind;
    }
    while let Some(flag) = rest.chars().next() {
        match flag {
            '-' => conversion.left = true,
            '0' => conversion.zeros = true,
            ',' => conversion.grouped = true,
            '+' => conversion.plus = true,
            '#' | ' ' | '(' | '<' => return Err(EvalError::refused(format!("the flag {flag} in a format"))),
            _ => break,
        }
        rest = &rest[1..];
    }
    let number = |rest: &mut &str| {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = rest.split_at(length);
        *rest = behind;
        digits.parse::<usize>().ok()
    };
    conversion.width = number(&mut rest).unwrap_or(0);
    if let Some(behind) = rest.strip_prefix('.') {
        rest = behind;
        conversion.precision = Some(number(&mut rest).ok_or_else(|| invalid("a precision without digits"))?);
    }
    if conversion.width.max(conversion.precision.unwrap_or(0)) > WIDEST {
        return Err(EvalError::refused("so wide a field in a format"));
    }
    if conversion.left && (conversion.zeros || conversion.width == 0) {
        return Err(invalid("a field to be filled on the right needs a width, and takes no zeros"));
    }
    if conversion.zeros && conversion.width == 0 {
        return Err(invalid("a field to be filled with zeros needs a width"));
    }
    Ok((conversion, place, rest))
}

impl Conversion {
    fn apply(&self, letter: char, argument: &Value, ty: &Type) -> Result<String, EvalError> {
        let refuse = || EvalError::refused(format!("%{letter} of {ty} in a format"));
        let numeric = self.zeros || self.grouped || self.plus;
        match (letter, argument) {
            ('s', _) if numeric => Err(refuse()),
            ('s', _) => self.text(&plain_text(argument, ty).ok_or_else(refuse)?),
            ('b', Value::Boolean(value)) if !numeric => self.text(&value.to_string()),
            ('d' | 'x' | 'f' | 'e', Value::Null) if !numeric && self.precision.is_none() => Ok(self.filled("null")),
            ('d', Value::Integer(number)) if self.precision.is_none() => {
                Ok(self.number(*number < 0, &number.unsigned_abs().to_string()))
            }
            ('x', Value::Integer(number)) if self.precision.is_none() && !self.grouped && !self.plus => {
                Ok(self.filled(&format!("{number:x}")))
            }
            ('X', Value::Integer(number)) if self.precision.is_none() && !self.grouped && !self.plus => {
                Ok(self.filled(&format!("{number:X}")))
            }
            ('f', Value::Double(number)) if number.is_finite() => {
                let text = fixed(&format!("{:e}", number.abs()), self.precision.unwrap_or(6));
                Ok(self.number(number.is_sign_negative(), &text))
            }
            ('f', Value::Decimal(unscaled)) => {
                let Type::Decimal(_, scale) = ty else { return Err(refuse()) };
                let whole = decimal::text(unscaled.checked_abs().ok_or_else(refuse)?, *scale);
                let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
                let point = whole.find('.').unwrap_or(whole.len());
                Ok(self.number(*unscaled < 0, &rounded(&digits, point as i32, self.precision.unwrap_or(6))))
            }
            ('e', Value::Double(number)) if number.is_finite() && !self.grouped => {
                let text = scientific(&format!("{:e}", number.abs()), self.precision.unwrap_or(6));
                Ok(self.number(number.is_sign_negative(), &text))
            }
            _ => Err(refuse()),
        }
    }

    /// Text, cut to the precision and filled up to the width, both in Java's 16-bit units.
    fn text(&self, whole: &str) -> Result<String, EvalError> {
        let mut whole = whole.to_owned();
        if let Some(precision) = self.precision {
            if whole.chars().any(|character| character.len_utf16() > 1) {
                return Err(EvalError::refused("the precision of text with such characters in a format"));
            }
            whole = whole.chars().take(precision).collect();
        }
        Ok(self.filled(&whole))
    }

    /// A number by its sign and its digits, with the zeros and the grouping wanted.
    fn number(&self, negative: bool, digits: &str) -> String {
        let mut digits = digits.to_owned();
        if self.grouped {
            let whole = digits.find('.').unwrap_or(digits.len());
            for at in (1..whole).rev().filter(|at| (whole - at).is_multiple_of(3)) {
                digits.insert(at, ',');
            }
        }
        let sign = match (negative, self.plus) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        if self.zeros {
            let missing = self.width.saturating_sub(sign.len() + digits.len());
            digits.insert_str(0, &"0".repeat(missing));
        }
        self.filled(&format!("{sign}{digits}"))
    }

    fn filled(&self, whole: &str) -> String {
        let missing = self.width.saturating_sub(whole.encode_utf16().count());
        let filling = if self.zeros { "0" } else { " " }.repeat(missing);
        if self.left { format!("{whole}{filling}") } else { format!("{filling}{whole}") }
    }
}

/// What `%s` makes of a value, if that is known.
fn plain_text(value: &Value, ty: &Type) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Varchar(_) => text(value).to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Double(number) => java_double(*number),
        Value::Decimal(unscaled) => match ty {
            // Smaller numbers may come with an exponent.
            Type::Decimal(_, scale @ 0..=6) => decimal::text(*unscaled, *scale),
            _ => return None,
        },
        _ => return None,
    })
}

/// The digits of `d.ddde-n` and the exponent of the first.
fn digits(exponential: &str) -> (String, i32) {
    let (mantissa, exponent) = exponential.split_once('e').unwrap_or((exponential, "0"));
    (mantissa.chars().filter(char::is_ascii_digit).collect(), exponent.parse().unwrap_or(0))
}

/// A double with so many decimals, rounded half up from its shortest digits.
fn fixed(exponential: &str, decimals: usize) -> String {
    let (digits, exponent) = digits(exponential);
    rounded(&digits, exponent + 1, decimals)
}

/// Digits with the decimal point behind the first `point` of them, rounded half up to so many decimals.
fn rounded(digits: &str, point: i32, decimals: usize) -> String {
    let mut all: Vec<u8> = Vec::new();
    all.push(0);
    all.extend(std::iter::repeat_n(0, usize::try_from(-point).unwrap_or(0)));
    all.extend(digits.bytes().map(|digit| digit - b'0'));
    let whole = usize::try_from(point).unwrap_or(0) + 1;
    let kept = whole + decimals;
    let up = all.get(kept).is_some_and(|digit| *digit >= 5);
    all.resize(kept.max(1), 0);
    if up {
        increase(&mut all);
    }
    let text: String = all.iter().map(|digit| char::from(digit + b'0')).collect();
    let (before, behind) = text.split_at(whole);
    let before = before.trim_start_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    if decimals == 0 { before.to_owned() } else { format!("{before}.{behind}") }
}

/// A double as `d.dddddde+nn`, rounded half up from its shortest digits.
fn scientific(exponential: &str, decimals: usize) -> String {
    let (digits, mut exponent) = digits(exponential);
    let mut all: Vec<u8> = std::iter::once(0).chain(digits.bytes().map(|digit| digit - b'0')).collect();
    let up = all.get(decimals + 2).is_some_and(|digit| *digit >= 5);
    all.resize(decimals + 2, 0);
    if up {
        increase(&mut all);
    }
    if all[0] == 0 {
        all.remove(0);
    } else {
        all.pop();
        exponent += 1;
    }
    let text: String = all.iter().map(|digit| char::from(digit + b'0')).collect();
    let mantissa = if decimals == 0 { text } else { format!("{}.{}", &text[..1], &text[1..]) };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Adds one to the last digit; the first is zero before, to take the carry.
fn increase(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
}
