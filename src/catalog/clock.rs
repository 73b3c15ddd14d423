//! Instants as the partition algebra counts them, and as a calendar shows them.
//!
//! An instant is a number of picoseconds since 1970-01-01 00:00:00 UTC, as in
//! [`Value::Timestamp`](crate::constant::Value::Timestamp). Partition keys are written in UTC
//! (<https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>).

use jiff::civil::DateTime;
use jiff::{Span, ToSpan};

use super::table::DateUnit;

/// Picoseconds in a second.
pub const SECOND: i128 = 1_000_000_000_000;

/// Picoseconds in a nanosecond, the calendar's finest unit.
const NANOSECOND: i128 = 1_000;

/// The instant at which a UTC calendar shows this.
pub fn instant(at: DateTime) -> i128 {
    let days = i128::from(at.date().duration_since(jiff::civil::date(1970, 1, 1)).as_hours()) / 24;
    let time = at.time();
    let seconds = i128::from(time.hour()) * 3600 + i128::from(time.minute()) * 60 + i128::from(time.second());
    (days * 86_400 + seconds) * SECOND + i128::from(time.subsec_nanosecond()) * NANOSECOND
}

/// What a UTC calendar shows at an instant, to the nanosecond below it; instants outside the years
/// -9999 to 9999 are moved to the nearest end.
pub fn calendar(instant: i128) -> DateTime {
    let nanoseconds = instant.div_euclid(NANOSECOND);
    let days = nanoseconds.div_euclid(86_400_000_000_000);
    let rest = i64::try_from(nanoseconds.rem_euclid(86_400_000_000_000)).expect("a day's nanoseconds fit");
    let end = if instant < 0 { DateTime::MIN } else { DateTime::MAX };
    let Ok(days) = i32::try_from(days) else { return end };
    let Ok(days) = Span::new().try_days(days) else { return end };
    jiff::civil::date(1970, 1, 1)
        .checked_add(days)
        .and_then(|date| date.to_datetime(jiff::civil::Time::midnight()).checked_add(rest.nanoseconds()))
        .unwrap_or(end)
}

/// An instant for people: to the second, in UTC.
pub fn instant_text(picos: i128) -> String {
    if picos == i128::MAX {
        return "the end of time".to_owned();
    }
    calendar(picos).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl DateUnit {
    /// Moves a calendar time by so many units; none if that leaves the calendar.
    pub fn add(self, at: DateTime, count: i64) -> Option<DateTime> {
        let span = Span::new();
        let span = match self {
            DateUnit::Years => span.try_years(count),
            DateUnit::Months => span.try_months(count),
            DateUnit::Weeks => span.try_weeks(count),
            DateUnit::Days => span.try_days(count),
            DateUnit::Hours => span.try_hours(count),
            DateUnit::Minutes => span.try_minutes(count),
            DateUnit::Seconds => span.try_seconds(count),
            DateUnit::Millis => span.try_milliseconds(count),
        };
        at.checked_add(span.ok()?).ok()
    }

    /// The unit's length in picoseconds, unless the calendar decides it (months and years).
    pub fn length(self) -> Option<i128> {
        match self {
            DateUnit::Years | DateUnit::Months => None,
            DateUnit::Weeks => Some(7 * 86_400 * SECOND),
            DateUnit::Days => Some(86_400 * SECOND),
            DateUnit::Hours => Some(3600 * SECOND),
            DateUnit::Minutes => Some(60 * SECOND),
            DateUnit::Seconds => Some(SECOND),
            DateUnit::Millis => Some(SECOND / 1000),
        }
    }

    /// The beginning of the unit in which a time lies; a week counts as its days.
    pub fn floor(self, at: DateTime) -> DateTime {
        let date = at.date();
        let midnight = jiff::civil::Time::midnight();
        match self {
            DateUnit::Years => date.first_of_year().to_datetime(midnight),
            DateUnit::Months => date.first_of_month().to_datetime(midnight),
            DateUnit::Weeks | DateUnit::Days => date.to_datetime(midnight),
            DateUnit::Hours => date.at(at.hour(), 0, 0, 0),
            DateUnit::Minutes => date.at(at.hour(), at.minute(), 0, 0),
            DateUnit::Seconds => date.at(at.hour(), at.minute(), at.second(), 0),
            DateUnit::Millis => {
                date.at(at.hour(), at.minute(), at.second(), at.subsec_nanosecond() / 1_000_000 * 1_000_000)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SECOND, calendar, instant};

    #[test]
    fn instants_and_calendar_agree() {
        for text in
            ["1970-01-01T00:00:00", "2019-03-31T23:59:59.123456789", "1969-12-31T23:59:59", "9999-12-31T23:59:59"]
        {
            let at: jiff::civil::DateTime = text.parse().expect("a constant");
            assert_eq!(calendar(instant(at)), at, "{text}");
        }
        assert_eq!(instant("1970-01-02T00:00:01".parse().expect("a constant")), 86_401 * SECOND);
        assert_eq!(calendar(i128::MAX), jiff::civil::DateTime::MAX);
        assert_eq!(calendar(i128::MIN), jiff::civil::DateTime::MIN);
    }
}
