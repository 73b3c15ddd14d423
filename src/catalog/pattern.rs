//! The patterns in which partition keys write dates: Java's `DateTimeFormatter`, as far as folders use it.
//!
//! Athena's documentation names that class for `projection.column.format`
//! (<https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html>). Understood
//! are the letters `y u M L d D H m s S`, quoted text and separators; any other letter, and optional
//! sections, are refused by name. Reading is strict: a date that does not exist is no date.

use jiff::civil::{Date, DateTime, Time};

use super::table::DateUnit;

/// A pattern, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Text(String),
    Field(Field, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Fraction,
}

/// What a text in a pattern says; several keys (year, month, day) are put together from their parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fields {
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    day_of_year: Option<i32>,
    hour: Option<i32>,
    minute: Option<i32>,
    second: Option<i32>,
    nanosecond: Option<i32>,
}

/// English month names, as Athena writes `MMM` and `MMMM`.
const MONTHS: [&str; 12] = [
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

impl Pattern {
    /// Takes a pattern apart.
    ///
    /// # Errors
    ///
    /// What in it is not understood, as a fragment of a sentence.
    pub fn new(text: &str) -> Result<Pattern, String> {
        let mut items: Vec<Item> = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(letter) = rest.next() {
            if letter == '\'' {
                push_text(&mut items, &quoted(&mut rest)?);
            } else if letter.is_ascii_alphabetic() {
                let mut count = 1;
                while rest.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                items.push(Item::Field(field(letter, count)?, count));
            } else if "[]{}#".contains(letter) {
                return Err(format!("`{letter}` has no plain meaning in a date pattern"));
            } else {
                push_text(&mut items, letter.encode_utf8(&mut [0; 4]));
            }
        }
        if items.iter().any(|item| matches!(item, Item::Field(..))) {
            Ok(Pattern { items })
        } else {
            Err("it has no date or time letter".to_owned())
        }
    }

    /// Writes a time.
    pub fn format(&self, at: DateTime) -> String {
        let mut text = String::new();
        for item in &self.items {
            match item {
                Item::Text(part) => text.push_str(part),
                Item::Field(field, count) => field.write(*count, at, &mut text),
            }
        }
        text
    }

    /// Reads a text; none if it does not follow the pattern to its end.
    pub fn read(&self, text: &str) -> Option<Fields> {
        let mut fields = Fields::default();
        let mut rest = text;
        for (at, item) in self.items.iter().enumerate() {
            rest = match item {
                Item::Text(part) => rest.strip_prefix(part.as_str())?,
                Item::Field(field, count) => {
                    let reserved = self.reserved_behind(at);
                    field.read(*count, reserved, rest, &mut fields)?
                }
            };
        }
        rest.is_empty().then_some(fields)
    }

    /// The finest unit that the pattern shows.
    pub fn unit(&self) -> DateUnit {
        self.fields().map(Field::unit).max().expect("a pattern has at least one field")
    }

    /// The units that the pattern shows.
    pub fn units(&self) -> impl Iterator<Item = DateUnit> {
        self.fields().map(Field::unit)
    }

    /// How many path separators a value in this pattern has.
    pub fn separators(&self) -> usize {
        let texts = self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text),
            Item::Field(..) => None,
        });
        texts.map(|text| text.matches('/').count()).sum()
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        self.items.iter().filter_map(|item| match item {
            Item::Field(field, _) => Some(*field),
            Item::Text(_) => None,
        })
    }

    /// The digits that fields of fixed width right behind this one need: `yyyyMMdd` has no
    /// separators, so a year may not take the month's digits.
    fn reserved_behind(&self, at: usize) -> usize {
        self.items
            .iter()
            .skip(at + 1)
            .map_while(|item| match item {
                Item::Field(Field::MonthName, _) | Item::Text(_) => None,
                Item::Field(_, count) => Some(*count),
            })
            .sum()
    }
}

