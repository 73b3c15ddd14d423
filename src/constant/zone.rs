//! Time zones by the names that Trino takes, and the offsets they have.
//!
//! The rules come from the time zone database bundled with jiff, so that an answer does not depend
//! on the machine it is computed on.

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::memo::Memo;
use super::value::Zone;

/// The zone database, always the bundled one.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

thread_local! {
    static REGIONS: Memo<TimeZone> = Memo::new();
}

/// Seconds of 400 Gregorian years, after which dates and week days repeat.
const CYCLE: i64 = 146_097 * 86_400;

/// Trino's widest offset, in minutes.
const WIDEST: i32 = 14 * 60;

/// Why a text names no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneError {
    /// There is no zone of that name.
    Unknown,
    /// It is an offset, but not one that Trino holds: wider than 14 hours, or with seconds.
    Unsupported,
}

impl Zone {
    /// `UTC`.
    pub const UTC: Zone = Zone::Offset(0);

    /// Reads a zone's name or offset, in the forms of Java's `ZoneId`.
    pub(crate) fn parse(name: &str) -> Result<Zone, ZoneError> {
        if matches!(
            name,
            "UTC"
                | "GMT"
                | "Z"
                | "UT"
                | "UCT"
                | "Zulu"
                | "Universal"
                | "Greenwich"
                | "GMT0"
                | "Etc/UTC"
                | "Etc/GMT"
                | "Etc/UCT"
                | "Etc/Universal"
                | "Etc/GMT0"
        ) {
            return Ok(Zone::UTC);
        }
        if let Some(hours) = name.strip_prefix("Etc/GMT").and_then(posix_hours) {
            return Ok(Zone::Offset(hours * -60));
        }
        let bare = ["UTC", "GMT", "UT"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
        if bare.starts_with(['+', '-']) {
            return offset(bare);
        }
        // Java knows these two, Trino's list of zones does not.
        if matches!(name, "Etc/Zulu" | "Etc/Greenwich") || name.starts_with("SystemV/") {
            return Err(ZoneError::Unsupported);
        }
        // Short names of fixed offsets are no zones to Java; nor is what is there for old programs.
        if matches!(name, "EST" | "MST" | "HST" | "Factory" | "UTC0" | "UT0") || name.starts_with("Etc/") {
            return Err(ZoneError::Unknown);
        }
        let region = region(name).ok_or(ZoneError::Unknown)?;
        match region.iana_name() {
            Some(exact) if exact == name => Ok(Zone::Region(name.into())),
            _ => Err(ZoneError::Unknown),
        }
    }

    /// The offset from UTC in seconds at an instant given in seconds since the epoch.
    pub(crate) fn offset_at(&self, instant: i64) -> i64 {
        match self {
            Zone::Offset(minutes) => i64::from(*minutes) * 60,
            Zone::Region(name) => match (region(name), Timestamp::from_second(near(instant))) {
                (Some(zone), Ok(instant)) => i64::from(zone.to_offset(instant).seconds()),
                // Only names that `parse` has found become regions, and `near` keeps the range.
                _ => 0,
            },
        }
    }

    /// The instant, in seconds since the epoch, of a local time in seconds. A time that a change of
    /// the clock skips is moved on by the gap; of a time that comes twice the first is meant.
    pub(crate) fn instant_of(&self, local: i64) -> i64 {
        match self {
            Zone::Offset(minutes) => local - i64::from(*minutes) * 60,
            Zone::Region(_) => match self.ambiguous(local) {
                Some(AmbiguousOffset::Unambiguous { offset }) => local - i64::from(offset.seconds()),
                Some(AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. }) => {
                    local - i64::from(before.seconds())
                }
                None => local,
            },
        }
    }

    /// The instant of a local time, as [`Zone::instant_of`]; of a time that comes twice, the one
    /// that has this offset in seconds, if there is such a one.
    pub(crate) fn instant_near(&self, local: i64, offset: i64) -> i64 {
        match self.ambiguous(local) {
            Some(AmbiguousOffset::Fold { after, .. }) if i64::from(after.seconds()) == offset => local - offset,
            _ => self.instant_of(local),
        }
    }

    /// Whether a change of the clock skips this local time.
    pub(crate) fn skips(&self, local: i64) -> bool {
        matches!(self.ambiguous(local), Some(AmbiguousOffset::Gap { .. }))
    }

    fn ambiguous(&self, local: i64) -> Option<AmbiguousOffset> {
        let Zone::Region(name) = self else { return None };
        let wall: DateTime = Offset::UTC.to_datetime(Timestamp::from_second(near(local)).ok()?);
        Some(region(name)?.to_ambiguous_timestamp(wall).offset())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Offset(0) => f.write_str("UTC"),
            Zone::Offset(minutes) => f.write_str(&offset_text(*minutes, ":")),
            Zone::Region(name) => f.write_str(name),
        }
    }
}

