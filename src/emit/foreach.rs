//! Emitting a FOREACH: its driver, and its body on the rung that the plan chose.
//!
//! Driver values do not travel in SQL text: a statement joins the driver's table, or reads a value
//! from it by a scalar subquery. Only where no subquery may stand does a typed literal take its place.

use std::collections::BTreeMap;

use super::context::{Context, table_name};
use super::literal::{identifier, literal};
use super::partition::key_predicate;
use super::splice::Edit;
use super::sql::{Sql, Symbol};
use super::storage::{read_stored, write_stored, write_visible};
use crate::bind::expr::{Expr, ExprKind};
use crate::bind::query::{Block, From, Query, RelationId, RelationKind};
use crate::constant::Value;
use crate::partition::Rectangle;
use crate::plan::{Driver, ForeachPlan, Plan, Rung, StepKind, from_span, plain_block, stored, visit_expression};
use crate::source::Span;

/// The name of the column that numbers driver rows.
pub const ROW_NUMBER: &str = "athplan_row";

/// What one statement of a FOREACH covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// The driver rows it is about, by number, and its scans' partitions for them. The join rungs
    /// have one part for all rows of the statement; the substituted rung has one part a row.
    pub parts: Vec<Part>,
    /// Whether the statement is about some of the driver's rows only.
    pub selects_rows: bool,
}

/// Driver rows with the partitions read for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The rows' numbers; empty where rows are not numbered.
    pub rows: Vec<i64>,
    /// The partitions of each scan; a scan that is missing reads what the user's predicates leave.
    pub scans: BTreeMap<RelationId, Vec<Rectangle>>,
    /// Values of driver columns that must stand as literals, by position in the FOREACH's columns.
    pub literals: BTreeMap<usize, Value>,
}

/// The query that stores a driver's rows, and the name of its table.
pub fn driver_query(plan: &Plan, foreach: &ForeachPlan, scans: &BTreeMap<RelationId, Vec<Rectangle>>) -> Sql {
    let context = Context::for_step(plan, foreach.step, scans);
    let columns = driver_columns(foreach);
    let mut items = vec![format!("row_number() OVER () AS {ROW_NUMBER}")];
    items.extend(write_stored(&columns, "d"));
    let mut text = Sql::text(format!("SELECT {}\nFROM (", items.join(", ")));
    let names = match &foreach.driver {
        Driver::Query(_, query) => {
            text.append(&unwrapped(&context, query));
            unique_output(query, foreach)
        }
        Driver::From(from, span, filter) => {
            text.append(&from_query(&context, foreach, from, *span, filter));
            columns.iter().map(|(name, _)| name.clone()).collect()
        }
        Driver::Table(name) => {
            text.append(&context.read_foreach(name));
            columns.iter().map(|(name, _)| name.clone()).collect()
        }
    };
    if names.is_empty() {
        text.push("\n) AS d");
    } else {
        let names: Vec<String> = names.iter().map(|name| identifier(name)).collect();
        text.push(format!("\n) AS d ({})", names.join(", ")));
    }
    text
}

fn driver_columns(foreach: &ForeachPlan) -> Vec<(String, crate::types::Type)> {
    foreach.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect()
}

/// A name for every column that the driver's query yields: that of the driver column where one is
/// used, else one that clashes with none.
fn unique_output(query: &Query, foreach: &ForeachPlan) -> Vec<String> {
    (0..query.columns.len())
        .map(|at| {
            foreach
                .columns
                .iter()
                .find(|column| column.source.column == at)
                .map_or_else(|| format!("athplan_unused_{}", at + 1), |column| column.name.clone())
        })
        .collect()
}

