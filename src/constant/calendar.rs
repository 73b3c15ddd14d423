//! The proleptic Gregorian calendar, counted in days since 1970-01-01.
//!
//! Trino's dates reach years of seven digits, beyond what date crates hold, so the arithmetic stands
//! here; it is exact for every day that fits 64 bits.

/// Picoseconds of a millisecond.
pub(crate) const PICOS_PER_MILLI: i128 = 1_000_000_000;
/// Picoseconds of a second.
pub(crate) const PICOS_PER_SECOND: i128 = 1_000_000_000_000;
/// Picoseconds of a day.
pub(crate) const PICOS_PER_DAY: i128 = 86_400 * PICOS_PER_SECOND;

/// A day by year, month (1 to 12) and day of the month (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

impl Civil {
    /// The day of a count of days since 1970-01-01.
    pub(crate) fn from_days(days: i64) -> Civil {
        // Years begin in March here, so that the leap day is a year's last; 400 years are one era.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Civil { year, month, day }
    }

    /// The count of days since 1970-01-01; month and day must be valid.
    pub(crate) fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = if self.month > 2 { self.month - 3 } else { self.month + 9 };
        let of_year = (153 * shifted_month + 2) / 5 + self.day - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        era * 146_097 + of_era - 719_468
    }

    /// A day, if there is such a one.
    pub(crate) fn new(year: i64, month: i64, day: i64) -> Option<Civil> {
        let valid = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        valid.then_some(Civil { year, month, day })
    }

    /// The same day some months later; a day that the month lacks becomes the month's last.
    pub(crate) fn plus_months(self, months: i64) -> Option<Civil> {
        let total = self.year.checked_mul(12)?.checked_add(self.month - 1)?.checked_add(months)?;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        Some(Civil { year, month, day: self.day.min(days_in_month(year, month)) })
    }

    /// The day's number in its year, from 1.
    pub(crate) fn day_of_year(self) -> i64 {
        self.days() - Civil { year: self.year, month: 1, day: 1 }.days() + 1
    }
}

/// Whether a year has a 29th of February.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month (1 to 12).
pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// ISO's day of the week: 1 is Monday, 7 is Sunday.
pub(crate) fn day_of_week(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// ISO's week: the year it belongs to and its number in that year, from 1.
pub(crate) fn iso_week(days: i64) -> (i64, i64) {
    // A week belongs to the year that its Thursday lies in.
    let thursday = days - day_of_week(days) + 4;
    let year = Civil::from_days(thursday).year;
    let first = Civil { year, month: 1, day: 1 }.days();
    (year, (thursday - first) / 7 + 1)
}

/// The day of an ISO week's date, if there is such a one.
pub(crate) fn from_iso_week(year: i64, week: i64, day: i64) -> Option<i64> {
    if week < 1 || !(1..=7).contains(&day) {
        return None;
    }
    let fourth = Civil { year, month: 1, day: 4 }.days();
    let days = fourth - day_of_week(fourth) + 1 + (week - 1) * 7 + day - 1;
    (iso_week(days).0 == year).then_some(days)
}

/// A local time as its day and the picoseconds since that day's midnight.
pub(crate) fn split_day(picos: i128) -> (i64, i64) {
    let days = picos.div_euclid(PICOS_PER_DAY);
    let rest = picos.rem_euclid(PICOS_PER_DAY);
    // Both fit: a timestamp's days are far fewer than 2^63, a day's picoseconds are below 2^57.
    (days as i64, rest as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_civil_dates_are_inverse() {
        for days in (-3_000_000..3_000_000).step_by(97) {
            assert_eq!(Civil::from_days(days).days(), days);
        }
        assert_eq!(Civil::from_days(0), Civil { year: 1970, month: 1, day: 1 });
        assert_eq!(Civil::new(2020, 2, 29).map(Civil::days), Some(18_321));
        assert_eq!(Civil::new(2019, 2, 29), None);
    }

    #[test]
    fn iso_weeks_cross_years() {
        let day = |year, month, day| Civil { year, month, day }.days();
        assert_eq!(iso_week(day(1969, 12, 31)), (1970, 1));
        assert_eq!(iso_week(day(2024, 12, 30)), (2025, 1));
        assert_eq!(iso_week(day(2021, 1, 3)), (2020, 53));
        assert_eq!(from_iso_week(2019, 14, 1), Some(day(2019, 4, 1)));
        assert_eq!(from_iso_week(2019, 53, 1), None);
    }
}
