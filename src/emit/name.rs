//! The names of tables in statements: a run's own, and those that exist already.

use super::literal::identifier;
use super::sql::{Sql, Symbol};
use crate::catalog::{Origin, Table};
use crate::plan::{ForeachPlan, Lifetime, Plan, StepKind};

/// The name under which statements know a table.
pub fn table_name(plan: &Plan, table: &Table) -> Sql {
    if table.origin == Origin::Existing {
        return Sql::text(table.name.split('.').map(identifier).collect::<Vec<_>>().join("."));
    }
    let kept = plan.steps.iter().any(|step| match &step.kind {
        StepKind::Materialise(made, _, lifetime) | StepKind::Foreach(_, made, lifetime) => {
            made.name == table.name && *lifetime == Lifetime::Kept
        }
        _ => false,
    });
    let mut name = Sql::text(run_name(&table.name));
    if !kept {
        name.push("__").symbol(Symbol::Run);
    }
    name
}

/// A name of the spec as part of a run's table name: letters, digits and underscores alone, so that
/// neither grammar needs quotes.
pub fn run_name(name: &str) -> String {
    let mut name: String =
        name.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' { c } else { '_' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "t_");
    }
    name
}

/// The name of the table that keeps a FOREACH's driver.
pub fn driver_table(foreach: &ForeachPlan) -> Sql {
    let mut name = Sql::text(format!("{}__", driver_name(foreach)));
    name.symbol(Symbol::Run);
    name
}

/// The part of a driver table's name that the spec decides.
pub(super) fn driver_name(foreach: &ForeachPlan) -> String {
    format!("{}_driver", run_name(&foreach.name))
}

/// Whether a table that statements know by this name, the run's id aside, is one that athplan made for
/// itself: a stored driver, or the result of a FOREACH inside a query. No user asked to look at those.
pub fn is_own_table(plan: &Plan, name: &str) -> bool {
    plan.foreachs
        .values()
        .any(|foreach| driver_name(foreach) == name || (foreach.hidden && run_name(&foreach.name) == name))
}
