//! Explaining a step.

use super::scan::{self, Known};
use super::{Explaining, Total};
use crate::Compiled;
use crate::catalog::{Layout, Projection, Table};
use crate::cost::{Bytes, Dollars, Price};
use crate::expand::{
    Estimate, ExpandError, Repeats, at_most, expand, portion_bytes, scan_bytes, step_bytes, step_reads,
};
use crate::plan::{ForeachPlan, Lifetime, Rung, Step, StepKind};
use crate::render::Tree;
use crate::rewrite::could_group_outside;

pub(super) fn explain(
    compiled: &Compiled,
    explaining: &Explaining,
    at: usize,
    step: &Step,
    total: &mut Total,
) -> Result<Tree, ExpandError> {
    let number = at + 1;
    let name = &step.name;
    Ok(match &step.kind {
        StepKind::Declare(table) => declared(compiled, number, table),
        StepKind::AddPartitions(table, entries) => {
            Tree::new("steps", format!("{number}  {name}: {} partitions of {}", entries.len(), table.name))
        }
        StepKind::File(_, path) => {
            let mut tree = Tree::new("steps", format!("{number}  {name}: rows of the file {path}"));
            if let Some(file) = compiled.world.files.get(path) {
                tree.valued("rows", file.rows.to_string(), file.rows);
                tree.fact("sha256", file.sha256.clone());
            }
            tree
        }
        StepKind::Materialise(_, _, lifetime) => {
            let kind = match lifetime {
                Lifetime::Run => "stored for the run",
                Lifetime::Kept => "kept",
            };
            let mut tree = Tree::new("steps", format!("{number}  {name}: a table, {kind}"));
            statement(compiled, at, step, &mut tree, explaining.price, total);
            tree
        }
        StepKind::Answer(_) => {
            let mut tree = Tree::new("steps", format!("{number}  {name}: the rows of a query"));
            statement(compiled, at, step, &mut tree, explaining.price, total);
            tree
        }
        StepKind::Foreach(id, _, lifetime) => {
            foreach(compiled, explaining, at, &compiled.plan.foreachs[id], *lifetime, total)?
        }
    })
}

/// A table that exists already: no step makes it.
pub(super) fn existing(compiled: &Compiled, table: &Table) -> Tree {
    let location = &table.storage.location;
    let mut tree = Tree::new("tables", format!("{}: exists already, over {location}; it is only read", table.name));
    partition_keys(compiled, table, &mut tree);
    tree
}

fn declared(compiled: &Compiled, number: usize, table: &Table) -> Tree {
    let mut tree = Tree::new("steps", format!("{number}  {}: a table over {}", table.name, table.storage.location));
    partition_keys(compiled, table, &mut tree);
    tree
}

fn partition_keys(compiled: &Compiled, table: &Table, tree: &mut Tree) {
    let keys: Vec<String> = match &table.layout {
        Layout::Flat => vec!["none".to_owned()],
        Layout::Registered(entries) if entries.is_empty() && compiled.plan.registers(table) => {
            vec!["partitions are registered by name".to_owned()]
        }
        Layout::Registered(entries) if entries.is_empty() => match compiled.world.inventory.table(&table.name) {
            Some(listed) => vec![format!("{} partitions found by listing", listed.partitions.len())],
            None => vec!["no partition is registered, and nothing was listed".to_owned()],
        },
        Layout::Registered(entries) => vec![format!("{} registered partitions", entries.len())],
        Layout::Projection { keys, .. } => table
            .partition_keys
            .iter()
            .zip(keys)
            .map(|(key, projection)| match projection {
                Projection::Injected => format!("{} (injected)", key.name),
                projection => match projection.count(compiled.plan.settings.now_picos()) {
                    Some(count) => format!("{} ({count} values)", key.name),
                    None => key.name.clone(),
                },
            })
            .collect(),
    };
    tree.valued("partition keys", keys.join(", "), keys);
}

