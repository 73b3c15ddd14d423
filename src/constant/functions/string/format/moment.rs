//! Dates and times in a format: `%s` as ISO 8601, and what `%t` asks for.

use super::super::super::argument::invalid;
use super::super::super::time::{DAYS, MONTHS};
use super::Specifier;
use crate::constant::calendar::{Civil, PICOS_PER_DAY, PICOS_PER_MILLI, day_of_week};
use crate::constant::temporal_text::{local, seconds};
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

const PICOS_PER_NANO: i128 = 1_000;

/// A moment as far as its type knows it.
struct Moment<'a> {
    date: Option<i64>,
    /// Nanoseconds since midnight.
    time: Option<i64>,
    zone: Option<(&'a Zone, i64)>,
    /// Milliseconds since the epoch.
    epoch: i128,
}

impl Moment<'_> {
    fn of(value: &Value) -> Option<Moment<'_>> {
        let of_day = |picos: i128| i64::try_from(picos / PICOS_PER_NANO).expect("a day's nanoseconds fit");
        let split = |picos: i128| {
            let days = i64::try_from(picos.div_euclid(PICOS_PER_DAY)).expect("a timestamp's days fit");
            (Some(days), Some(of_day(picos.rem_euclid(PICOS_PER_DAY))))
        };
        Some(match value {
            Value::Date(days) => Moment { date: Some(i64::from(*days)), time: None, zone: None, epoch: 0 },
            Value::Time(picos) => Moment { date: None, time: Some(of_day(i128::from(*picos))), zone: None, epoch: 0 },
            Value::Timestamp(picos) => {
                let (date, time) = split(*picos);
                Moment { date, time, zone: None, epoch: 0 }
            }
            Value::TimestampWithTimeZone(picos, zone) => {
                let (date, time) = split(local(*picos, zone));
                let offset = zone.offset_at(seconds(*picos));
                Moment { date, time, zone: Some((zone, offset)), epoch: picos.div_euclid(PICOS_PER_MILLI) }
            }
            _ => return None,
        })
    }
}

/// Java's text of a time or timestamp.
pub(super) fn iso(value: &Value) -> String {
    let Some(moment) = Moment::of(value) else { return String::new() };
    let mut text = moment.date.map(iso_date).unwrap_or_default();
    if let Some(time) = moment.time {
        if !text.is_empty() {
            text.push('T');
        }
        text.push_str(&iso_time(time));
    }
    match moment.zone {
        None => {}
        Some((Zone::Offset(0), _)) => text.push_str("Z[UTC]"),
        Some((Zone::Offset(_), offset)) => text.push_str(&signed(offset, ":")),
        Some((Zone::Region(name), 0)) => text.push_str(&format!("Z[{name}]")),
        Some((Zone::Region(name), offset)) => text.push_str(&format!("{}[{name}]", signed(offset, ":"))),
    }
    text
}

fn iso_date(days: i64) -> String {
    let day = Civil::from_days(days);
    let year = match day.year {
        year @ 10_000.. => format!("+{year}"),
        year @ 0.. => format!("{year:04}"),
        year => format!("-{:04}", year.unsigned_abs()),
    };
    format!("{year}-{:02}-{:02}", day.month, day.day)
}

/// Without seconds if they are zero, with three, six or nine decimals as they are needed.
fn iso_time(nanos: i64) -> String {
    let (hour, minute) = (nanos / 3_600_000_000_000, nanos / 60_000_000_000 % 60);
    let (second, fraction) = (nanos / 1_000_000_000 % 60, nanos % 1_000_000_000);
    let mut text = format!("{hour:02}:{minute:02}");
    if second > 0 || fraction > 0 {
        text.push_str(&format!(":{second:02}"));
    }
    if fraction > 0 {
        let digits = format!("{fraction:09}");
        let kept = if fraction % 1_000_000 == 0 {
            3
        } else if fraction % 1_000 == 0 {
            6
        } else {
            9
        };
        text.push('.');
        text.push_str(&digits[..kept]);
    }
    text
}

fn signed(offset: i64, colon: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    format!("{sign}{:02}{colon}{:02}", offset.abs() / 3_600, offset.abs() / 60 % 60)
}

/// What `%t` with its suffix makes of a value.
pub(super) fn written(specifier: &Specifier, value: &Value, ty: &Type) -> Result<String, EvalError> {
    let wrong = || invalid(format!("%t{} of {ty} in a format", specifier.suffix));
    if matches!(value, Value::Integer(_)) {
        return Err(EvalError::refused("%t of a number in a format"));
    }
    let moment = Moment::of(value).ok_or_else(wrong)?;
    part(&moment, specifier.suffix).unwrap_or_else(|| Err(wrong()))
}

/// A part of a moment; none if the moment does not know it.
fn part(moment: &Moment<'_>, suffix: char) -> Option<Result<String, EvalError>> {
    let all = |suffixes: &str, between: &str| -> Option<Result<String, EvalError>> {
        let parts: Option<Result<Vec<String>, EvalError>> = suffixes.chars().map(|at| part(moment, at)).collect();
        Some(parts?.map(|parts| parts.join(between)))
    };
    let day = moment.date.map(Civil::from_days);
    let name = |names: &[&'static str], number: i64| {
        usize::try_from(number - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
    };
    let of_era = |year: i64| if year > 0 { year } else { 1 - year };
    let hour = moment.time.map(|time| time / 3_600_000_000_000);
    let second = |length: i64| moment.time.map(|time| time / length % 60);
    let weekday = || moment.date.map(day_of_week);
    Some(Ok(match suffix {
        'Y' => format!("{:04}", of_era(day?.year)),
        'y' => format!("{:02}", of_era(day?.year) % 100),
        'C' => format!("{:02}", of_era(day?.year) / 100),
        'm' => format!("{:02}", day?.month),
        'd' => format!("{:02}", day?.day),
        'e' => day?.day.to_string(),
        'j' => format!("{:03}", day?.day_of_year()),
        'B' => name(&MONTHS, day?.month).to_owned(),
        'b' | 'h' => name(&MONTHS, day?.month)[..3].to_owned(),
        'A' => name(&DAYS, weekday()?).to_owned(),
        'a' => name(&DAYS, weekday()?)[..3].to_owned(),
        'H' => format!("{:02}", hour?),
        'k' => hour?.to_string(),
        'I' => format!("{:02}", (hour? + 11) % 12 + 1),
        'l' => ((hour? + 11) % 12 + 1).to_string(),
        'M' => format!("{:02}", second(60_000_000_000)?),
        'S' => format!("{:02}", second(1_000_000_000)?),
        'L' => format!("{:03}", moment.time? % 1_000_000_000 / 1_000_000),
        'N' => format!("{:09}", moment.time? % 1_000_000_000),
        'p' => ["am", "pm"][usize::from(hour? >= 12)].to_owned(),
        'z' => signed(moment.zone?.1, ""),
        's' => moment.zone.map(|_| moment.epoch.div_euclid(1_000))?.to_string(),
        'Q' => moment.zone.map(|_| moment.epoch)?.to_string(),
        'R' => return all("HM", ":"),
        'T' => return all("HMS", ":"),
        'D' => return all("mdy", "/"),
        'F' => return all("Ymd", "-"),
        'r' => {
            let clock = all("IMS", ":")?;
            let half = ["AM", "PM"][usize::from(hour? >= 12)];
            return Some(clock.map(|clock| format!("{clock} {half}")));
        }
        'Z' | 'c' => {
            moment.zone?;
            return Some(Err(EvalError::refused(format!("%t{suffix}, which names a time zone, in a format"))));
        }
        _ => return None,
    }))
}
