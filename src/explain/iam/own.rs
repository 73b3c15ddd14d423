//! What a plan makes: tables of the run's own, and those that are kept.

use super::resource::Names;
use crate::catalog::{Layout, Origin, Table};
use crate::emit::{Symbol, driver_table, table_name};
use crate::plan::{Lifetime, Plan, StepKind};

/// What is made.
#[derive(Debug, Default)]
pub struct Own {
    /// Tables that are dropped at the end of the run; `*` stands for its id.
    pub private: Names,
    /// Deliverables.
    pub kept: Names,
    /// All of them, and tables that exist, to which partitions are added.
    pub extended: Names,
    /// Those that have partition keys.
    pub partitioned: Names,
    /// Those of the partitioned that are dropped.
    pub emptied: Names,
}

impl Own {
    /// What a plan makes.
    pub fn of(plan: &Plan) -> Self {
        let mut own = Self::default();
        let name = |table: &Table| table_name(plan, table).substitute(placeholder);
        for step in &plan.steps {
            match &step.kind {
                StepKind::Declare(table) => {
                    own.private.insert(name(table));
                    if !table.partition_keys.is_empty() {
                        own.has_keys(name(table), Lifetime::Run);
                    }
                    if matches!(table.layout, Layout::Registered(_)) {
                        own.extended.insert(name(table));
                    }
                }
                StepKind::AddPartitions(table, _) if table.origin == Origin::Existing => {
                    own.extended.insert_named(&table.name);
                }
                StepKind::AddPartitions(table, _) => own.extended.insert(name(table)),
                StepKind::File(table, _) => own.private.insert(name(table)),
                StepKind::Materialise(table, _, lifetime) => own.made(name(table), *lifetime),
                StepKind::Foreach(id, table, lifetime) => {
                    let foreach = &plan.foreachs[id];
                    if foreach.stored {
                        own.private.insert(driver_table(foreach).substitute(placeholder));
                    }
                    // Each statement's rows are a partition of the result.
                    own.made(name(table), *lifetime);
                    own.has_keys(name(table), *lifetime);
                    own.extended.insert(name(table));
                }
                StepKind::Answer(_) => {}
            }
        }
        own
    }

    fn made(&mut self, name: String, lifetime: Lifetime) {
        match lifetime {
            Lifetime::Run => self.private.insert(name),
            Lifetime::Kept => self.kept.insert(name),
        }
    }

    fn has_keys(&mut self, name: String, lifetime: Lifetime) {
        if lifetime == Lifetime::Run {
            self.emptied.insert(name.clone());
        }
        self.partitioned.insert(name);
    }

    /// Every table that is made.
    pub fn all(&self) -> Names {
        let mut all = self.private.clone();
        all.extend(&self.kept);
        all
    }
}

/// What stands in a policy for what only a run knows.
fn placeholder(symbol: Symbol) -> String {
    match symbol {
        Symbol::Run | Symbol::Attempt(_) | Symbol::Output => "*".to_owned(),
    }
}
