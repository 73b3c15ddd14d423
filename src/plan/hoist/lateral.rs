//! LATERAL joins that use what stands to their left: `left CROSS JOIN LATERAL (body)` is a FOREACH
//! over the rows of `left`, whose result takes the place of the whole join.

use std::collections::BTreeSet;

use super::{Hoist, RESERVED, unique_names};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, Cte, ForeachId, From, Join, Query, Relation, RelationId, RelationKind, SortKey};
use crate::constant::Value;
use crate::plan::columns::{mentions, outside, visit_columns, visit_query_columns};
use crate::plan::foreach::{Driver, DriverColumn};
use crate::plan::walk::{from_expressions, from_relations, relation_query, subqueries};
use crate::plan::{Lifetime, PlanError, is_volatile};
use crate::spec::ast::JoinKind;
use crate::types::Type;

/// A LATERAL join and the block it stands in.
struct Lateral<'q> {
    query: &'q Query,
    block: &'q Block,
    join: &'q Join,
    relation: &'q Relation,
    id: ForeachId,
    body: &'q Query,
    /// The relations to its left.
    left: Vec<&'q Relation>,
    ids: BTreeSet<RelationId>,
}

impl Hoist<'_> {
    /// Plans the LATERAL joins of a FROM clause whose query uses relations to its left. `filtered` says
    /// whether a row of this part of the clause that WHERE rejects is of no use to any join above.
    pub(super) fn laterals(&mut self, query: &Query, block: &Block, from: &From, filtered: bool) {
        let From::Join(join) = from else { return };
        let (left, right) = match join.kind {
            JoinKind::Inner | JoinKind::Cross => (filtered, filtered),
            JoinKind::Left => (filtered, false),
            JoinKind::Right => (false, filtered),
            JoinKind::Full => (false, false),
        };
        self.laterals(query, block, &join.left, left);
        self.laterals(query, block, &join.right, right);
        let From::Relation(relation) = &join.right else { return };
        let RelationKind::Lateral(id, body) = &relation.kind else { return };
        let left_relations = from_relations(&join.left);
        let ids: BTreeSet<RelationId> = left_relations.iter().map(|relation| relation.id).collect();
        let used = outside([&**body], &self.with).columns;
        if used.is_empty() {
            return;
        }
        let around = outside([&as_query(&join.left)], &self.with);
        if used.iter().any(|column| !ids.contains(&column.relation)) || !around.columns.is_empty() {
            self.errors.push(PlanError::NestedForeach { span: relation.span });
            return;
        }
        let lateral = Lateral { query, block, join, relation, id: *id, body, left: left_relations, ids };
        self.lateral(&lateral, &used, around.with, left);
    }

    fn lateral(&mut self, lateral: &Lateral<'_>, used: &BTreeSet<ColumnRef>, driver_with: Vec<Cte>, filtered: bool) {
        let Lateral { block, join, relation, body, left, ids, .. } = lateral;
        let plain = match join.kind {
            JoinKind::Cross => true,
            JoinKind::Inner | JoinKind::Left => join.on.iter().all(is_true),
            JoinKind::Right | JoinKind::Full => false,
        };
        if !plain || join.using {
            self.errors.push(PlanError::LateralJoin { span: join.span });
            return;
        }
        let mut replaced = ids.clone();
        replaced.insert(relation.id);
        if block.from.as_ref().is_some_and(|from| merges(from, join, &replaced)) {
            self.errors.push(PlanError::LateralUsing { span: join.span });
            return;
        }
        let names: Vec<&str> = left.iter().filter_map(|relation| relation.name.as_deref()).collect();
        self.check_opaque(body, &names);
        let outside_join = lateral.columns_outside();
        let sources: BTreeSet<ColumnRef> = used.union(&outside_join).copied().collect();
        let mut described: Vec<(ColumnRef, &str, Type)> = Vec::new();
        for source in sources {
            match nameable(left, source) {
                Some((name, ty)) => described.push((source, name, ty)),
                None => {
                    self.errors.push(PlanError::UnnamedColumn { span: join.left.span() });
                    return;
                }
            }
        }
        let unique = unique_names(described.iter().map(|(_, name, _)| Some(*name)), RESERVED);
        let columns: Vec<DriverColumn> = described
            .into_iter()
            .zip(unique)
            .map(|((source, _, ty), name)| DriverColumn { source, name, ty })
            .collect();
        let carried: Vec<usize> = (0..columns.len()).filter(|at| outside_join.contains(&columns[*at].source)).collect();
        let wanted = carried
            .iter()
            .map(|at| Some(columns[*at].name.as_str()))
            .chain(body.columns.iter().map(|column| column.name.as_deref()));
        let output = unique_names(wanted, RESERVED);
        let carried_types = carried.iter().map(|at| columns[*at].ty.clone());
        let types: Vec<(String, Type)> =
            output.iter().cloned().zip(carried_types.chain(super::table::written_types(body))).collect();
        let table = self.hidden_table(&types, join.span);
        // What WHERE says of these rows alone thins them out before the body runs; it stays in WHERE too.
        let filter: Vec<Expr> = block
            .filter
            .iter()
            .filter(|conjunct| filtered && speaks_only_of(conjunct, ids) && !is_volatile(conjunct))
            .cloned()
            .collect();
        let driver = Driver::From(Box::new(join.left.clone()), filter);
        let row = match names.as_slice() {
            [single] if left.len() == 1 => single.rsplit('.').next().unwrap_or_default().to_owned(),
            _ => "driver".to_owned(),
        };
        let mut plan = self.plan(lateral.id, &table.name, &row, driver, columns, body);
        plan.driver_with = driver_with;
        plan.outer = join.kind == JoinKind::Left;
        plan.carried = carried;
        plan.output = output;
        plan.lateral = Some(relation.id);
        plan.span = join.span;
        self.finish(plan, table, Lifetime::Run);
    }
}

