//! What a spec says that its run may read, spend and submit: `SET athplan.max_cost = 3`.

use serde::{Deserialize, Serialize};

use super::binder::Binder;
use super::errors::BindError;
use crate::constant::Value;
use crate::source::Span;
use crate::types::nearest;

/// The limits of a run; none is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes read from storage.
    pub bytes: Option<u64>,
    /// Dollars.
    pub dollars: Option<f64>,
    /// Statements that read data, attempts counted.
    pub statements: Option<usize>,
}

/// The options by name, and what their values are.
const OPTIONS: [(&str, &str); 3] = [
    ("max_scan", "a size such as '500 MB' or '2 TB', or a number of bytes"),
    ("max_cost", "a number of dollars such as 3 or 0.25"),
    ("max_statements", "a number of statements"),
];

impl Limits {
    /// Whether there is any limit.
    pub fn is_set(&self) -> bool {
        *self != Limits::default()
    }

    /// The lower of each.
    #[must_use]
    pub fn lower(self, other: Limits) -> Limits {
        fn least<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(if other < one { other } else { one }),
                (one, other) => one.or(other),
            }
        }
        Limits {
            bytes: least(self.bytes, other.bytes),
            dollars: least(self.dollars, other.dollars),
            statements: least(self.statements, other.statements),
        }
    }
}

/// `500 MB`, `2TB` or a plain number, in bytes; units are powers of 1024, as Athena's bills are.
///
/// # Errors
///
/// What was expected.
pub fn byte_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("expected {}", OPTIONS[0].1);
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let unit: u32 = match text[end..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "KB" => 10,
        "MB" => 20,
        "GB" => 30,
        "TB" => 40,
        "PB" => 50,
        _ => return Err(wrong()),
    };
    if let Ok(whole) = text[..end].parse::<u64>() {
        return whole.checked_mul(1 << unit).ok_or_else(wrong);
    }
    let number: f64 = text[..end].parse().map_err(|_| wrong())?;
    let bytes = number * f64::from(unit).exp2();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range, and no sign is read")]
    if bytes.is_finite() && bytes < 9e18 { Ok(bytes as u64) } else { Err(wrong()) }
}

/// `3`, `0.25` or `$3`, in dollars.
///
/// # Errors
///
/// What was expected.
pub fn dollars(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_start_matches('$').parse::<f64>();
    number
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0)
        .ok_or_else(|| format!("expected {}", OPTIONS[1].1))
}

impl Binder<'_> {
    /// Takes in an option of the spec. What is set twice is held to the lower of both.
    pub(super) fn limit(&mut self, limits: &mut Limits, name: &str, value: &Value, spans: [Span; 2]) {
        let [name_span, span] = spans;
        let Some((_, expected)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = OPTIONS.iter().map(|(name, _)| *name).collect();
            let nearest = nearest(name, known.iter().copied()).map(str::to_owned);
            let (name, known) = (name.to_owned(), known.join(", "));
            self.report(BindError::UnknownOption { name, nearest, known, span: name_span });
            return;
        };
        let text = match value {
            Value::Varchar(text) => text.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Double(number) => number.to_string(),
            // The text of a decimal says where its point is.
            _ => self.source.slice(span).to_owned(),
        };
        let more = match name {
            "max_scan" => byte_size(&text).ok().map(|bytes| Limits { bytes: Some(bytes), ..Limits::default() }),
            "max_cost" => dollars(&text).ok().map(|dollars| Limits { dollars: Some(dollars), ..Limits::default() }),
            _ => text.parse().ok().map(|statements| Limits { statements: Some(statements), ..Limits::default() }),
        };
        match more {
            Some(more) => *limits = limits.lower(more),
            None => {
                let (name, expected) = (name.to_owned(), (*expected).to_owned());
                self.report(BindError::OptionValue { name, expected, span });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_dollars_are_read() {
        let sizes = [("500 MB", 500 << 20), ("2TB", 2 << 40), ("1.5 gb", 3 << 29), ("17", 17), ("9 B", 9)];
        for (text, bytes) in sizes {
            assert_eq!(byte_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1 XB", "1e400", "99999999 PB", "1.2.3 MB"] {
            assert!(byte_size(text).is_err(), "{text}");
        }
        assert_eq!((dollars("$3"), dollars("0.25")), (Ok(3.0), Ok(0.25)));
        assert!(dollars("-1").is_err() && dollars("nan").is_err() && dollars("inf").is_err());
    }

    #[test]
    fn the_lower_limit_holds() {
        let one = Limits { bytes: Some(5), dollars: None, statements: Some(2) };
        let other = Limits { bytes: Some(7), dollars: Some(1.0), statements: None };
        assert_eq!(one.lower(other), Limits { bytes: Some(5), dollars: Some(1.0), statements: Some(2) });
    }
}
