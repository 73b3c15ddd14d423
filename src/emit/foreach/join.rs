//! The join rung: a body's block with the driver joined into its FROM clause.

use std::collections::BTreeSet;

use super::driver::driver_item;
use super::{Part, body_alias, both, carried_items, writes_list};
use crate::bind::expr::Expr;
use crate::bind::query::{Block, From, Query, RelationId};
use crate::emit::context::{Context, Uses};
use crate::emit::literal::identifier;
use crate::emit::splice::Edit;
use crate::emit::sql::Sql;
use crate::emit::text::comma_between;
use crate::plan::{ForeachPlan, Plan, ROW_NUMBER, beside, mentions, plain_block};
use crate::source::Span;

/// The body as a join with the driver.
pub(super) fn joined(plan: &Plan, foreach: &ForeachPlan, part: &Part, selects_rows: bool) -> Sql {
    let beside = beside(&plan.spec.source, foreach).expect("the ladder asked before it chose this rung");
    let (query, block) = plain_block(&foreach.body).expect("only a plain block is on the join rung");
    let from = block.from.as_ref().expect("only a body with a FROM clause is on the join rung");
    let mut context = Context::for_step(plan, foreach.step, &part.scans);
    let alias = identifier(&beside.alias);
    for column in &foreach.columns {
        context.columns.insert(column.source, Sql::text(format!("{alias}.{}", identifier(&column.name))));
    }
    for (column, (qualifier, name)) in &beside.qualified {
        context.columns.insert(*column, Sql::text(format!("{}.{}", identifier(qualifier), identifier(name))));
    }
    let rows = selects_rows.then_some(part.rows.as_slice());
    let joined = Joined { context: &context, foreach, query, block, from, alias: &beside.alias };
    if !foreach.outer {
        return joined.text(writes_list(foreach).then(|| carried_items(foreach, &alias)), rows);
    }
    let inner = joined.text(Some(vec![format!("{alias}.{ROW_NUMBER} AS {ROW_NUMBER}")]), rows);
    // Around the join, the driver stands beside its matches alone.
    let row = identifier(&foreach.row);
    let body = body_alias(&row);
    let mut text = Sql::text(format!("SELECT {}\nFROM ", both(foreach, &row, body)));
    text.append(&driver_item(&context, foreach, &foreach.row, rows));
    text.push("\nLEFT JOIN (\n").append(&inner);
    text.push(format!("\n) AS {body} ON {body}.{ROW_NUMBER} = {row}.{ROW_NUMBER}"));
    text
}

struct Joined<'a> {
    context: &'a Context<'a>,
    foreach: &'a ForeachPlan,
    query: &'a Query,
    block: &'a Block,
    from: &'a From,
    alias: &'a str,
}

impl Joined<'_> {
    /// The block's text; with `list`, the select list is written out behind these items, each item
    /// under its name in the result.
    fn text(&self, list: Option<Vec<String>>, rows: Option<&[i64]>) -> Sql {
        let Self { context, foreach, block, from, .. } = self;
        let from_text = block.from_span.unwrap_or(from.span());
        let uses = Uses::of(self.query, block);
        let drivers = foreach.drivers();
        let mut text = Sql::default();
        match list {
            Some(items) => {
                let mut items: Vec<Sql> = items.into_iter().map(Sql::text).collect();
                let names = &foreach.output[foreach.carried.len()..];
                items.extend(block.items.iter().zip(names).map(|(item, name)| context.item(item, name, block, &uses)));
                text.push("SELECT ").append(&Sql::join(&items, ", ")).push("\nFROM ");
            }
            None => {
                // The select list stays as it was written, columns of the row and stars aside.
                let mut edits = Vec::new();
                context.item_edits(block, &uses, true, &mut edits);
                text.append(&context.text(Span::new(block.span.start, from_text.start), &edits));
            }
        }
        // The driver stands behind the FROM clause, out of reach of the conditions in it.
        let mut on = Vec::new();
        let mut edits = Vec::new();
        moved(from, &drivers, &mut on);
        edits.extend(on.iter().map(|conjunct| Edit::replace(conjunct.span, Sql::text("TRUE"))));
        let mut partitions = Vec::new();
        context.source_edits(from, &uses, &mut edits, &mut partitions);
        text.append(&context.text(from_text, &edits));

        let (own, rest): (Vec<&Expr>, Vec<&Expr>) =
            block.filter.iter().partition(|conjunct| mentions(conjunct, &drivers));
        on.extend(own);
        let mut on: Vec<Sql> = on.into_iter().map(|conjunct| context.conjunct(conjunct)).collect();
        let mut conjuncts: Vec<Sql> = rest.into_iter().map(|conjunct| context.conjunct(conjunct)).collect();
        if self.has_comma(from) {
            // A join behind the last item of a list does not reach the others.
            conjuncts.splice(0..0, on.drain(..));
        }
        context.drop_said(&block.filter, &mut partitions);
        conjuncts.extend(partitions);
        let driver = driver_item(context, foreach, self.alias, rows);
        if on.is_empty() {
            text.push("\nCROSS JOIN ").append(&driver);
        } else {
            text.push("\nJOIN ").append(&driver).push("\n  ON ").append(&Sql::join(&on, "\n  AND "));
        }
        if !conjuncts.is_empty() {
            text.push("\nWHERE ").append(&Sql::join(&conjuncts, "\n  AND "));
        }
        text
    }

    /// Whether a FROM clause lists items with commas.
    fn has_comma(&self, from: &From) -> bool {
        match from {
            From::Relation(_) => false,
            From::Join(join) => {
                comma_between(self.context.source(), join.left.span().end, join.right.span().start)
                    || self.has_comma(&join.left)
                    || self.has_comma(&join.right)
            }
        }
    }
}

/// The conjuncts of inner joins' conditions that use the row.
fn moved<'f>(from: &'f From, drivers: &BTreeSet<RelationId>, found: &mut Vec<&'f Expr>) {
    if let From::Join(join) = from {
        moved(&join.left, drivers, found);
        moved(&join.right, drivers, found);
        found.extend(join.on.iter().filter(|conjunct| mentions(conjunct, drivers)));
    }
}