impl Lateral<'_> {
    /// The columns of the relations to the left that are used outside the join.
    fn columns_outside(&self) -> BTreeSet<ColumnRef> {
        let mut exprs: Vec<&Expr> = self.block.items.iter().map(|item| &item.expr).collect();
        exprs.extend(&self.block.filter);
        exprs.extend(self.block.group.iter().flat_map(|group| &group.keys));
        exprs.extend(&self.block.having);
        exprs.extend(self.query.order_by.iter().filter_map(SortKey::expr));
        let mut inner: Vec<&Query> = Vec::new();
        if let Some(from) = &self.block.from {
            self.beside(from, &mut exprs, &mut inner);
        }
        exprs.iter().for_each(|expr| subqueries(expr, &mut inner));
        let mut used = BTreeSet::new();
        let mut take = |column: ColumnRef, _: &Expr| {
            if self.ids.contains(&column.relation) {
                used.insert(column);
            }
        };
        exprs.iter().for_each(|expr| visit_columns(expr, &mut take));
        inner.iter().for_each(|query| visit_query_columns(query, &mut take));
        used
    }

    /// The expressions and queries of a FROM clause beside the join.
    fn beside<'q>(&self, from: &'q From, exprs: &mut Vec<&'q Expr>, inner: &mut Vec<&'q Query>) {
        match from {
            From::Join(join) if join.span == self.join.span => {}
            From::Join(join) => {
                exprs.extend(&join.on);
                self.beside(&join.left, exprs, inner);
                self.beside(&join.right, exprs, inner);
            }
            From::Relation(relation) => {
                from_expressions(from, exprs);
                inner.extend(relation_query(relation));
            }
        }
    }
}

/// A FROM clause as the query that yields no column of it, to be walked.
pub(in crate::plan) fn as_query(from: &From) -> Query {
    let block = Block { from: Some(from.clone()), ..super::empty_block(from.span()) };
    Query {
        with: Vec::new(),
        body: Body::Block(Box::new(block)),
        order_by: Vec::new(),
        offset: None,
        limit: None,
        with_ties: false,
        columns: Vec::new(),
        span: from.span(),
    }
}

/// Whether a join above `below` merges columns of some relations by USING.
fn merges(from: &From, below: &Join, of: &BTreeSet<RelationId>) -> bool {
    match from {
        From::Join(join) if join.span == below.span => false,
        From::Join(join) => {
            join.using && join.on.iter().any(|equal| mentions(equal, of))
                || merges(&join.left, below, of)
                || merges(&join.right, below, of)
        }
        From::Relation(_) => false,
    }
}

/// The name and type of a column, if a driver's query can name it.
fn nameable<'r>(relations: &[&'r Relation], source: ColumnRef) -> Option<(&'r str, Type)> {
    let relation = relations.iter().find(|relation| relation.id == source.relation)?;
    let column = relation.columns.get(source.column)?;
    let name = column.name.as_deref()?;
    let same = relation.columns.iter().filter(|other| other.name.as_deref() == Some(name)).count();
    (same == 1).then(|| (name.trim_start_matches('$'), column.ty.clone()))
}

fn speaks_only_of(conjunct: &Expr, of: &BTreeSet<RelationId>) -> bool {
    !conjunct.any(&mut |expr| match &expr.kind {
        ExprKind::Column(column) => !of.contains(&column.relation),
        ExprKind::Opaque(..) => true,
        _ => expr.query().is_some(),
    })
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Boolean(true)))
}
