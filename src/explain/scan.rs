//! Explaining a scan: window, partitions, files, bytes, and the predicate that was derived.

use serde_json::json;

use crate::Compiled;
use crate::catalog::clock::instant_text;
use crate::catalog::{Table, Tier};
use crate::cost::Bytes;
use crate::emit::rectangle_text;
use crate::expand::Need;
use crate::partition::{Cut, Derived, Intervals};
use crate::plan::Scan;
use crate::render::Tree;

/// How far what a scan needs is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Driver rows decide it, and are not known: it is this or less.
    pub at_most: bool,
    /// It is read for each driver row anew.
    pub per_row: bool,
}

impl Known {
    /// All of it, read once.
    pub const WHOLE: Known = Known { at_most: false, per_row: false };

    fn words(self) -> &'static str {
        match (self.per_row, self.at_most) {
            (false, false) => "",
            (false, true) => "at most ",
            (true, false) => "per row ",
            (true, true) => "per row at most ",
        }
    }
}

/// Explains a scan. Where driver rows decide it and are not known, `need` is what it can be at most,
/// or none.
pub(super) fn explain(compiled: &Compiled, scan: &Scan, need: Option<&Need>, known: Known) -> Tree {
    let bound = known.at_most;
    let plan = &compiled.plan;
    let mut tree = Tree::new("scans", format!("reads {}", scan.table.name));
    if !scan.derived.columns().is_empty() {
        let source = &plan.spec.source;
        let bounds: Vec<String> = scan.derived.spans().iter().map(|span| one_line(source.slice(*span))).collect();
        tree.valued("derived from", bounds.join("; "), bounds);
    }
    if is_allowed_whole(compiled, scan) {
        let step = &plan.step(scan.step).name;
        tree.fact("full scan", format!("no bound on time: allowed by --allow-full-scan={step}"));
    }
    let Some(need) = need else { return tree };
    let most = known.words();
    if let Some(window) = window(&need.set.window) {
        let mut text = format!("{window} (slack included)");
        if need.set.open {
            text.push_str(", still open: records may yet arrive");
        }
        tree.valued("window", text, window);
    }
    let asked = need.set.tuples.len();
    let mut text = match need.set.total {
        Some(total) => format!("{most}{asked} of {total}"),
        None => format!("{most}{asked}"),
    };
    let counts: Vec<String> = key_counts(need);
    if counts.len() > 1 {
        text.push_str(&format!(" ({})", counts.join(" x ")));
    }
    if !need.keys.is_empty() {
        tree.valued(
            "partitions",
            text,
            json!({"asked": asked, "of": need.set.total, "at_most": bound, "per_row": known.per_row}),
        );
    }
    if let Some(size) = &need.set.size {
        let tier = if bound { size.bytes.tier.max(Tier::UpperBound) } else { size.bytes.tier };
        let text = match tier {
            Tier::Unknown => unknown(&scan.table),
            tier => format!(
                "{most}{} in {} files of {} partitions ({})",
                Bytes(size.bytes.value),
                size.files.value,
                size.found.value,
                tier_name(tier)
            ),
        };
        tree.valued("bytes", text, json!({"value": size.bytes.value, "tier": tier, "per_row": known.per_row}));
    }
    let rectangles = need.rectangles();
    if !bound && !matches!(scan.derived, Derived::Anything) {
        let texts: Vec<String> = rectangles
            .iter()
            .map(|rectangle| rectangle_text(plan, &scan.table, rectangle))
            .map(|text| if text.is_empty() { "every partition".to_owned() } else { text })
            .collect();
        let shown = if texts.is_empty() { "no partition".to_owned() } else { shorten(&texts) };
        tree.valued("derived", shown, texts);
    }
    let outside = need.not_covered();
    if !bound && !outside.is_empty() {
        tree.valued("not looked", format!("outside the table's partitions: {}", some_of(&outside)), outside);
    }
    if let Some(warning) = warning(scan, need).filter(|_| !bound) {
        tree.fact("warning", warning);
    }
    if let Some(listed) = compiled.world.inventory.table(&scan.table.name) {
        if listed.nothing_there {
            tree.fact("nothing there", "the table's location holds no files at all: is it the right one?");
        }
        let uncovered: Vec<String> =
            listed.uncovered.iter().map(|found| format!("{} = '{}'", found.key, found.value)).collect();
        if !uncovered.is_empty() {
            let text = format!("folders that the projection does not name: {}", some_of(&uncovered));
            tree.valued("not covered", text, uncovered);
        }
        if listed.strays.files > 0 {
            let what = if listed.strays.files == 1 { "file lies" } else { "files lie" };
            let text = format!("{} {what} under its location, in no partition of it", listed.strays.files);
            tree.valued("strays", text, listed.strays.files);
        }
        if listed.hidden > 0 {
            let what = if listed.hidden == 1 { "name that begins" } else { "names that begin" };
            let text = format!("{} {what} with _ or ., which Athena passes over", listed.hidden);
            tree.valued("hidden", text, listed.hidden);
        }
        if listed.archived.files > 0 {
            let text = format!("{} files in archive storage, which Athena skips", listed.archived.files);
            tree.valued("archived", text, listed.archived.files);
        }
    }
    tree
}

