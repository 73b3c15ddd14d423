//! Times as CloudTrail writes them. Nothing here asks what time it is.

use jiff::Timestamp;

/// Seconds in a minute.
pub const MINUTE: i64 = 60;
/// Seconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Seconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// The seconds since 1970 of a time that the generator itself spells out.
pub fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("the generator's own times are written in ISO 8601").as_second()
}

/// A time in a pattern of `strftime`, in UTC.
fn format(seconds: i64, pattern: &str) -> String {
    Timestamp::from_second(seconds).expect("the generator's times lie in 2019").strftime(pattern).to_string()
}

/// `2019-03-01T00:00:00Z`.
pub fn iso(seconds: i64) -> String {
    format(seconds, "%Y-%m-%dT%H:%M:%SZ")
}

/// `Mar 1, 2019, 12:05:09 AM`: how `AssumeRole` records say when a key expires.
pub fn locale(seconds: i64) -> String {
    format(seconds, "%b %-d, %Y, %-I:%M:%S %p")
}

/// `2019/03/01`: the folders of a day.
pub fn folders(seconds: i64) -> String {
    format(seconds, "%Y/%m/%d")
}

/// `20190301T0005Z`: the stamp in a file's name.
pub fn stamp(seconds: i64) -> String {
    format(seconds, "%Y%m%dT%H%MZ")
}

/// Whether it is a Saturday or a Sunday: 1970 began on a Thursday.
pub fn weekend(seconds: i64) -> bool {
    matches!((seconds.div_euclid(DAY) + 3).rem_euclid(7), 5 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_cloudtrail_writes_them() {
        let time = at("2019-03-02T00:05:09Z");
        assert_eq!(iso(time), "2019-03-02T00:05:09Z");
        assert_eq!(locale(time), "Mar 2, 2019, 12:05:09 AM");
        assert_eq!(locale(at("2019-12-31T13:00:00Z")), "Dec 31, 2019, 1:00:00 PM");
        assert_eq!((folders(time).as_str(), stamp(time).as_str()), ("2019/03/02", "20190302T0005Z"));
        assert!(weekend(time) && weekend(time + DAY) && !weekend(time + 2 * DAY) && !weekend(time - DAY));
    }
}
