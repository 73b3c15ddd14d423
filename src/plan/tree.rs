//! The plan as text: its steps, and what rewrites have noted beside their scans and FOREACHs so far.

use super::{Driver, ForeachPlan, Lifetime, Plan, Scan, Step, StepKind};
use crate::catalog::Table;
use crate::constant::{Expr, Value};
use crate::partition::{Bound, Derived};
use crate::render::Tree;
use crate::spec::ast::Comparison;

impl Plan {
    /// The plan described, before or after any rewrite.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new("plan", self.spec.source.name.clone());
        for (at, step) in self.steps.iter().enumerate() {
            tree.part(described(self, at, step));
        }
        tree
    }
}

fn described(plan: &Plan, at: usize, step: &Step) -> Tree {
    let kind = match &step.kind {
        StepKind::Declare(_) => "a declared table".to_owned(),
        StepKind::File(_, path) => format!("the rows of {path}"),
        StepKind::AddPartitions(_, entries) => format!("{} partitions to register", entries.len()),
        StepKind::Materialise(_, _, lifetime) => format!("a stored query, {}", kept(*lifetime)),
        StepKind::Foreach(_, _, lifetime) => format!("a FOREACH, {}", kept(*lifetime)),
        StepKind::Answer(_) => "a query".to_owned(),
    };
    let mut tree = Tree::new("steps", format!("{}  {}: {kind}", at + 1, step.name));
    if !step.waits_for.is_empty() {
        let names: Vec<&str> = step.waits_for.iter().map(|earlier| plan.step(*earlier).name.as_str()).collect();
        tree.fact("waits for", names.join(", "));
    }
    if let StepKind::Foreach(id, ..) = &step.kind {
        foreach(plan, &plan.foreachs[id], &mut tree);
    }
    for scan in plan.scans.values().filter(|scan| scan.step == at) {
        tree.part(described_scan(plan, scan));
    }
    tree
}

fn kept(lifetime: Lifetime) -> &'static str {
    match lifetime {
        Lifetime::Run => "for the run",
        Lifetime::Kept => "kept",
    }
}

fn foreach(plan: &Plan, foreach: &ForeachPlan, tree: &mut Tree) {
    let driver = match &foreach.driver {
        Driver::Query(..) => "a query",
        Driver::From(..) => "the left side of the join",
        Driver::Table(_) => "the rows of the FOREACH around it",
    };
    let stored = if foreach.stored { ", stored" } else { "" };
    let numbered = if foreach.numbered { ", numbered" } else { "" };
    tree.fact("driver", format!("{driver}{stored}{numbered}"));
    let names = |positions: &[usize]| {
        let name = |at: &usize| foreach.columns.get(*at).map_or("?", |column| column.name.as_str());
        positions.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let columns: Vec<String> = foreach.columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect();
    tree.fact("columns", columns.join(", "));
    if !foreach.keys.is_empty() {
        tree.fact("keys", names(&foreach.keys));
    }
    if foreach.outer {
        tree.fact("outer", "driver rows without a match are kept");
    }
    let reason = if foreach.reason.is_empty() { String::new() } else { format!(": {}", foreach.reason) };
    tree.fact("rung", format!("{}{reason}", foreach.rung));
    if let Some(scan) = foreach.apart.and_then(|apart| plan.scans.get(&apart)) {
        tree.fact("read apart", scan.table.name.clone());
    }
}

fn described_scan(plan: &Plan, scan: &Scan) -> Tree {
    let body = if scan.foreach.is_some() { ", in the body" } else { "" };
    let mut tree = Tree::new("scans", format!("scan of {}{body}", scan.table.name));
    tree.fact("derived", formula(plan, &scan.table, &scan.derived));
    tree
}

/// What a scan's conjuncts say of partitions, one conjunct a line.
fn formula(plan: &Plan, table: &Table, derived: &Derived) -> String {
    match derived {
        Derived::And(parts) => parts.iter().map(|part| atom(plan, table, part)).collect::<Vec<_>>().join("\nAND "),
        other => atom(plan, table, other),
    }
}

fn atom(plan: &Plan, table: &Table, derived: &Derived) -> String {
    let text = |comparison: Comparison, bound: &Bound| match &bound.expr {
        // A prefix of LIKE and an element of a parameter stand nowhere as they are.
        Expr::Literal(Value::Varchar(text)) => format!("{} '{}'", comparison.sign(), text.replace('\'', "''")),
        _ => {
            let bound: Vec<&str> = plan.spec.source.slice(bound.span).split_whitespace().collect();
            format!("{} {}", comparison.sign(), bound.join(" "))
        }
    };
    let joined = |parts: &[Derived], word: &str| {
        format!("({})", parts.iter().map(|part| atom(plan, table, part)).collect::<Vec<_>>().join(word))
    };
    match derived {
        Derived::Anything => "nothing".to_owned(),
        Derived::Nothing => "no row is kept".to_owned(),
        Derived::And(parts) => joined(parts, " AND "),
        Derived::Or(parts) => joined(parts, " OR "),
        Derived::Key { key, comparison, bound } => {
            format!("key {} {}", table.partition_keys[*key].name, text(*comparison, bound))
        }
        Derived::Time { function, comparison, bound, .. } => {
            let column = table.time.as_ref().map_or("event time", |time| table.columns[time.column].name.as_str());
            format!("time {} {}", function_of_time(function, column), text(*comparison, bound))
        }
    }
}

/// A function of event time, near enough to what the user wrote to be recognised.
fn function_of_time(expr: &Expr, column: &str) -> String {
    match expr {
        Expr::Input(_) => column.to_owned(),
        Expr::Literal(_) => "…".to_owned(),
        Expr::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|argument| function_of_time(argument, column)).collect();
            format!("{}({})", function.name, arguments.join(", "))
        }
        Expr::Cast { input, to, .. } => format!("CAST({} AS {to})", function_of_time(input, column)),
        _ => format!("f({column})"),
    }
}