/// Why sizes are not known, and how they can be.
fn unknown(table: &Table) -> String {
    let location = table.listing_prefix();
    let bucket = location.strip_prefix("s3://").and_then(|path| path.split('/').next()).unwrap_or("BUCKET");
    format!("unknown: nothing was listed; name a local copy with --map s3://{bucket}=DIR")
}

/// Whether the scan has no bound on time, which someone has allowed.
fn is_allowed_whole(compiled: &Compiled, scan: &Scan) -> bool {
    let plan = &compiled.plan;
    scan.table.time.is_some()
        && !scan.derived.bounds_time(&scan.table, plan.settings.now_picos())
        && plan.settings.allow_full_scan.contains(&plan.step(scan.step).name)
}

/// What a reviewer should not miss: nothing will be looked at, or more than was meant.
fn warning(scan: &Scan, need: &Need) -> Option<String> {
    if need.is_left_empty() && scan.derived.columns().is_empty() {
        let left = if need.set.window.is_empty() { "time" } else { "partition" };
        return Some(format!("the predicates leave no {left}: NOTHING WILL BE LOOKED AT"));
    }
    if need.keys.is_empty() {
        return None;
    }
    let times = &scan.table.time.as_ref()?.keys;
    let (Cut::Start, end) = need.set.window.parts().first()? else { return None };
    if *end == Cut::End {
        return None;
    }
    let values = |tuple: &Vec<String>| times.iter().filter_map(|(key, _)| tuple.get(*key).cloned()).collect::<Vec<_>>();
    let first = need.set.tuples.iter().map(values).min()?.join("/");
    Some(format!("no predicate says where time begins: it is read from the table's first partition on, {first}"))
}

/// The first of a long list, its last, and how many there are.
pub fn some_of(texts: &[String]) -> String {
    const SHOWN: usize = 6;
    match texts {
        [first @ .., last] if texts.len() > SHOWN => {
            format!("{}, … {last} ({} in all)", first[..SHOWN - 2].join(", "), texts.len())
        }
        _ => texts.join(", "),
    }
}

fn key_counts(need: &Need) -> Vec<String> {
    (0..need.keys.len())
        .map(|key| {
            let values: std::collections::BTreeSet<_> =
                need.set.tuples.iter().filter_map(|tuple| tuple.get(key)).collect();
            format!("{} {}", values.len(), need.keys[key])
        })
        .collect()
}

/// A set of times for people: its first and last instant.
fn window(times: &Intervals<i128>) -> Option<String> {
    let parts = times.parts();
    let (first, last) = (parts.first()?, parts.last()?);
    let from = match first.0 {
        Cut::Start | Cut::End => "the beginning".to_owned(),
        Cut::Before(at) | Cut::After(at) => instant_text(at),
    };
    let to = match last.1 {
        Cut::Start | Cut::End => "now".to_owned(),
        Cut::Before(at) | Cut::After(at) => instant_text(at),
    };
    if from == "the beginning" && to == "now" { None } else { Some(format!("{from} to {to}")) }
}

fn shorten(texts: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut lines: Vec<String> =
        texts
            .iter()
            .take(SHOWN)
            .map(|text| {
                if text.chars().count() > 160 { text.chars().take(159).chain(['…']).collect() } else { text.clone() }
            })
            .collect();
    if texts.len() > SHOWN {
        lines.push(format!("… and {} more rectangles", texts.len() - SHOWN));
    }
    lines.join("\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Exact => "exact",
        Tier::UpperBound => "at most",
        Tier::Estimate => "estimate",
        Tier::Unknown => "unknown",
    }
}
