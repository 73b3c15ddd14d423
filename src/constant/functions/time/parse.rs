//! `date_parse` and `parse_datetime`: reading dates by a format.
//!
//! The fields read are set one after another, largest first, on the first moment of 1970, each taking
//! what is smaller back to its beginning; then once more, so that a later field (a day of the week)
//! cannot move an earlier one (the year). Without any year, a month or day is of the year 2000.

use super::iso::{Reader, read_fraction, zone_of_offset};
use super::pattern::{DAYS, Field, MONTHS, ShortYear, Step, joda, mysql};
use super::{Body, invalid, is_varchar, text};
use crate::constant::calendar::{Civil, PICOS_PER_MILLI, day_of_week, days_in_month, from_iso_week, is_leap, iso_week};
use crate::constant::cast::{instant, zoned};
use crate::constant::memo::Memo;
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

thread_local! {
    static JODA: Memo<Vec<Step>> = Memo::new();
    static MYSQL: Memo<Vec<Step>> = Memo::new();
}

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    let [given, format] = arguments else { return None };
    if !is_varchar(given) || !is_varchar(format) {
        return None;
    }
    match name {
        "date_parse" => Some(Body::Strict(|_, values| {
            let steps = MYSQL.with(|memo| memo.get(text(&values[1])?, mysql))?;
            let read = read(text(&values[0])?, &steps)?;
            Ok(Value::Timestamp(i128::from(read.local) * PICOS_PER_MILLI))
        })),
        "parse_datetime" => Some(Body::Strict(|_, values| {
            let steps = JODA.with(|memo| memo.get(text(&values[1])?, joda))?;
            let given = text(&values[0])?;
            let Read { local, zone, .. } = read(given, &steps)?;
            let zone = zone?;
            if zone.skips(local.div_euclid(1_000)) {
                return Err(invalid(format!(
                    "Cannot parse \"{given}\": Illegal instant due to time zone offset transition"
                )));
            }
            let picos = i128::from(local) * PICOS_PER_MILLI;
            zoned(instant(picos, &zone), zone).map_err(|error| invalid(error.message))
        })),
        _ => None,
    }
}

/// What a text says: the local time in milliseconds since the epoch, and the zone, UTC if it names
/// none; an unsupported offset is an error only where the zone counts.
struct Read {
    local: i64,
    zone: Result<Zone, EvalError>,
}

fn read(text: &str, steps: &[Step]) -> Result<Read, EvalError> {
    let failed = || invalid(format!("Invalid format: \"{text}\""));
    let mut reader = Reader(text);
    let mut fields = Vec::with_capacity(steps.len());
    let (mut millis, mut zone) = (None, Ok(Zone::UTC));
    for step in steps {
        match step {
            Step::Literal(literal) => {
                let found = literal.chars().all(|wanted| take_folded(&mut reader, wanted));
                found.then_some(()).ok_or_else(failed)?;
            }
            Step::Number { field: Field::Era | Field::Century, .. } | Step::Name { field: Field::Era, .. } => {
                return Err(EvalError::refused("reading eras and centuries (`G` and `C` in a format)"));
            }
            Step::Number { field, most, signed, .. } => {
                let number = if *signed { reader.signed(1, *most) } else { reader.number(1, *most) };
                fields.push((*field, number.ok_or_else(failed)?));
            }
            Step::ShortYear { field, reading } => fields.push((*field, short_year(&mut reader, *reading, failed)?)),
            Step::Name { field, .. } => fields.push((*field, name(&mut reader, *field).ok_or_else(failed)?)),
            Step::Fraction { most, .. } => {
                let fraction = fraction(&mut reader, *most).ok_or_else(failed)?;
                millis = Some(fraction);
            }
            Step::Offset { .. } => zone = zone_of_offset(reader.offset().ok_or_else(failed)?),
            Step::ZoneId => {
                // Old names of fixed offsets are regions to the library behind Trino, not to Trino.
                if ["EST", "MST", "HST"].iter().any(|name| reader.0.starts_with(name)) {
                    return Err(EvalError::refused(format!("the time zone of \"{text}\"")));
                }
                zone = Ok(zone_id(&mut reader).ok_or_else(failed)?);
            }
            Step::ZoneName { .. } => zone = Ok(zone_name(&mut reader).ok_or_else(failed)?),
        }
    }
    if !reader.0.is_empty() {
        return Err(failed());
    }
    let local = moment(fields, millis).ok_or_else(failed)?;
    Ok(Read { local, zone })
}

