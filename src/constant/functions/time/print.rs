//! `date_format` and `format_datetime`: writing dates by a format.

use std::fmt::Write;

use super::iso::local_millis;
use super::pattern::{DAYS, Field, MONTHS, Step, joda, mysql};
use super::{Body, invalid, is_varchar, mismatch, text};
use crate::constant::calendar::{Civil, PICOS_PER_MILLI, day_of_week, iso_week};
use crate::constant::memo::Memo;
use crate::constant::temporal_text::seconds;
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

thread_local! {
    static JODA: Memo<Vec<Step>> = Memo::new();
    static MYSQL: Memo<Vec<Step>> = Memo::new();
}

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    let [Type::Timestamp(_) | Type::TimestampWithTimeZone(_), format] = arguments else { return None };
    match name {
        "date_format" if is_varchar(format) => Some(Body::Strict(|_, values| {
            let steps = MYSQL.with(|memo| memo.get(text(&values[1])?, mysql))?;
            print(&steps, &values[0])
        })),
        "format_datetime" if is_varchar(format) => Some(Body::Strict(|_, values| {
            let steps = JODA.with(|memo| memo.get(text(&values[1])?, joda))?;
            if matches!(values[0], Value::Timestamp(_)) && steps.iter().any(Step::is_zone) {
                return Err(invalid(
                    "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ information",
                ));
            }
            print(&steps, &values[0])
        })),
        _ => None,
    }
}

/// A moment taken apart.
struct Moment<'a> {
    days: i64,
    civil: Civil,
    /// Milliseconds since midnight.
    time: i64,
    /// The zone and its offset in seconds, if the value has one.
    zone: Option<(&'a Zone, i64)>,
}

fn print(steps: &[Step], value: &Value) -> Result<Value, EvalError> {
    const MILLIS_PER_DAY: i64 = 86_400_000;
    let value = &to_millis(value);
    let local = local_millis(value)?;
    let days = local.div_euclid(MILLIS_PER_DAY);
    let zone = match value {
        Value::TimestampWithTimeZone(picos, zone) => Some((zone, zone.offset_at(seconds(*picos)))),
        _ => None,
    };
    let moment = Moment { days, civil: Civil::from_days(days), time: local.rem_euclid(MILLIS_PER_DAY), zone };
    let mut out = String::with_capacity(24);
    for step in steps {
        match step {
            Step::Literal(text) => out.push_str(text),
            Step::Number { field, least, .. } => write_padded(&mut out, moment.field(*field), *least),
            Step::ShortYear { field, .. } => write_padded(&mut out, moment.field(*field).abs() % 100, 2),
            Step::Name { field, short } => out.push_str(moment.name(*field, *short)),
            Step::Fraction { least, most } => write_fraction(&mut out, moment.time % 1_000, *least, *most),
            Step::Offset { colon } => moment.write_offset(&mut out, *colon)?,
            Step::ZoneId => match moment.zone {
                Some((zone, _)) => out.push_str(&zone.to_string()),
                None => return Err(mismatch(value)),
            },
            Step::ZoneName { short } => moment.write_zone(&mut out, *short)?,
        }
    }
    Ok(Value::varchar(out))
}

/// A moment rounded to the milliseconds that these functions see, half up.
fn to_millis(value: &Value) -> Value {
    let rounded = |picos: &i128| (picos + PICOS_PER_MILLI / 2).div_euclid(PICOS_PER_MILLI) * PICOS_PER_MILLI;
    match value {
        Value::Timestamp(picos) => Value::Timestamp(rounded(picos)),
        Value::TimestampWithTimeZone(picos, zone) => Value::TimestampWithTimeZone(rounded(picos), zone.clone()),
        other => other.clone(),
    }
}

impl Moment<'_> {
    fn field(&self, field: Field) -> i64 {
        let year = self.civil.year;
        let of_era = if year > 0 { year } else { 1 - year };
        let hour = self.time / 3_600_000;
        match field {
            Field::Era => i64::from(year > 0),
            Field::Century => of_era / 100,
            Field::YearOfEra => of_era,
            Field::Year => year,
            Field::WeekYear => iso_week(self.days).0,
            Field::Month => self.civil.month,
            Field::Week => iso_week(self.days).1,
            Field::DayOfYear => self.civil.day_of_year(),
            Field::DayOfMonth => self.civil.day,
            Field::DayOfWeek => day_of_week(self.days),
            Field::HalfDay => hour / 12,
            Field::HourOfHalfDay => hour % 12,
            Field::ClockHourOfHalfDay => (hour + 11) % 12 + 1,
            Field::Hour => hour,
            Field::ClockHour => (hour + 23) % 24 + 1,
            Field::Minute => self.time / 60_000 % 60,
            Field::Second => self.time / 1_000 % 60,
        }
    }

    fn name(&self, field: Field, short: bool) -> &'static str {
        let number = self.field(field);
        let of = |names: &[&'static str], number: i64| {
            let name = usize::try_from(number - 1).ok().and_then(|at| names.get(at));
            let name = *name.expect("a month or day of the week is in its range");
            if short { &name[..3] } else { name }
        };
        match field {
            Field::Month => of(&MONTHS, number),
            Field::DayOfWeek => of(&DAYS, number),
            Field::Era => ["BC", "AD"][usize::from(number == 1)],
            _ => ["AM", "PM"][usize::from(number == 1)],
        }
    }

    fn write_offset(&self, out: &mut String, colon: bool) -> Result<(), EvalError> {
        let (_, offset) = self.zone.ok_or_else(|| invalid("the value has no time zone"))?;
        let sign = if offset < 0 { '-' } else { '+' };
        let (offset, colon) = (offset.abs(), if colon { ":" } else { "" });
        let _ = write!(out, "{sign}{:02}{colon}{:02}", offset / 3_600, offset / 60 % 60);
        Ok(())
    }

    /// Names in words are known for UTC and bare offsets only: all others are Java's own lists.
    fn write_zone(&self, out: &mut String, short: bool) -> Result<(), EvalError> {
        match self.zone {
            Some((Zone::Offset(0), _)) => out.push_str(if short { "UTC" } else { "Coordinated Universal Time" }),
            Some((zone @ Zone::Offset(_), _)) => out.push_str(&zone.to_string()),
            Some((Zone::Region(name), _)) => {
                return Err(EvalError::refused(format!("the name of the time zone {name} in words (`z` in a format)")));
            }
            None => return Err(invalid("the value has no time zone")),
        }
        Ok(())
    }
}

fn write_padded(out: &mut String, number: i64, least: usize) {
    if number < 0 {
        out.push('-');
    }
    let _ = write!(out, "{:0least$}", number.unsigned_abs());
}

/// At least so many digits; more, up to `most`, only if they are not zero. Milliseconds are all there
/// are, so that digits behind the third are zeros.
fn write_fraction(out: &mut String, millis: i64, least: usize, most: usize) {
    let digits = format!("{millis:03}{}", "0".repeat(most.saturating_sub(3)));
    let mut length = most;
    while length > least && digits.as_bytes().get(length - 1) == Some(&b'0') {
        length -= 1;
    }
    out.push_str(&digits[..length]);
}
