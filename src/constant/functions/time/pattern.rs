//! Formats of dates: Joda's patterns (`yyyy-MM-dd`) and MySQL's specifiers (`%Y-%m-%d`), compiled.
//!
//! Trino hands both to one library, so both become the same steps here.

use super::invalid;
use crate::constant::EvalError;

/// A field of a date or time, as a format names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    Century,
    YearOfEra,
    WeekYear,
    Year,
    Month,
    Week,
    DayOfYear,
    DayOfMonth,
    DayOfWeek,
    HalfDay,
    /// 0 to 11.
    HourOfHalfDay,
    /// 1 to 12.
    ClockHourOfHalfDay,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    ClockHour,
    Minute,
    Second,
}

/// How a year of two digits is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShortYear {
    /// Exactly two digits, within 1970 to 2069.
    Fixed,
    /// Two digits, within a century around today.
    Moving,
    /// As `Moving`; other than two digits are the year itself.
    Lenient,
}

/// One step of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// This text.
    Literal(String),
    /// A number, padded to `least` digits, read from up to `most`.
    Number { field: Field, least: usize, most: usize, signed: bool },
    /// A year, or week year, by its last two digits.
    ShortYear { field: Field, reading: ShortYear },
    /// A month, day of the week, half of the day or era by its name.
    Name { field: Field, short: bool },
    /// Digits of the fraction of a second.
    Fraction { least: usize, most: usize },
    /// An offset from UTC, with or without a colon.
    Offset { colon: bool },
    /// A zone's identifier.
    ZoneId,
    /// A zone's name in words.
    ZoneName { short: bool },
}

impl Step {
    /// Whether the step speaks of a zone.
    pub(super) fn is_zone(&self) -> bool {
        matches!(self, Step::Offset { .. } | Step::ZoneId | Step::ZoneName { .. })
    }
}

/// Compiles a pattern of Joda's.
pub(super) fn joda(pattern: &str) -> Result<Vec<Step>, EvalError> {
    let tokens = tokens(pattern);
    if tokens.is_empty() {
        return Err(invalid("Invalid pattern specification"));
    }
    let mut steps = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let Token::Letters(letter, count) = *token else {
            let Token::Text(text) = token else { continue };
            steps.push(Step::Literal(text.clone()));
            continue;
        };
        let digits_follow = tokens.get(at + 1).is_some_and(Token::is_number);
        steps.push(
            step(letter, count, digits_follow)
                .ok_or_else(|| invalid(format!("Illegal pattern component: {}", letter.to_string().repeat(count))))?,
        );
    }
    Ok(steps)
}

/// A token of a Joda pattern.
enum Token {
    Letters(char, usize),
    Text(String),
}

impl Token {
    /// Whether it stands for digits, so that a number before it must know where to end.
    fn is_number(&self) -> bool {
        match self {
            Token::Letters('M', count) => *count <= 2,
            Token::Letters(letter, _) => "cCxyYdhHmsSeDFwWkK".contains(*letter),
            Token::Text(_) => false,
        }
    }
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_alphabetic() {
            let mut count = 1;
            while chars.next_if_eq(&c).is_some() {
                count += 1;
            }
            tokens.push(Token::Letters(c, count));
            continue;
        }
        let mut text = String::new();
        let mut quoted = false;
        let mut next = Some(c);
        while let Some(c) = next {
            if c == '\'' {
                if chars.next_if_eq(&'\'').is_some() {
                    text.push('\'');
                } else {
                    quoted = !quoted;
                }
            } else {
                text.push(c);
            }
            next = chars.next_if(|c| quoted || !c.is_ascii_alphabetic());
        }
        tokens.push(Token::Text(text));
    }
    tokens
}