/// Takes a character in either case, of any script.
fn take_folded(reader: &mut Reader<'_>, wanted: char) -> bool {
    let Some(c) = reader.0.chars().next() else { return false };
    let same = c == wanted || c.to_uppercase().eq(wanted.to_uppercase()) || c.to_lowercase().eq(wanted.to_lowercase());
    if same {
        reader.0 = &reader.0[c.len_utf8()..];
    }
    same
}

fn short_year(reader: &mut Reader<'_>, reading: ShortYear, failed: impl Fn() -> EvalError) -> Result<i64, EvalError> {
    if reading == ShortYear::Lenient && (reader.0.starts_with(['-', '+']) || reader.digits(3) != 2) {
        return reader.signed(1, 9).ok_or_else(failed);
    }
    let year = reader.number(2, 2).ok_or_else(failed)?;
    match reading {
        ShortYear::Fixed => Ok(if year < 70 { 2000 + year } else { 1900 + year }),
        // The century is 80 years back to 19 years ahead of today; these hold until 2045.
        _ if year <= 45 => Ok(2000 + year),
        _ if year >= 65 => Ok(1900 + year),
        _ => Err(EvalError::refused(format!("the year {year:02}, whose century depends on the current date"))),
    }
}

/// Takes the longest name, short or long, in any case.
fn name(reader: &mut Reader<'_>, field: Field) -> Option<i64> {
    let names: &[&str] = match field {
        Field::Month => &MONTHS,
        Field::DayOfWeek => &DAYS,
        _ => &["AM", "PM"],
    };
    let starts = |name: &str| reader.0.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let long = names.iter().position(|name| starts(name)).map(|at| (at, names[at].len()));
    let (at, length) =
        long.or_else(|| names.iter().position(|name| starts(&name[..3.min(name.len())])).map(|at| (at, 3)))?;
    reader.0 = &reader.0[length..];
    let number = i64::try_from(at).expect("there are few names");
    Some(if field == Field::HalfDay { number } else { number + 1 })
}

fn fraction(reader: &mut Reader<'_>, most: usize) -> Option<i64> {
    let length = reader.digits(most);
    let mut part = Reader(&reader.0[..length.min(9)]);
    let millis = read_fraction(&mut part, 1_000)?;
    reader.0 = &reader.0[length..];
    Some(millis)
}

/// Takes the longest run of characters that is the name of a region or of UTC.
fn zone_id(reader: &mut Reader<'_>) -> Option<Zone> {
    let length = reader.0.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(b)).count();
    (1..=length).rev().find_map(|length| {
        let name = &reader.0[..length];
        let zone = Zone::parse(name).ok().filter(|_| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
        reader.0 = &reader.0[length..];
        Some(zone)
    })
}

fn zone_name(reader: &mut Reader<'_>) -> Option<Zone> {
    const NAMES: [(&str, &str); 11] = [
        ("UTC", "UTC"),
        ("UT", "UTC"),
        ("GMT", "UTC"),
        ("EST", "America/New_York"),
        ("EDT", "America/New_York"),
        ("CST", "America/Chicago"),
        ("CDT", "America/Chicago"),
        ("MST", "America/Denver"),
        ("MDT", "America/Denver"),
        ("PST", "America/Los_Angeles"),
        ("PDT", "America/Los_Angeles"),
    ];
    let (name, zone) = NAMES.iter().find(|(name, _)| reader.0.starts_with(name))?;
    reader.0 = &reader.0[name.len()..];
    Zone::parse(zone).ok()
}

/// How large a field is: by the unit that it repeats in, then by its own.
fn rank(field: Field) -> (u8, u8) {
    match field {
        Field::Era | Field::Century | Field::YearOfEra | Field::Year | Field::WeekYear => (0, 0),
        Field::Month => (1, 1),
        Field::Week => (1, 2),
        Field::DayOfYear => (1, 3),
        Field::DayOfMonth => (2, 3),
        Field::DayOfWeek => (3, 3),
        Field::HalfDay => (4, 4),
        Field::Hour | Field::ClockHour => (4, 5),
        Field::HourOfHalfDay | Field::ClockHourOfHalfDay => (5, 5),
        Field::Minute => (6, 6),
        Field::Second => (7, 7),
    }
}