/// The one statement of a step: its scans and what it costs. One that reads only what earlier steps
/// stored counts as the minimum.
fn statement(compiled: &Compiled, at: usize, step: &Step, tree: &mut Tree, price: Price, total: &mut Total) {
    let (parts, read) = scans(compiled, at);
    let reads_nothing = parts.is_empty() && step.waits_for.is_empty();
    tree.parts.extend(parts);
    if !reads_nothing {
        charge(tree, "cost", &[read.unwrap_or(0)], read.is_none(), price, total);
    }
}

/// The scans of a step outside a FOREACH's body, and their bytes; none if not all are known.
fn scans(compiled: &Compiled, at: usize) -> (Vec<Tree>, Option<u64>) {
    let mut parts = Vec::new();
    for (relation, times) in step_reads(&compiled.plan, at) {
        let need = compiled.needs.get(&relation);
        let mut part = scan::explain(compiled, &compiled.plan.scans[&relation], need, Known::WHOLE);
        note_times(&mut part, times);
        parts.push(part);
    }
    (parts, step_bytes(&compiled.plan, &compiled.needs, at).known())
}

/// Says that a scan is read more than once.
fn note_times(tree: &mut Tree, times: usize) {
    if times > 1 {
        tree.valued("read", format!("{times} times: a WITH is read wherever it is named"), times);
    }
}

/// Writes what statements of these bytes cost, and adds it up.
fn charge(tree: &mut Tree, name: &'static str, statements: &[u64], unknown: bool, price: Price, total: &mut Total) {
    let bytes = statements.iter().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
    let dollars: f64 = statements.iter().map(|bytes| price.statement(*bytes)).sum();
    total.bytes = total.bytes.saturating_add(bytes);
    total.dollars += dollars;
    total.unknown |= unknown;
    total.unbounded |= unknown;
    let what = if bytes == 0 && tree.parts.is_empty() { "stored rows".to_owned() } else { Bytes(bytes).to_string() };
    let text = if unknown {
        "unknown".to_owned()
    } else if price.is_known() {
        format!("{} for {what}", Dollars(dollars))
    } else {
        format!("{what}, no price is known")
    };
    let dollars = price.is_known().then_some(dollars);
    tree.valued(name, text, serde_json::json!({"bytes": bytes, "dollars": dollars, "known": !unknown}));
}

