//! Explaining a scan: window, partitions, files, bytes, and the predicate that was derived.

use crate::Compiled;
use crate::catalog::clock::instant_text;
use crate::catalog::{Figure, Table, Tier};
use crate::cost::Bytes;
use crate::emit::rectangle_text;
use crate::expand::Need;
use crate::partition::{Cut, Derived, Intervals};
use crate::plan::Scan;
use crate::render::Tree;

/// Explains a scan. Where driver rows decide it and are not known, `need` is what it can be at most,
/// or none.
pub(super) fn explain(compiled: &Compiled, scan: &Scan, need: Option<&Need>, bound: bool) -> Tree {
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
    let most = if bound { "at most " } else { "" };
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
        tree.valued("partitions", text, serde_json::json!({"asked": asked, "of": need.set.total, "at_most": bound}));
    }
    if let Some(size) = &need.set.size {
        let text = match size.bytes.tier {
            Tier::Unknown => unknown(&scan.table),
            tier => format!(
                "{most}{} in {} files of {} partitions ({})",
                Bytes(size.bytes.value),
                size.files.value,
                size.found.value,
                if bound { tier_name(tier.max(Tier::UpperBound)) } else { tier_name(tier) }
            ),
        };
        tree.valued("bytes", text, size.bytes);
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
        tree.valued("not looked", format!("outside the table's partitions: {}", outside.join(", ")), outside);
    }
    if let Some(listed) = compiled.world.inventory.table(&scan.table.name) {
        if listed.partitions.is_empty() {
            tree.fact("nothing there", "the table's location holds no files at all: is it the right one?");
        }
        let uncovered: Vec<String> =
            listed.uncovered.iter().map(|found| format!("{} = '{}'", found.key, found.value)).collect();
        if !uncovered.is_empty() {
            let text = format!("folders that the projection does not name: {}", uncovered.join(", "));
            tree.valued("not covered", text, uncovered);
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
    let Some(time) = &scan.table.time else { return false };
    let keys: Vec<usize> = time.keys.iter().map(|(key, _)| *key).collect();
    !scan.derived.bounds_time(&keys, &time.format) && plan.settings.allow_full_scan.contains(&plan.step(scan.step).name)
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

/// The bytes of a figure, if it says any.
pub(super) fn known(figure: Figure) -> Option<u64> {
    (figure.tier != Tier::Unknown).then_some(figure.value)
}