/// An offset in minutes as `+hh:mm`, with this between hours and minutes.
pub(crate) fn offset_text(minutes: i16, separator: &str) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}

/// The database's zone of this name, looked up once a thread.
fn region(name: &str) -> Option<TimeZone> {
    let found = REGIONS.with(|regions| regions.get(name, |name| DATABASE.get(name)));
    found.ok().map(|zone| TimeZone::clone(&zone))
}

/// A second in the range of years that jiff holds, at the same place of the calendar's cycle.
fn near(second: i64) -> i64 {
    /// 9000-01-01, beyond which only the zones' lasting rules apply.
    const LATE: i64 = 221_845_392_000;
    /// -9000-01-01, before which there is only local mean time.
    const EARLY: i64 = -346_185_187_200;
    if second > LATE { LATE + (second - LATE).rem_euclid(CYCLE) - CYCLE } else { second.max(EARLY) }
}

/// The hours of `Etc/GMT+h`: 0 to 12, or down to -14, without leading zeros.
fn posix_hours(text: &str) -> Option<i16> {
    let hours: i16 = text.parse().ok()?;
    let plain = text.starts_with(['+', '-']) && text.trim_start_matches(['+', '-']) == hours.abs().to_string();
    (plain && (-14..=12).contains(&hours)).then_some(hours)
}

/// Reads `±h`, `±hh`, `±hhmm`, `±hh:mm`, `±hhmmss` or `±hh:mm:ss`.
fn offset(text: &str) -> Result<Zone, ZoneError> {
    let digits = &text[1..];
    let colons = digits.contains(':');
    let parts: Vec<&str> = if colons {
        digits.split(':').collect()
    } else {
        match digits.len() {
            1 | 2 => vec![digits],
            4 => vec![digits.get(..2).unwrap_or(""), digits.get(2..).unwrap_or("")],
            6 => ["", "", ""].iter().enumerate().map(|(at, _)| digits.get(2 * at..2 * at + 2).unwrap_or("")).collect(),
            _ => return Err(ZoneError::Unknown),
        }
    };
    let wanted = if colons { 2..=3 } else { 1..=3 };
    let number = |part: &str| -> Option<i32> {
        let short = part.len() == 2 || (parts.len() == 1 && part.len() == 1);
        (short && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let numbers: Option<Vec<i32>> = parts.iter().map(|part| number(part)).collect();
    let numbers = numbers.filter(|numbers| wanted.contains(&numbers.len())).ok_or(ZoneError::Unknown)?;
    let part = |at: usize| numbers.get(at).copied().unwrap_or(0);
    let total = part(0) * 3600 + part(1) * 60 + part(2);
    if part(1) > 59 || part(2) > 59 || total > 18 * 3600 {
        return Err(ZoneError::Unknown);
    }
    let signed = if text.starts_with('-') { -total / 60 } else { total / 60 };
    if part(2) != 0 || signed.abs() > WIDEST {
        return Err(ZoneError::Unsupported);
    }
    i16::try_from(signed).map(Zone::Offset).map_err(|_| ZoneError::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, zone) in [
            ("Zulu", Ok("UTC")),
            ("UTC+2", Ok("+02:00")),
            ("Etc/GMT+3", Ok("-03:00")),
            ("+0530", Ok("+05:30")),
            ("+02:00:00", Ok("+02:00")),
            ("-00:00", Ok("UTC")),
            ("US/Eastern", Ok("US/Eastern")),
            ("CET", Ok("CET")),
            ("america/new_york", Err(ZoneError::Unknown)),
            ("EST", Err(ZoneError::Unknown)),
            ("+2:00", Err(ZoneError::Unknown)),
            ("+14:01", Err(ZoneError::Unsupported)),
            ("+01:30:15", Err(ZoneError::Unsupported)),
        ] {
            assert_eq!(Zone::parse(name).map(|zone| zone.to_string()), zone.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn clocks_that_jump() {
        let new_york = Zone::parse("America/New_York").expect("in the database");
        // 2019-03-10 02:30 does not exist; 2019-11-03 01:30 comes twice.
        assert_eq!(new_york.instant_of(1_552_185_000), 1_552_203_000);
        assert!(new_york.skips(1_552_185_000));
        assert_eq!(new_york.instant_of(1_572_744_600), 1_572_759_000);
        assert_eq!(new_york.offset_at(1_572_759_000), -4 * 3600);
        assert_eq!(new_york.offset_at(400_000_000_000), new_york.offset_at(400_000_000_000 - 20 * CYCLE));
    }
}