/// The local time that the fields and the milliseconds give.
fn moment(mut fields: Vec<(Field, i64)>, millis: Option<i64>) -> Option<i64> {
    fields.sort_by_key(|(field, _)| rank(*field));
    let date_without_year = fields.first().is_some_and(|(field, _)| (1..=3).contains(&rank(*field).1));
    if date_without_year {
        fields.insert(0, (Field::Year, 2000));
    }
    let mut local = 0;
    for (field, value) in &fields {
        local = floor(*field, set(*field, local, *value)?);
    }
    if let Some(millis) = millis {
        local = local.div_euclid(1_000) * 1_000 + millis;
    }
    for (field, value) in &fields {
        local = set(*field, local, *value)?;
    }
    let last = fields.last().filter(|_| millis.is_none());
    Some(last.map_or(local, |(field, _)| floor(*field, local)))
}

/// Sets one field of a local time; `None` if the value is out of the field's range there.
fn set(field: Field, local: i64, value: i64) -> Option<i64> {
    let (days, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let civil = Civil::from_days(days);
    let hour = time / HOUR;
    let day = |days: i64| days * DAY + time;
    let clock = |unit: i64, current: i64, value: i64, limit: i64| {
        (0..limit).contains(&value).then_some(local + (value - current) * unit)
    };
    match field {
        Field::Era | Field::Century => None,
        Field::YearOfEra if value < 1 => None,
        // Trino's timestamps end long before the years that fit no more.
        Field::Year | Field::YearOfEra | Field::WeekYear if value.abs() > 292_000_000 => None,
        Field::Year | Field::YearOfEra => {
            let leap_day = (civil.month, civil.day) == (2, 29) && !is_leap(value);
            Some(day(Civil { year: value, day: civil.day - i64::from(leap_day), ..civil }.days()))
        }
        Field::WeekYear => {
            let (week, of_week) = (iso_week(days).1, day_of_week(days));
            from_iso_week(value, week, of_week).or_else(|| from_iso_week(value, 52, of_week)).map(day)
        }
        Field::Month => {
            let valid = (1..=12).contains(&value);
            let fitting = civil.day.min(days_in_month(civil.year, value));
            valid.then(|| day(Civil { month: value, day: fitting, ..civil }.days()))
        }
        Field::Week => {
            let (year, week) = iso_week(days);
            from_iso_week(year, value, 1).map(|_| day(days + (value - week) * 7))
        }
        Field::DayOfYear => {
            let valid = (1..=365 + i64::from(is_leap(civil.year))).contains(&value);
            valid.then(|| day(days + value - civil.day_of_year()))
        }
        Field::DayOfMonth => Civil::new(civil.year, civil.month, value).map(|civil| day(civil.days())),
        Field::DayOfWeek => (1..=7).contains(&value).then(|| day(days + value - day_of_week(days))),
        Field::HalfDay => clock(12 * HOUR, hour / 12, value, 2),
        Field::HourOfHalfDay => clock(HOUR, hour % 12, value, 12),
        Field::ClockHourOfHalfDay if !(1..=12).contains(&value) => None,
        Field::ClockHourOfHalfDay => clock(HOUR, hour % 12, value % 12, 12),
        Field::Hour => clock(HOUR, hour, value, 24),
        Field::ClockHour if !(1..=24).contains(&value) => None,
        Field::ClockHour => clock(HOUR, hour, value % 24, 24),
        Field::Minute => clock(60_000, time / 60_000 % 60, value, 60),
        Field::Second => clock(1_000, time / 1_000 % 60, value, 60),
    }
}

/// The beginning of the field's unit that a local time lies in.
fn floor(field: Field, local: i64) -> i64 {
    let days = local.div_euclid(DAY);
    let civil = Civil::from_days(days);
    let unit = |length: i64| local.div_euclid(length) * length;
    match field {
        Field::Era | Field::Century | Field::YearOfEra | Field::Year => {
            Civil { month: 1, day: 1, ..civil }.days() * DAY
        }
        Field::WeekYear => {
            let year = iso_week(days).0;
            from_iso_week(year, 1, 1).expect("every year has a first week") * DAY
        }
        Field::Month => Civil { day: 1, ..civil }.days() * DAY,
        Field::Week => (days - day_of_week(days) + 1) * DAY,
        Field::DayOfYear | Field::DayOfMonth | Field::DayOfWeek => unit(DAY),
        Field::HalfDay => unit(12 * HOUR),
        Field::Hour | Field::ClockHour | Field::HourOfHalfDay | Field::ClockHourOfHalfDay => unit(HOUR),
        Field::Minute => unit(60_000),
        Field::Second => unit(1_000),
    }
}
