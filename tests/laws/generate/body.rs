//! Bodies: what is asked for each driver row, or once.

use super::super::cell::Cell;
use super::super::model::{Aggregate, Body, Expr, From, Query, Select, Set, Window};
use super::source::{source, subquery};
use super::{Kind, Making, Seen, Typed};

/// A body over some driver rows (none: a query of its own).
pub fn body(making: &mut Making<'_, '_>, rows: &[Seen]) -> Typed {
    match making.choices.below(8) {
        7 => {
            let (left, columns) = block(making, rows, Some(2));
            let right = if making.choices.below(2) == 0 { marker(2) } else { block(making, rows, Some(2)).0 };
            let operation = making.choices.one(&[Set::Union, Set::Union, Set::Except, Set::Intersect]);
            let keep_all = making.choices.below(3) != 2;
            // The branches' columns hold different things: what comes out is a text like any other.
            let columns = columns.into_iter().map(|(name, _)| (name, Kind::Text)).collect();
            (Query::of(Body::Set(operation, Box::new(left), Box::new(right), keep_all)), columns)
        }
        _ => block(making, rows, None),
    }
}

/// One row of constants, without FROM.
fn marker(width: usize) -> Query {
    let items = (0..width).map(|at| (Expr::text("marker"), format!("m{at}"))).collect();
    Query::select(Select::new(items, Vec::new(), Vec::new()))
}

/// A block of text columns if a width is given, else of any.
fn block(making: &mut Making<'_, '_>, rows: &[Seen], width: Option<usize>) -> Typed {
    let source = source(making, rows);
    let mut seen = source.seen.clone();
    seen.extend(rows.iter().cloned());
    let shape = if width.is_some() { 0 } else { making.choices.below(9) };
    let mut select = Select::new(Vec::new(), source.from, source.filter);
    let mut query_order = 0;
    let columns: Vec<(Expr, String, Kind)> = match shape {
        4 => grouped(making, &source.seen, rows, &mut select),
        5 => {
            select.distinct = true;
            items(making, &seen, 2)
        }
        6 => {
            query_order = 1 + making.choices.below(3);
            items(making, &seen, 3)
        }
        7 => {
            let mut columns = items(making, &seen, 2);
            let function = making.choices.one(&[Window::RowNumber, Window::Count, Window::Rank]);
            let order = columns.iter().map(|(expr, ..)| expr.clone()).collect();
            let order = if function == Window::Count { Vec::new() } else { order };
            let partition = making.choices.below(2) == 0;
            let partition = if partition { Vec::new() } else { vec![columns[0].0.clone()] };
            columns.push((Expr::Window(function, partition, order), making.name("n"), Kind::Number));
            columns
        }
        8 => {
            let mut columns = items(making, &seen, 1);
            let count = subquery(making, &source.seen, rows, None);
            columns.push((Expr::Scalar(Box::new(count)), making.name("n"), Kind::Number));
            columns
        }
        _ => {
            let count = width.unwrap_or_else(|| 1 + making.choices.below(3));
            items(making, &seen, count)
        }
    };
    let typed = columns.iter().map(|(_, name, kind)| (name.clone(), *kind)).collect();
    select.items = columns.into_iter().map(|(expr, name, _)| (expr, name)).collect();
    let count = select.items.len();
    let mut query = Query::select(select);
    query.with = source.with;
    if query_order > 0 {
        query.order = (1..=count).map(|at| (at, making.choices.below(2) == 1)).collect();
        query.limit = Some(query_order);
        query.offset = usize::from(making.choices.once_in(3));
    }
    (query, typed)
}

/// Some columns of what is in scope, and now and then a constant.
fn items(making: &mut Making<'_, '_>, seen: &[Seen], count: usize) -> Vec<(Expr, String, Kind)> {
    let mut found = Vec::new();
    for _ in 0..count {
        let name = making.name("x");
        let relation = making.choices.one(seen);
        let texts: Vec<(String, Kind)> =
            relation.columns.iter().filter(|(_, kind)| *kind != Kind::Number).cloned().collect();
        if texts.is_empty() || making.choices.once_in(8) {
            found.push((Expr::text("fixed"), name, Kind::Text));
            continue;
        }
        let (column, kind) = making.choices.one(&texts);
        let mut expr = Expr::column(&relation.alias, &column);
        let mut kind = kind;
        if making.choices.once_in(8) {
            let expr_or_json = if making.choices.once_in(2) { Expr::ThroughJson(Box::new(expr)) } else { expr };
            expr = Expr::Coalesce(Box::new([expr_or_json, Expr::text("none")]));
            kind = Kind::Text;
        }
        found.push((expr, name, kind));
    }
    found
}

/// The items of a grouped block; its keys and HAVING go into the block.
fn grouped(
    making: &mut Making<'_, '_>,
    scanned: &[Seen],
    rows: &[Seen],
    select: &mut Select,
) -> Vec<(Expr, String, Kind)> {
    let mut columns = Vec::new();
    let keys = match making.choices.below(5) {
        0 | 1 => Vec::new(),
        2 if !rows.is_empty() => [items(making, scanned, 1), items(making, rows, 1)].concat(),
        _ => items(making, scanned, 1),
    };
    let is_column = |expr: &Expr| matches!(expr, Expr::Column(..));
    let keys: Vec<_> = keys.into_iter().filter(|(expr, ..)| is_column(expr)).collect();
    select.group = Some(keys.iter().map(|(expr, ..)| expr.clone()).collect());
    columns.extend(keys);
    if !rows.is_empty() && making.choices.below(2) == 0 {
        columns.extend(items(making, rows, 1));
    }
    for _ in 0..=making.choices.below(2) {
        let (argument, _, kind) = items(making, scanned, 1).remove(0);
        let argument = Some(Box::new(argument));
        let (expr, kind) = match making.choices.below(5) {
            0 => (Expr::Aggregate(Aggregate::Count, None), Kind::Number),
            1 => (Expr::Aggregate(Aggregate::Count, argument), Kind::Number),
            2 => (Expr::Aggregate(Aggregate::CountDistinct, argument), Kind::Number),
            3 => (Expr::Aggregate(Aggregate::Min, argument), kind),
            _ => (Expr::Aggregate(Aggregate::Max, argument), kind),
        };
        columns.push((expr, making.name("a"), kind));
    }
    if making.choices.once_in(4) {
        let count = Expr::Aggregate(Aggregate::Count, None);
        select.having = Some(count.compare(">", Expr::Literal(Cell::Number(making.choices.range(0, 2)))));
    }
    columns
}

/// A driver that counts: one row for each actor, with the first and the last time.
pub fn grouped_driver(making: &mut Making<'_, '_>) -> Typed {
    let (scan, conjuncts) = making.scan(&[]);
    let column = |name: &str| Expr::column(&scan.alias, name);
    let extreme = |aggregate| Expr::Aggregate(aggregate, Some(Box::new(column("eventtime"))));
    let items = vec![
        (column("sourceipaddress"), "who".to_owned()),
        (extreme(Aggregate::Min), "issued".to_owned()),
        (extreme(Aggregate::Max), "until".to_owned()),
    ];
    let kinds =
        vec![("who".to_owned(), Kind::Who), ("issued".to_owned(), Kind::Time), ("until".to_owned(), Kind::Time)];
    let mut select = Select::new(items, vec![From::Named("logs".to_owned(), scan.alias.clone())], conjuncts);
    select.group = Some(vec![column("sourceipaddress")]);
    (Query::select(select), kinds)
}
