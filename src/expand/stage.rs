//! How many stages the scans of a statement take, and fitting them into what an engine runs.
//!
//! A scanning branch is a stage, and a statement of more than 150 stages fails
//! (QUERY_HAS_TOO_MANY_STAGES, measured on a Trino 476). An engine plans a common table expression
//! anew wherever it is read, so that its scans count once for each reference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Need;
use crate::bind::query::{Body, Cte, Join, Query, RelationId, RelationKind};
use crate::partition::Rectangle;
use crate::plan::{Plan, StepKind, Warning, expressions_within, relation_query, relations_within, subqueries};

/// The stages that scans may take in one statement: a third of what is allowed is left for all else.
pub const STAGE_BUDGET: usize = 100;

/// The stages of a statement that an engine still runs: more of them failed.
const STAGE_LIMIT: usize = 149;

/// The partitions that scans are held to.
pub type Rectangles = BTreeMap<RelationId, Vec<Rectangle>>;

/// How often each relation of a query is planned by an engine, and so read.
pub struct Repeats(BTreeMap<RelationId, usize>);

impl Repeats {
    /// Those of the relations that a query's text reads, and of the common table expressions it reads.
    pub fn of(plan: &Plan, query: &Query) -> Self {
        Self(counted(plan, query, &mut BTreeMap::new()))
    }

    /// Every relation once.
    pub(super) fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether the query reads a relation at all.
    pub(super) fn knows(&self, relation: RelationId) -> bool {
        self.0.contains_key(&relation)
    }

    /// How often a relation is planned, and read.
    pub fn get(&self, relation: RelationId) -> usize {
        self.0.get(&relation).copied().unwrap_or(1)
    }

    /// The most that any relation is read.
    pub(super) fn most(&self) -> usize {
        self.0.values().copied().max().unwrap_or(1)
    }

    /// The stages that scans take.
    pub(super) fn stages(&self, scans: &Rectangles) -> usize {
        scans.iter().map(|(relation, list)| list.len().max(1).saturating_mul(self.get(*relation))).sum()
    }
}

/// Warnings of statements that the user wrote with more scans than an engine has stages.
pub fn crowded(plan: &Plan, scans: &Rectangles) -> Vec<Warning> {
    let own = plan.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Materialise(_, query, _) | StepKind::Answer(query) => Some((step, query)),
        _ => None,
    });
    own.filter_map(|(step, query)| {
        let rectangles = |relation| scans.get(relation).map_or(1, |list| list.len().max(1));
        let counts = Repeats::of(plan, query).0;
        let branches =
            counts.iter().fold(0_usize, |sum, (relation, count)| sum.saturating_add(rectangles(relation) * count));
        let (step, span) = (step.name.clone(), step.span);
        (branches > STAGE_LIMIT).then_some(Warning::ManyStages { step, branches, limit: STAGE_LIMIT, span })
    })
    .collect()
}

/// Counts of scanned relations; those of common table expressions are kept by their address, since they may
/// pile up.
fn counted<'q>(
    plan: &Plan,
    query: &'q Query,
    known: &mut BTreeMap<*const Query, BTreeMap<RelationId, usize>>,
) -> BTreeMap<RelationId, usize> {
    let mut counts = BTreeMap::new();
    let mut add = |more: BTreeMap<RelationId, usize>| {
        for (relation, count) in more {
            let known: &mut usize = counts.entry(relation).or_default();
            *known = known.saturating_add(count);
        }
    };
    let mut inner: Vec<&'q Query> = Vec::new();
    // Of a LATERAL join that became a step, the text reads that step's table alone.
    let enters = |join: &Join| plan.lateral_step(join).is_none();
    for relation in relations_within(query, &enters) {
        match &relation.kind {
            RelationKind::Cte(_, read) => {
                let address = Arc::as_ptr(read);
                if !known.contains_key(&address) {
                    let own = counted(plan, read, known);
                    known.insert(address, own);
                }
                add(known[&address].clone());
            }
            RelationKind::Table(..) => add(BTreeMap::from([(relation.id, 1)])),
            _ => inner.extend(relation_query(relation)),
        }
    }
    for expr in expressions_within(query, &enters) {
        subqueries(expr, &mut inner);
    }
    match &query.body {
        Body::SetOperation(operation) => inner.extend([&operation.left, &operation.right]),
        Body::Query(body) => inner.push(body),
        _ => {}
    }
    for query in inner {
        add(counted(plan, query, known));
    }
    counts
}

/// The relations inside common table expressions.
pub(super) fn relations_inside(plan: &Plan, ctes: &[Cte]) -> BTreeSet<RelationId> {
    let mut known = BTreeMap::new();
    ctes.iter().flat_map(|cte| counted(plan, &cte.query, &mut known).into_keys()).collect()
}

/// Rectangles for scans that stand in one statement, with no more stages than `budget` as far as that
/// goes: the scans with the most rectangles get coarser ones. Scans of which nothing is known are left
/// as the user wrote them.
pub(super) fn fit<'n>(needs: impl IntoIterator<Item = &'n Need>, repeats: &Repeats, budget: usize) -> Rectangles {
    let mut waiting: Vec<(usize, &Need, Vec<Rectangle>)> = needs
        .into_iter()
        .filter(|need| need.is_restricted)
        .map(|need| {
            let exact = need.exact();
            (exact.len().max(1).saturating_mul(repeats.get(need.relation)), need, exact)
        })
        .collect();
    waiting.sort_by_key(|(stages, need, _)| (*stages, need.relation));
    let mut fitted = BTreeMap::new();
    let (mut left, mut scans) = (budget, waiting.len());
    for (stages, need, exact) in waiting {
        let share = (left / scans.max(1)).max(1);
        let repeated = repeats.get(need.relation);
        let list = if stages <= share { exact } else { need.within(&exact, (share / repeated).max(1)) };
        left = left.saturating_sub(list.len().max(1).saturating_mul(repeated));
        scans -= 1;
        fitted.insert(need.relation, list);
    }
    fitted
}