fn foreach(
    compiled: &Compiled,
    explaining: &Explaining,
    at: usize,
    foreach: &ForeachPlan,
    lifetime: Lifetime,
    total: &mut Total,
) -> Result<Tree, ExpandError> {
    let plan = &compiled.plan;
    let kind = match lifetime {
        Lifetime::Run => "stored for the run",
        Lifetime::Kept => "kept",
    };
    let mut tree = Tree::new("steps", format!("{}  {}: FOREACH {}, {kind}", at + 1, foreach.name, foreach.row));
    let mut rung = foreach.rung.to_string();
    match foreach.rung {
        Rung::Uncorrelated => rung.push_str(": the body does not use the row"),
        Rung::Join => rung.push_str(": the driver is joined"),
        Rung::Substituted => rung.push_str(&format!(", one branch a row: {}", foreach.reason)),
    }
    tree.fact("rung", rung);
    // Without merging, the user has asked for it.
    if plan.settings.merge && could_group_outside(foreach) {
        tree.fact(
            "hint",
            "where no two driver rows are alike, a GROUP BY outside gives the same rows and reads no partition twice:\n\
             let the body yield the row's columns and what it aggregates, and group by the row's columns too",
        );
    }
    let driver = if foreach.stored { "stored first" } else { "read where it is" };
    tree.fact("driver", format!("{driver}{}", if foreach.numbered { ", rows numbered" } else { "" }));
    let (driver_scans, driver_bytes) = scans(compiled, at);
    for mut part in driver_scans {
        part.title = format!("driver {}", part.title);
        tree.part(part);
    }
    // What stores the driver, and what reads the rows' keys.
    let (store, keys) = crate::emit::foreach_head(plan, foreach, &compiled.rectangles);
    let mut statements = Vec::new();
    statements.extend(store.first().map(|_| driver_bytes.unwrap_or(0)));
    statements.extend(keys.map(|_| 0));
    if !statements.is_empty() {
        charge(&mut tree, "driver cost", &statements, driver_bytes.is_none(), explaining.price, total);
    }
    let rows = explaining.rows.get(&foreach.name);
    if foreach.suspended() && rows.is_none() {
        let keys: Vec<&str> = foreach.keys.iter().map(|at| foreach.columns[*at].name.as_str()).collect();
        tree.fact(
            "expands to",
            format!(
                "N rows -> P partitions -> S statements, known when the driver's rows are (--rows {}=FILE.csv with {})",
                foreach.name,
                if keys.is_empty() { "any column".to_owned() } else { keys.join(", ") },
            ),
        );
        total.unknown = true;
        for scan in plan.scans.values().filter(|scan| scan.foreach == Some(foreach.id)) {
            let bound = at_most(plan, scan, &compiled.world).ok();
            let times = Repeats::of(plan, &foreach.body).get(scan.relation);
            match scan_bytes(bound.as_ref(), times).known() {
                Some(bytes) if foreach.rung != Rung::Substituted => {
                    total.more_bytes = total.more_bytes.saturating_add(bytes);
                }
                _ => total.unbounded = true,
            }
            let known =
                Known { at_most: !scan.derived.columns().is_empty(), per_row: foreach.rung == Rung::Substituted };
            tree.part(scan::explain(compiled, scan, bound.as_ref(), known));
        }
        return Ok(tree);
    }
    let expansion = expand(plan, foreach, rows.map(Vec::as_slice), &compiled.world)?;
    let statements = expansion.portions.len();
    tree.valued(
        "expands to",
        format!(
            "{} -> {} partitions -> {statements} statement{}",
            if rows.is_some() { format!("{} rows", expansion.rows) } else { "any rows".to_owned() },
            expansion.partitions(),
            if statements == 1 { "" } else { "s" },
        ),
        serde_json::json!({
            "rows": rows.map(Vec::len), "partitions": expansion.partitions(), "statements": statements,
            "rows_without_partitions": expansion.rows_without_partitions,
        }),
    );
    if expansion.rows_without_partitions > 0 {
        tree.valued(
            "rows without",
            format!(
                "{} rows need no partition: a key or bound of theirs is NULL or out of range",
                expansion.rows_without_partitions
            ),
            expansion.rows_without_partitions,
        );
    }
    let repeats = Repeats::of(plan, &foreach.body);
    for misread in &expansion.misread {
        let (rows, first) = (misread.rows, misread.first.in_a_line());
        tree.valued(
            "warning",
            format!("{rows} of {} rows bound time in another form: {first}", expansion.rows),
            serde_json::json!({"rows": rows, "first": first}),
        );
    }
    for need in expansion.needs.values() {
        let mut part = scan::explain(compiled, &plan.scans[&need.relation], Some(need), Known::WHOLE);
        note_times(&mut part, repeats.get(need.relation));
        tree.part(part);
    }
    let estimates =
        expansion.portions.iter().map(|portion| portion_bytes(&expansion.needs, portion, &repeats, &compiled.world));
    let estimates: Vec<Estimate> = estimates.collect();
    let unknown = estimates.iter().any(|estimate| !estimate.is_known);
    let chosen: Vec<u64> = estimates.iter().map(|estimate| estimate.bytes).collect();
    let lower: u64 = expansion
        .needs
        .values()
        .map(|need| compiled.world.inventory.measure(&need.table, &need.set.tuples).bytes.value)
        .sum();
    let read: u64 = chosen.iter().sum();
    if !unknown {
        let ratio = if lower == 0 { "1".to_owned() } else { format!("{:.2}", ratio(read, lower)) };
        tree.valued(
            "read ratio",
            format!("{} read / {} at least = {ratio}", Bytes(read), Bytes(lower)),
            serde_json::json!({"read": read, "lower_bound": lower}),
        );
    }
    charge(&mut tree, "cost", &chosen, unknown, explaining.price, total);
    Ok(tree)
}

#[allow(clippy::cast_precision_loss, reason = "two digits are shown")]
fn ratio(read: u64, lower: u64) -> f64 {
    read as f64 / lower as f64
}