/// Quoted text behind its opening quote: `''` is a quote, inside and outside.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    if rest.next_if_eq(&'\'').is_some() {
        return Ok("'".to_owned());
    }
    let mut text = String::new();
    loop {
        match rest.next() {
            Some('\'') if rest.next_if_eq(&'\'').is_some() => text.push('\''),
            Some('\'') => return Ok(text),
            Some(letter) => text.push(letter),
            None => return Err("a quote is not closed".to_owned()),
        }
    }
}

fn push_text(items: &mut Vec<Item>, text: &str) {
    if let Some(Item::Text(before)) = items.last_mut() {
        before.push_str(text);
    } else {
        items.push(Item::Text(text.to_owned()));
    }
}

fn field(letter: char, count: usize) -> Result<Field, String> {
    let (field, longest) = match letter {
        'y' | 'u' => (Field::Year, 4),
        'M' | 'L' if count > 2 => (Field::MonthName, 4),
        'M' | 'L' => (Field::Month, 2),
        'd' => (Field::Day, 2),
        'D' => (Field::DayOfYear, 3),
        'H' => (Field::Hour, 2),
        'm' => (Field::Minute, 2),
        's' => (Field::Second, 2),
        'S' => (Field::Fraction, 9),
        _ => return Err(format!("the letter `{letter}` is not supported in the date pattern of a key")),
    };
    if count > longest || (field == Field::Year && count == 3) || (field == Field::DayOfYear && count == 2) {
        return Err(format!("{count} times `{letter}` is not supported in the date pattern of a key"));
    }
    Ok(field)
}

impl Field {
    fn unit(self) -> DateUnit {
        match self {
            Field::Year => DateUnit::Years,
            Field::Month | Field::MonthName => DateUnit::Months,
            Field::Day | Field::DayOfYear => DateUnit::Days,
            Field::Hour => DateUnit::Hours,
            Field::Minute => DateUnit::Minutes,
            Field::Second => DateUnit::Seconds,
            Field::Fraction => DateUnit::Millis,
        }
    }

    fn write(self, count: usize, at: DateTime, text: &mut String) {
        let number = match self {
            Field::Year if count == 2 => i32::from(at.year()).rem_euclid(100),
            Field::Year => i32::from(at.year()),
            Field::Month => i32::from(at.month()),
            Field::MonthName => {
                let name = usize::try_from(at.month()).ok().and_then(|month| MONTHS.get(month - 1));
                let name = name.expect("months are 1 to 12");
                text.push_str(if count == 3 { &name[..3] } else { name });
                return;
            }
            Field::Day => i32::from(at.day()),
            Field::DayOfYear => i32::from(at.day_of_year()),
            Field::Hour => i32::from(at.hour()),
            Field::Minute => i32::from(at.minute()),
            Field::Second => i32::from(at.second()),
            Field::Fraction => {
                let digits = format!("{:09}", at.subsec_nanosecond());
                text.push_str(&digits[..count]);
                return;
            }
        };
        text.push_str(&format!("{number:0count$}"));
    }

    fn read<'a>(self, count: usize, reserved: usize, rest: &'a str, fields: &mut Fields) -> Option<&'a str> {
        if self == Field::MonthName {
            let shorten = |name: &'static str| if count == 3 { &name[..3] } else { name };
            let at = MONTHS.iter().position(|name| rest.starts_with(shorten(name)))?;
            fields.month = i32::try_from(at + 1).ok();
            return rest.get(shorten(MONTHS[at]).len()..);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let width = if count == 1 && self != Field::Fraction { digits.checked_sub(reserved)?.min(9) } else { count };
        let number: i32 = rest
            .get(..width.max(1))?
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(())
            .and_then(|()| rest.get(..width)?.parse().ok())?;
        match self {
            Field::Year if count == 2 => fields.year = Some(2000 + number),
            Field::Year => fields.year = Some(number),
            Field::Month | Field::MonthName => fields.month = Some(number),
            Field::Day => fields.day = Some(number),
            Field::DayOfYear => fields.day_of_year = Some(number),
            Field::Hour => fields.hour = Some(number),
            Field::Minute => fields.minute = Some(number),
            Field::Second => fields.second = Some(number),
            Field::Fraction => fields.nanosecond = Some(number * 10_i32.pow(9 - u32::try_from(count).ok()?)),
        }
        rest.get(width..)
    }
}