/// The left side of a LATERAL join as a query that yields the driver's columns.
fn from_query(context: &Context<'_>, foreach: &ForeachPlan, from: &From, span: Span, filter: &[Expr]) -> Sql {
    let mut relations = Vec::new();
    crate::plan::from_relations(from, &mut relations);
    let items: Vec<Sql> = foreach
        .columns
        .iter()
        .map(|column| {
            if let Some(text) = context.columns.get(&column.source) {
                return text.clone();
            }
            let relation = relations.iter().find(|relation| relation.id == column.source.relation);
            let name = relation
                .and_then(|relation| relation.columns.get(column.source.column))
                .and_then(|column| column.name.as_deref())
                .unwrap_or_default();
            match relation.and_then(|relation| relation.name.as_deref()) {
                Some(qualifier) => Sql::text(format!("{}.{}", identifier(qualifier), identifier(name))),
                None => Sql::text(identifier(name)),
            }
        })
        .collect();
    let mut text = Sql::text("SELECT ");
    text.append(&if items.is_empty() { Sql::text("1") } else { Sql::join(&items, ", ") });
    let block = Block {
        distinct: false,
        items: Vec::new(),
        from: None,
        from_span: None,
        filter: Vec::new(),
        filter_span: None,
        group: None,
        having: None,
        span,
    };
    let mut edits = Vec::new();
    let mut conjuncts = Vec::new();
    context.from_edits(&block, from, &mut edits, &mut conjuncts);
    text.push(" FROM ").append(&context.text(span, &edits));
    conjuncts.splice(0..0, filter.iter().map(|conjunct| context.conjunct(conjunct)));
    if !conjuncts.is_empty() {
        text.push(" WHERE ").append(&Sql::join(&conjuncts, " AND "));
    }
    text
}

/// A query's text without the parentheses around it.
fn unwrapped(context: &Context<'_>, query: &Query) -> Sql {
    let mut text = Sql::text("SELECT * FROM ");
    let written = context.query(query);
    if context.plan.spec.source.slice(query.span).starts_with('(') {
        text.append(&written);
    } else {
        text.push("(").append(&written).push(")");
    }
    text
}

/// The name of the table that keeps a FOREACH's driver.
pub fn driver_table(foreach: &ForeachPlan) -> Sql {
    let mut name = Sql::text(format!("{}_driver__", super::context::run_name(&foreach.name)));
    name.symbol(Symbol::Run);
    name
}

/// The query that yields the driver columns which decide partitions, numbered if rows are.
pub fn keys_query(plan: &Plan, foreach: &ForeachPlan) -> Sql {
    let mut items: Vec<String> = Vec::new();
    if foreach.numbered {
        items.push(format!("{}.{ROW_NUMBER}", identifier(&foreach.row)));
    }
    items.extend(
        foreach
            .keys
            .iter()
            .map(|at| format!("{}.{}", identifier(&foreach.row), identifier(&foreach.columns[*at].name))),
    );
    let distinct = if foreach.numbered { "" } else { "DISTINCT " };
    let none = BTreeMap::new();
    let context = Context::for_step(plan, foreach.step, &none);
    let mut text = Sql::text(format!("SELECT {distinct}{}\nFROM ", items.join(", ")));
    text.append(&driver(&context, foreach, None));
    text
}

/// The driver as an item of FROM, under the name of its row; with `rows`, those rows alone.
fn driver(context: &Context<'_>, foreach: &ForeachPlan, rows: Option<&[i64]>) -> Sql {
    let alias = identifier(&foreach.row);
    let mut text = Sql::default();
    if foreach.stored {
        let columns = driver_columns(foreach);
        let plain = columns.iter().all(|(_, ty)| matches!(stored(ty), None | Some(crate::plan::Stored::Plain)));
        match (plain, rows) {
            (true, None) => {
                text.append(&driver_table(foreach));
            }
            _ => {
                let mut items = vec![ROW_NUMBER.to_owned()];
                items.extend(read_stored(&columns, None));
                text.push(format!("(SELECT {} FROM ", items.join(", "))).append(&driver_table(foreach));
                if let Some(rows) = rows {
                    text.push(format!(" WHERE {}", row_predicate(rows)));
                }
                text.push(")");
            }
        }
    } else {
        match &foreach.driver {
            Driver::Query(_, query) => {
                let written = context.query(query);
                if context.plan.spec.source.slice(query.span).starts_with('(') {
                    text.append(&written);
                } else {
                    text.push("(").append(&written).push(")");
                }
            }
            Driver::Table(name) => {
                text.push("(").append(&context.read_foreach(name)).push(")");
            }
            Driver::From(..) => unreachable!("the left side of a LATERAL join is always stored"),
        }
    }
    text.push(format!(" AS {alias}"));
    text
}

