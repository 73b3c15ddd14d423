//! Conditions on one scan of the log table: a bound on time, and what else an investigator asks.

use super::super::archive::{ACTORS, DECOY_REGION, Layout, NAMES, REGIONS};
use super::super::calendar::{DAY, HOUR, day_text, iso};
use super::super::cell::Cell;
use super::super::model::Expr;
use super::{Kind, Making, Seen};

/// The conjuncts of a scan; `rows` are the driver rows it may use.
pub fn conjuncts(making: &mut Making<'_, '_>, scan: &Seen, rows: &[Seen]) -> Vec<Expr> {
    let times: Vec<Expr> = rows.iter().flat_map(|row| row.of(Kind::Time)).collect();
    let mut conjuncts = if !times.is_empty() && making.choices.below(4) != 3 {
        correlated_time(making, scan, &times)
    } else {
        vec![constant_time(making, scan)]
    };
    if making.archive.decoy_region || making.choices.below(3) == 1 {
        conjuncts.push(region(making, scan, rows));
    }
    for _ in 0..making.choices.one(&[0, 1, 0, 0, 2]) {
        conjuncts.push(other(making, scan, rows));
    }
    if making.choices.once_in(4) {
        conjuncts.reverse();
    }
    conjuncts
}

fn event_time(scan: &Seen) -> Expr {
    Expr::column(&scan.alias, "eventtime")
}

/// Bounds that the driver's row sets.
fn correlated_time(making: &mut Making<'_, '_>, scan: &Seen, times: &[Expr]) -> Vec<Expr> {
    let time = event_time(scan);
    let (issued, until) = (making.choices.one(times), making.choices.one(times));
    // No longer than to the day before the decoys behind the archive.
    let hours = making.choices.one(&[30, 48, 12, 24, 1]);
    let open_end = !making.archive.decoys_after;
    match making.choices.below(10) {
        0 => vec![time.instant().between(issued.clone().instant(), issued.instant().later(hours))],
        1 => vec![time.between(issued, until)],
        2 => {
            let low = time.clone().instant().compare(">=", issued.clone().instant());
            vec![low, time.instant().compare("<", issued.instant().later(hours))]
        }
        3 => vec![time.prefix(10).compare("=", issued.prefix(10))],
        4 => vec![Expr::Date(Box::new(time.instant())).compare("=", Expr::Date(Box::new(issued.instant())))],
        5 => {
            let unit = making.choices.one(&[HOUR, DAY]);
            let truncated = |text: Expr| Expr::Truncated(unit, Box::new(text.instant()));
            vec![truncated(time).compare("=", truncated(issued))]
        }
        6 if open_end => vec![time.compare(making.choices.one(&[">=", ">"]), issued)],
        6 | 7 => {
            let end = Expr::text(iso(making.archive.end()));
            vec![issued.compare("<=", time.clone()), time.compare("<", end)]
        }
        8 => {
            let end = Expr::text(iso(making.archive.instant(making.choices)));
            vec![time.between(issued, Expr::Coalesce(Box::new([until, end])))]
        }
        _ => {
            let one = time.clone().between(issued.clone(), until);
            let other = time.compare("=", issued);
            vec![Expr::Or(vec![one, other])]
        }
    }
}

/// A bound by constants.
fn constant_time(making: &mut Making<'_, '_>, scan: &Seen) -> Expr {
    let time = event_time(scan);
    let archive = making.archive;
    let first = (archive.instant(making.choices) - making.choices.one(&[DAY, 0, 20 * HOUR, 0])).max(archive.start);
    let width = making.choices.one(&[2 * DAY, DAY, 3 * DAY, 20 * HOUR, 2 * DAY, HOUR, 0]);
    let last = (first + width).min(archive.end() - 1);
    let (low, high) = (making.text(iso(first)), making.text(iso(last)));
    match making.choices.below(14) {
        0 => time.between(low, high),
        1 => Expr::And(vec![time.clone().compare(">=", low), time.compare("<", high)]),
        2 => Expr::StartsWith(Box::new(time), day_text(first, '-')),
        3 => Expr::StartsWith(Box::new(time), iso(first)[..13].to_owned()),
        4 => {
            // No day before the archive's: there are decoys.
            let day = |more: i64| day_text((first - more * DAY).max(archive.start), '-');
            let days = (0..making.choices.range(1, 3)).map(day).collect();
            making.in_texts(time.prefix(10), days)
        }
        5 => {
            let (low, high) = (day_text(first, '-'), day_text(last, '-'));
            time.prefix(10).between(Expr::text(low), Expr::text(high))
        }
        6 => time.instant().between(Expr::Literal(Cell::Instant(first)), Expr::Literal(Cell::Instant(last))),
        7 => time.instant().between(low.instant(), high.instant()),
        8 => Expr::Date(Box::new(time.instant())).compare("=", Expr::Literal(Cell::Date(first.div_euclid(DAY)))),
        9 => {
            let hour = Expr::Literal(Cell::Instant(first - first.rem_euclid(HOUR)));
            let truncated = Expr::Truncated(HOUR, Box::new(time.clone().instant()));
            Expr::And(vec![truncated.compare("<=", hour), time.compare(">=", Expr::text(iso(archive.start)))])
        }
        10 => {
            let elsewhere = Expr::text(iso(archive.instant(making.choices)));
            let one = Expr::And(vec![time.clone().between(low, high), other(making, scan, &[])]);
            Expr::Or(vec![one, time.compare("=", elsewhere)])
        }
        11 => {
            let outside = vec![time.clone().compare("<", low), time.compare(">", high)];
            Expr::Not(Box::new(Expr::Or(outside)))
        }
        12 if archive.layout != Layout::Split => {
            let separator = if archive.layout.is_hive() { '-' } else { '/' };
            let day = |second: i64| Expr::text(day_text(second, separator));
            Expr::column(&scan.alias, "day").between(day(first), day(last))
        }
        _ if !archive.decoys_after => time.compare(">", low),
        _ if !archive.decoys_before => time.compare("<=", high),
        _ => time.between(low, high),
    }
}

