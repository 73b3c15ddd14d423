//! Days and instants of the tests' own: the oracle must not share a calendar with what it judges.

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Seconds of an hour.
pub const HOUR: i64 = 3_600;

/// The days from 1970-01-01 to a date of the Gregorian calendar, counted year by year.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: i64 = (1..month).map(|month| month_length(year, month)).sum();
    years + months + day - 1
}

/// Year, month and day of a number of days since 1970-01-01.
pub fn date(days: i64) -> (i64, i64, i64) {
    let (mut year, mut rest) = (1970, days);
    while rest >= if is_leap(year) { 366 } else { 365 } {
        rest -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    while rest >= month_length(year, month) {
        rest -= month_length(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `2024-02-29T23:59:59Z` of seconds since the epoch.
pub fn iso(second: i64) -> String {
    let rest = second.rem_euclid(DAY);
    format!("{}T{:02}:{:02}:{:02}Z", day_text(second, '-'), rest / HOUR, rest / 60 % 60, rest % 60)
}

/// The seconds of a canonical text; none if it is no time.
pub fn seconds(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    Some(days(year, month, day) * DAY + number(11, 13)? * HOUR + number(14, 16)? * 60 + number(17, 19)?)
}

/// The day of an instant with a separator: `2024-02-29` or `2024/02/29`.
pub fn day_text(second: i64, separator: char) -> String {
    let (year, month, day) = date(second.div_euclid(DAY));
    format!("{year:04}{separator}{month:02}{separator}{day:02}")
}

#[test]
fn the_tests_calendar_knows_leap_days() {
    assert_eq!(iso(0), "1970-01-01T00:00:00Z");
    assert_eq!(iso(1_709_251_199), "2024-02-29T23:59:59Z");
    assert_eq!(seconds("2024-02-29T23:59:59Z"), Some(1_709_251_199));
    assert_eq!(day_text(1_704_067_200, '/'), "2024/01/01");
}