impl Fields {
    /// What this says, and where it says nothing, what the other says.
    #[must_use]
    pub fn or(self, other: Fields) -> Fields {
        Fields {
            year: self.year.or(other.year),
            month: self.month.or(other.month),
            day: self.day.or(other.day),
            day_of_year: self.day_of_year.or(other.day_of_year),
            hour: self.hour.or(other.hour),
            minute: self.minute.or(other.minute),
            second: self.second.or(other.second),
            nanosecond: self.nanosecond.or(other.nanosecond),
        }
    }

    /// The beginning of what the fields name; none without a year or for a date that does not exist.
    pub fn start(self) -> Option<DateTime> {
        let year = i16::try_from(self.year?).ok()?;
        let small = |number: Option<i32>, missing: i8| number.map_or(Some(missing), |number| i8::try_from(number).ok());
        let date = match self.day_of_year {
            Some(day) => Date::new(year, 1, 1).ok()?.with().day_of_year(i16::try_from(day).ok()?).build().ok()?,
            None => Date::new(year, small(self.month, 1)?, small(self.day, 1)?).ok()?,
        };
        let (hour, minute, second) = (small(self.hour, 0)?, small(self.minute, 0)?, small(self.second, 0)?);
        let time = Time::new(hour, minute, second, self.nanosecond.unwrap_or(0)).ok()?;
        Some(date.to_datetime(time))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn round(pattern: &str, text: &str) -> Option<String> {
        let pattern = Pattern::new(pattern).expect("a pattern");
        pattern.read(text).and_then(super::Fields::start).map(|at| pattern.format(at))
    }

    #[test]
    fn what_it_reads_it_writes() {
        for (pattern, text) in [
            ("yyyy/MM/dd", "2019/03/01"),
            ("yyyyMMdd", "20190301"),
            ("yyyy-MM", "2019-12"),
            ("dd-MM-yyyy-HH-mm-ss", "31-12-2018-23-59-59"),
            ("yyyy/M/d", "2019/3/1"),
            ("yyyy/M/d", "2019/12/31"),
            ("'dt='yyyy''MM", "dt=2019'07"),
            ("dd MMM yyyy", "01 Feb 2020"),
            ("MMMM-yyyy", "May-2020"),
            ("yyyyDDD", "2020366"),
            ("yyyy/MM/dd/HH", "2019/03/01/07"),
            ("yyMM", "1903"),
            ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2019-03-01T01:02:03.450"),
        ] {
            assert_eq!(round(pattern, text).as_deref(), Some(text), "{pattern}");
        }
    }

    #[test]
    fn what_does_not_follow_the_pattern() {
        for (pattern, text) in [
            ("yyyy/MM/dd", "2019/3/01"),
            ("yyyy/MM/dd", "2019/02/30"),
            ("yyyy/MM/dd", "2019/03/01/"),
            ("yyyy/MM/dd", "2019/03"),
            ("yyyy/MM/dd", "+019/03/01"),
            ("yyyyDDD", "2019366"),
            ("yyyy", "19"),
            ("HH", "24"),
        ] {
            assert_eq!(round(pattern, text), None, "{pattern} {text}");
        }
    }

    #[test]
    fn letters_that_are_refused() {
        for pattern in ["YYYY/MM/dd", "yyyy-MM-dd hh a", "yyyy[/MM]", "'open", "---", "yyyyy"] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }
}