/// A condition on time or region that holds for a row that is not there, too.
pub fn or_missing(making: &mut Making<'_, '_>, scan: &Seen, rows: &[Seen]) -> Expr {
    let (condition, column) = match making.choices.below(3) {
        0 => (region(making, scan, rows), "region"),
        1 => (constant_time(making, scan), "eventtime"),
        _ => (other(making, scan, rows), "eventname"),
    };
    Expr::Or(vec![condition, Expr::IsNull(Box::new(Expr::column(&scan.alias, column)))])
}

/// A condition on the region that leaves the decoy region out.
pub fn region(making: &mut Making<'_, '_>, scan: &Seen, rows: &[Seen]) -> Expr {
    let region = Expr::column(&scan.alias, "region");
    let places: Vec<Expr> = rows.iter().flat_map(|row| row.of(Kind::Region)).collect();
    let name = |making: &mut Making<'_, '_>| making.choices.one(&[0, 1, 0, 1, 2, 3].map(|at: usize| REGIONS[at]));
    let (one, another) = (name(making), name(making));
    let names = vec![one.to_owned(), another.to_owned()];
    let (one, another) = (making.text(one), Expr::text(another));
    match making.choices.below(8) {
        0 | 1 if !places.is_empty() => region.compare("=", making.choices.one(&places)),
        1 => making.in_texts(region, names),
        2 => region.compare("=", one),
        3 => region.compare("<>", Expr::text(DECOY_REGION)),
        4 => Expr::In(Box::new(region), vec![Expr::text(DECOY_REGION), one], true),
        5 => Expr::StartsWith(Box::new(region), "us-".to_owned()),
        6 => {
            let get = Expr::column(&scan.alias, "eventname").compare("=", Expr::text(NAMES[0]));
            let both = Expr::And(vec![region.clone().compare("=", one), get]);
            Expr::Or(vec![both, region.compare("=", another)])
        }
        7 if !places.is_empty() => {
            let place = making.choices.one(&places);
            Expr::Or(vec![region.clone().compare("=", place), region.compare("=", one)])
        }
        _ => region.compare("<", Expr::text(DECOY_REGION)),
    }
}

/// A condition on what is no partition key.
pub fn other(making: &mut Making<'_, '_>, scan: &Seen, rows: &[Seen]) -> Expr {
    let column = |name: &str| Expr::column(&scan.alias, name);
    let actors: Vec<Expr> = rows.iter().flat_map(|row| row.of(Kind::Who)).collect();
    let name = Expr::text(making.choices.one(&[0, 0, 0, 1, 2, 3].map(|at: usize| NAMES[at])));
    match making.choices.below(9) {
        0 | 1 if !actors.is_empty() => column("sourceipaddress").compare("=", making.choices.one(&actors)),
        1 => column("sourceipaddress").compare("=", Expr::text(making.choices.one(&ACTORS))),
        2 => column("eventname").compare("=", name),
        3 => column("eventname").compare("<>", name),
        4 => Expr::IsNull(Box::new(column("errorcode"))),
        5 => Expr::Not(Box::new(Expr::IsNull(Box::new(column("errorcode"))))),
        6 => Expr::In(Box::new(column("eventname")), vec![name, Expr::text(NAMES[0])], making.choices.below(2) == 1),
        7 => {
            let code = column("errorcode").compare("=", Expr::text("denied"));
            Expr::Or(vec![code, column("sourceipaddress").compare("=", Expr::text(ACTORS[0]))])
        }
        _ => Expr::Coalesce(Box::new([column("errorcode"), column("eventname")])).compare(">", Expr::text("List")),
    }
}