fn step(letter: char, count: usize, digits_follow: bool) -> Option<Step> {
    let number = |field, most: usize| Step::Number { field, least: count, most: most.max(count), signed: false };
    let year = |field, signed| match count {
        2 => Step::ShortYear {
            field: if field == Field::WeekYear { field } else { Field::Year },
            reading: if digits_follow { ShortYear::Moving } else { ShortYear::Lenient },
        },
        _ => Step::Number { field, least: count, most: if digits_follow { count } else { 9.max(count) }, signed },
    };
    Some(match letter {
        'G' => Step::Name { field: Field::Era, short: true },
        'C' => Step::Number { field: Field::Century, least: count, most: count.max(2), signed: true },
        'x' => year(Field::WeekYear, true),
        'y' => year(Field::Year, true),
        'Y' => year(Field::YearOfEra, false),
        'M' if count >= 3 => Step::Name { field: Field::Month, short: count == 3 },
        'M' => number(Field::Month, 2),
        'd' => number(Field::DayOfMonth, 2),
        'a' => Step::Name { field: Field::HalfDay, short: true },
        'h' => number(Field::ClockHourOfHalfDay, 2),
        'H' => number(Field::Hour, 2),
        'k' => number(Field::ClockHour, 2),
        'K' => number(Field::HourOfHalfDay, 2),
        'm' => number(Field::Minute, 2),
        's' => number(Field::Second, 2),
        'S' => Step::Fraction { least: count, most: count },
        'e' => number(Field::DayOfWeek, 1),
        'E' => Step::Name { field: Field::DayOfWeek, short: count < 4 },
        'D' => number(Field::DayOfYear, 3),
        'w' => number(Field::Week, 2),
        'z' => Step::ZoneName { short: count < 4 },
        'Z' if count <= 2 => Step::Offset { colon: count == 2 },
        'Z' => Step::ZoneId,
        _ => return None,
    })
}

/// Compiles a format of MySQL's.
pub(super) fn mysql(format: &str) -> Result<Vec<Step>, EvalError> {
    let mut steps = Vec::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            literal(&mut steps, c);
            continue;
        }
        let Some(specifier) = chars.next() else { break };
        let number = |field, least, most| Step::Number { field, least, most, signed: false };
        let year = |field| Step::Number { field, least: 4, most: 4, signed: true };
        match specifier {
            'a' => steps.push(Step::Name { field: Field::DayOfWeek, short: true }),
            'b' => steps.push(Step::Name { field: Field::Month, short: true }),
            'c' => steps.push(number(Field::Month, 1, 2)),
            'd' => steps.push(number(Field::DayOfMonth, 2, 2)),
            'e' => steps.push(number(Field::DayOfMonth, 1, 2)),
            'f' => steps.push(Step::Fraction { least: 6, most: 9 }),
            'H' => steps.push(number(Field::Hour, 2, 2)),
            'h' | 'I' => steps.push(number(Field::ClockHourOfHalfDay, 2, 2)),
            'i' => steps.push(number(Field::Minute, 2, 2)),
            'j' => steps.push(number(Field::DayOfYear, 3, 3)),
            'k' => steps.push(number(Field::Hour, 1, 2)),
            'l' => steps.push(number(Field::ClockHourOfHalfDay, 1, 2)),
            'M' => steps.push(Step::Name { field: Field::Month, short: false }),
            'm' => steps.push(number(Field::Month, 2, 2)),
            'p' => steps.push(Step::Name { field: Field::HalfDay, short: true }),
            'r' | 'T' => {
                let hour = if specifier == 'r' { Field::ClockHourOfHalfDay } else { Field::Hour };
                steps.push(number(hour, 2, 2));
                literal(&mut steps, ':');
                steps.push(number(Field::Minute, 2, 2));
                literal(&mut steps, ':');
                steps.push(number(Field::Second, 2, 2));
                if specifier == 'r' {
                    literal(&mut steps, ' ');
                    steps.push(Step::Name { field: Field::HalfDay, short: true });
                }
            }
            'S' | 's' => steps.push(number(Field::Second, 2, 2)),
            'v' => steps.push(number(Field::Week, 2, 2)),
            'W' => steps.push(Step::Name { field: Field::DayOfWeek, short: false }),
            'x' => steps.push(year(Field::WeekYear)),
            'Y' => steps.push(year(Field::Year)),
            'y' => steps.push(Step::ShortYear { field: Field::Year, reading: ShortYear::Fixed }),
            'D' | 'U' | 'u' | 'V' | 'w' | 'X' => {
                return Err(invalid(format!("%{specifier} not supported in date format string")));
            }
            other => literal(&mut steps, other),
        }
    }
    if steps.is_empty() {
        return Err(invalid("Both printing and parsing not supported"));
    }
    Ok(steps)
}

fn literal(steps: &mut Vec<Step>, c: char) {
    match steps.last_mut() {
        Some(Step::Literal(text)) => text.push(c),
        _ => steps.push(Step::Literal(c.to_string())),
    }
}

/// The months' names.
pub(in crate::constant::functions) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The names of the days of the week, from Monday.
pub(in crate::constant::functions) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