/// `athplan_row IN (1, 2)`, or a range where the numbers are one.
fn row_predicate(rows: &[i64]) -> String {
    match rows {
        [single] => format!("{ROW_NUMBER} = {single}"),
        [first, .., last] if i64::try_from(rows.len()).is_ok_and(|count| last - first + 1 == count) => {
            format!("{ROW_NUMBER} BETWEEN {first} AND {last}")
        }
        rows => format!("{ROW_NUMBER} IN ({})", rows.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// The query of one statement, yielding the columns of the FOREACH's table.
pub fn portion_query(plan: &Plan, foreach: &ForeachPlan, portion: &Portion) -> Sql {
    let branches: Vec<Sql> = portion
        .parts
        .iter()
        .map(|part| match foreach.rung {
            Rung::Uncorrelated => uncorrelated(plan, foreach, part),
            Rung::Join => joined(plan, foreach, part, portion.selects_rows),
            Rung::Substituted => substituted(plan, foreach, part),
        })
        .collect();
    let rows = Sql::join(&branches, "\nUNION ALL\n");
    let StepKind::Foreach(_, table, _) = &plan.step(foreach.step).kind else {
        unreachable!("a FOREACH is planned as a step of its own kind");
    };
    let columns = foreach.output_columns();
    let kept: Vec<_> = table.columns.iter().map(|column| column.ty.clone()).collect();
    let same = columns.len() == kept.len() && columns.iter().zip(&kept).all(|((_, ty), kept)| ty == kept);
    let named = names_match(foreach);
    if same && named {
        return rows;
    }
    let items = if foreach.hidden { write_stored(&columns, "q") } else { write_visible(&columns, &kept, "q") };
    let names: Vec<String> = columns.iter().map(|(name, _)| identifier(name)).collect();
    let mut text = Sql::text(format!("SELECT {}\nFROM (\n", items.join(", ")));
    text.append(&rows).push(format!("\n) AS q ({})", names.join(", ")));
    text
}

/// Whether the body's own text names its columns as the table does.
fn names_match(foreach: &ForeachPlan) -> bool {
    let body = foreach.body.columns.iter().map(|column| column.name.as_deref());
    writes_list(foreach) || body.eq(foreach.output.iter().map(|name| Some(name.as_str())))
}

/// Whether the select list is written out with the names of the table's columns.
fn writes_list(foreach: &ForeachPlan) -> bool {
    foreach.outer || !foreach.carried.is_empty()
}

fn uncorrelated(plan: &Plan, foreach: &ForeachPlan, part: &Part) -> Sql {
    let context = Context::for_step(plan, foreach.step, &part.scans);
    let mut text = Sql::text("SELECT ");
    let mut items = carried_items(foreach);
    items.extend(body_items(foreach, "b"));
    text.push(items.join(", ")).push("\nFROM ");
    text.append(&driver(&context, foreach, None));
    text.push(if foreach.outer { "\nLEFT JOIN (" } else { "\nCROSS JOIN (" });
    text.append(&body_query(&context, foreach));
    text.push(format!(") AS b ({})", body_names(foreach).join(", ")));
    if foreach.outer {
        text.push(" ON TRUE");
    }
    text
}

fn carried_items(foreach: &ForeachPlan) -> Vec<String> {
    let row = identifier(&foreach.row);
    foreach
        .carried
        .iter()
        .zip(&foreach.output)
        .map(|(at, name)| {
            let column = identifier(&foreach.columns[*at].name);
            let name = identifier(name);
            if column == name { format!("{row}.{column}") } else { format!("{row}.{column} AS {name}") }
        })
        .collect()
}

fn body_names(foreach: &ForeachPlan) -> Vec<String> {
    foreach.output[foreach.carried.len()..].iter().map(|name| identifier(name)).collect()
}

fn body_items(foreach: &ForeachPlan, qualifier: &str) -> Vec<String> {
    body_names(foreach).iter().map(|name| format!("{qualifier}.{name}")).collect()
}

/// The body's text; a parenthesised query loses nothing by standing in parentheses again.
fn body_query(context: &Context<'_>, foreach: &ForeachPlan) -> Sql {
    context.query(&foreach.body)
}

/// The body as a join with the driver.
fn joined(plan: &Plan, foreach: &ForeachPlan, part: &Part, selects_rows: bool) -> Sql {
    let mut context = Context::for_step(plan, foreach.step, &part.scans);
    for column in &foreach.columns {
        let text = format!("{}.{}", identifier(&foreach.row), identifier(&column.name));
        context.columns.insert(column.source, Sql::text(text));
    }
    let rows = selects_rows.then_some(part.rows.as_slice());
    let block = plain_block(&foreach.body).expect("only a plain block is on the join rung");
    if !foreach.outer {
        let list = writes_list(foreach).then(|| carried_items(foreach));
        return joined_block(&context, foreach, block, list, rows);
    }
    let row = identifier(&foreach.row);
    let inner = joined_block(&context, foreach, block, Some(vec![format!("{row}.{ROW_NUMBER} AS {ROW_NUMBER}")]), rows);
    let mut items = carried_items(foreach);
    items.extend(body_items(foreach, "b"));
    let mut text = Sql::text(format!("SELECT {}\nFROM ", items.join(", ")));
    text.append(&driver(&context, foreach, rows));
    text.push("\nLEFT JOIN (\n").append(&inner);
    text.push(format!("\n) AS b ON b.{ROW_NUMBER} = {row}.{ROW_NUMBER}"));
    text
}

/// A body's block with the driver joined into its FROM; with `list`, the select list is written out
/// behind these items, each item under its name in the table.
fn joined_block(
    context: &Context<'_>,
    foreach: &ForeachPlan,
    block: &Block,
    list: Option<Vec<String>>,
    rows: Option<&[i64]>,
) -> Sql {
    let (Some(from), Some(from_text)) = (&block.from, block.from_span) else {
        unreachable!("a body without FROM is not on the join rung");
    };
    let mut edits = Vec::new();
    let mut partition_conjuncts = Vec::new();
    context.from_edits(block, from, &mut edits, &mut partition_conjuncts);
    for inner in crate::plan::queries(&foreach.body) {
        if from_text.contains(inner.span) {
            edits.extend(context.query_edits(inner));
        }
    }
    let drivers = foreach.drivers();
    let uses_row = |expr: &Expr| {
        let mut found = false;
        visit_expression(expr, &mut |expr| {
            found |= matches!(&expr.kind, ExprKind::Column(column) if drivers.contains(&column.relation));
            !found
        });
        found
    };
    let from_sql = context.text(from_text, &on_edits(context, from, edits));
    let listed = has_comma(context, from);
    let (on, rest): (Vec<&Expr>, Vec<&Expr>) = block.filter.iter().partition(|conjunct| !listed && uses_row(conjunct));
    let on: Vec<Sql> = on.into_iter().map(|conjunct| context.conjunct(conjunct)).collect();
    let mut conjuncts: Vec<Sql> = rest.into_iter().map(|conjunct| context.conjunct(conjunct)).collect();
    conjuncts.extend(partition_conjuncts);

    let mut text = Sql::default();
    match list {
        Some(items) => {
            let mut items: Vec<Sql> = items.into_iter().map(Sql::text).collect();
            let names = &foreach.output[foreach.carried.len()..];
            items.extend(block.items.iter().zip(names).map(|(item, name)| context.item(item, Some(name), block)));
            text.push("SELECT ").append(&Sql::join(&items, ", ")).push("\nFROM ");
        }
        None => {
            // The select list stays as it was written, columns of the row aside.
            let head = Span::new(block.span.start, from_text.start);
            let edits: Vec<Edit> =
                context.query_edits(&foreach.body).into_iter().filter(|edit| head.contains(edit.span)).collect();
            text.append(&context.text(head, &edits));
        }
    }
    text.append(&from_sql);
    if on.is_empty() {
        text.push("\nCROSS JOIN ").append(&driver(context, foreach, rows));
    } else {
        text.push("\nJOIN ").append(&driver(context, foreach, rows));
        text.push("\n  ON ").append(&Sql::join(&on, "\n  AND "));
    }
    if !conjuncts.is_empty() {
        text.push("\nWHERE ").append(&Sql::join(&conjuncts, "\n  AND "));
    }
    text
}

/// The edits of a FROM clause with those of its ON conditions and UNNEST expressions.
fn on_edits(context: &Context<'_>, from: &From, mut edits: Vec<Edit>) -> Vec<Edit> {
    match from {
        From::Relation(relation) => {
            if let RelationKind::Unnest { expressions, .. } = &relation.kind {
                for expr in expressions {
                    edits.push(Edit::replace(expr.span, context.expression(expr)));
                }
            }
            edits
        }
        From::Join(join) => {
            for expr in &join.on {
                if !join.using {
                    edits.push(Edit::replace(expr.span, context.expression(expr)));
                }
            }
            let edits = on_edits(context, &join.left, edits);
            on_edits(context, &join.right, edits)
        }
    }
}

/// Whether a FROM clause lists items with commas, over which a join behind the last cannot reach.
fn has_comma(context: &Context<'_>, from: &From) -> bool {
    match from {
        From::Relation(_) => false,
        From::Join(join) => {
            let between = Span::new(from_span(&join.left).end, from_span(&join.right).start);
            (between.start <= between.end && context.plan.spec.source.slice(between).trim_start().starts_with(','))
                || has_comma(context, &join.left)
                || has_comma(context, &join.right)
        }
    }
}

/// The body for one driver row, whose values are read from the driver's table.
fn substituted(plan: &Plan, foreach: &ForeachPlan, part: &Part) -> Sql {
    let mut context = Context::for_step(plan, foreach.step, &part.scans);
    let row = part.rows.first().copied().unwrap_or_default();
    for (at, column) in foreach.columns.iter().enumerate() {
        let text = match part.literals.get(&at) {
            Some(value) => {
                Sql::text(literal(value, &column.ty).expect("a column whose type has no literal is no literal column"))
            }
            None => {
                let mut text = Sql::text("(SELECT ");
                let item = read_stored(&[(column.name.clone(), column.ty.clone())], None).join(", ");
                text.push(item).push(" FROM ").append(&driver_table(foreach));
                text.push(format!(" WHERE {ROW_NUMBER} = {row})"));
                text
            }
        };
        context.columns.insert(column.source, text);
    }
    let body = context.query(&foreach.body);
    if !writes_list(foreach) {
        return body;
    }
    let mut items = carried_items(foreach);
    items.extend(body_items(foreach, "b"));
    let mut text = Sql::text(format!("SELECT {}\nFROM ", items.join(", ")));
    text.append(&driver(&context, foreach, Some(&[row])));
    text.push(if foreach.outer { "\nLEFT JOIN (" } else { "\nCROSS JOIN (" });
    text.append(&body);
    text.push(format!(") AS b ({})", body_names(foreach).join(", ")));
    if foreach.outer {
        text.push(" ON TRUE");
    }
    text
}

/// Partition conjuncts of a scan for explain, one text a rectangle.
pub fn rectangle_text(plan: &Plan, table: &crate::catalog::Table, rectangle: &Rectangle) -> String {
    Sql::join(&key_predicate(plan, table, rectangle, None), " AND ").to_string()
}

/// The table a FOREACH is run into, as statements know it.
pub fn result_table(plan: &Plan, foreach: &ForeachPlan) -> Sql {
    match &plan.step(foreach.step).kind {
        StepKind::Foreach(_, table, _) => table_name(plan, table),
        _ => unreachable!("a FOREACH is planned as a step of its own kind"),
    }
}
