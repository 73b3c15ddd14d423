//! Bodies: what is asked for each driver row, or once.

use super::super::cell::Cell;
use super::super::model::{Aggregate, Body, Expr, From, Join, Query, Select};
use super::{Kind, Making, Seen, Typed, predicate};

/// The FROM and WHERE of a block, and what can be selected of it.
struct Source {
    from: Vec<From>,
    filter: Vec<Expr>,
    seen: Vec<Seen>,
    with: Vec<(String, Query)>,
}

/// A body over some driver rows (none: a query of its own).
pub fn body(making: &mut Making<'_, '_>, rows: &[Seen]) -> Typed {
    match making.choices.below(8) {
        7 => {
            let (left, columns) = block(making, rows, Some(2));
            let right = if making.choices.below(2) == 0 { marker(2) } else { block(making, rows, Some(2)).0 };
            let keep_all = making.choices.below(3) != 2;
            // The branches' columns hold different things: what comes out is a text like any other.
            let columns = columns.into_iter().map(|(name, _)| (name, Kind::Text)).collect();
            (Query::of(Body::Union(Box::new(left), Box::new(right), keep_all)), columns)
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
            let order = columns.iter().map(|(expr, ..)| expr.clone()).collect();
            let partition = making.choices.below(2) == 0;
            let partition = if partition { Vec::new() } else { vec![columns[0].0.clone()] };
            columns.push((Expr::RowNumber(partition, order), making.name("n"), Kind::Number));
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
            expr = Expr::Coalesce(Box::new([expr, Expr::text("none")]));
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
    let keys = if making.choices.below(2) == 0 { Vec::new() } else { items(making, scanned, 1) };
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

/// A subquery over the log: of one column of a kind, or of a count.
fn subquery(making: &mut Making<'_, '_>, outside: &[Seen], rows: &[Seen], column: Option<&str>) -> Query {
    let (scan, mut conjuncts) = making.scan(rows);
    if let Some(relation) = outside.first().filter(|_| making.choices.below(2) == 0)
        && let Some(who) = relation.of(Kind::Who).first()
    {
        conjuncts.push(Expr::column(&scan.alias, "sourceipaddress").compare("=", who.clone()));
    }
    let item = match column {
        Some(column) => Expr::column(&scan.alias, column),
        None => Expr::Aggregate(Aggregate::Count, None),
    };
    let name = making.name("x");
    let mut select = Select::new(vec![(item, name)], vec![From::Named("logs".to_owned(), scan.alias)], conjuncts);
    select.group = column.is_none().then(Vec::new);
    Query::select(select)
}

/// What a block reads.
fn source(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    let (scan, conjuncts) = making.scan(rows);
    let one = From::Named("logs".to_owned(), scan.alias.clone());
    let alone = |seen: Vec<Seen>, from: Vec<From>, filter: Vec<Expr>| Source { from, filter, seen, with: Vec::new() };
    let same = |left: &Seen, right: &Seen| {
        Expr::column(&left.alias, "sourceipaddress").compare("=", Expr::column(&right.alias, "sourceipaddress"))
    };
    match making.choices.below(15) {
        0..=2 => alone(vec![scan], vec![one], conjuncts),
        3 => {
            let (other, its) = making.scan(rows);
            let mut filter = [conjuncts, its].concat();
            filter.push(same(&scan, &other));
            alone(vec![scan, other.clone()], vec![one, From::Named("logs".to_owned(), other.alias)], filter)
        }
        kind @ (4 | 5) => {
            let (other, its) = making.scan(rows);
            let kind = if kind == 4 { Join::Inner } else { Join::Left };
            let mut on = vec![same(&scan, &other)];
            on.extend(its);
            let right = From::Named("logs".to_owned(), other.alias.clone());
            alone(vec![scan, other], vec![From::Join(Box::new(one), kind, Box::new(right), on)], conjuncts)
        }
        6 => {
            let (query, columns) = derived(&scan, conjuncts);
            let seen = Seen { alias: making.name("q"), columns };
            let filter = vec![predicate::other(making, &seen, rows)];
            alone(vec![seen.clone()], vec![From::Query(Box::new(query), seen.alias)], filter)
        }
        7 => {
            // A view sees no driver row; the conjuncts over it do, and reach through it.
            let hidden = Seen { alias: making.name("c"), columns: scan.columns.clone() };
            let filter =
                if making.choices.below(2) == 0 { Vec::new() } else { vec![predicate::other(making, &hidden, &[])] };
            let name = making.name("seen");
            making.spec.views.push((name.clone(), derived(&hidden, filter).0));
            alone(vec![scan.clone()], vec![From::Named(name, scan.alias)], conjuncts)
        }
        8..=10 => {
            let labels = Seen {
                alias: making.name("l"),
                columns: vec![("who".to_owned(), Kind::Who), ("label".to_owned(), Kind::Text)],
            };
            let kind = making.choices.one(&[Join::Inner, Join::Left, Join::Right, Join::Full]);
            let on =
                vec![Expr::column(&labels.alias, "who").compare("=", Expr::column(&scan.alias, "sourceipaddress"))];
            let right = From::Named("labels".to_owned(), labels.alias.clone());
            // A join that keeps the labels would lose them again by a WHERE on the log.
            let keeps = matches!(kind, Join::Right | Join::Full);
            let (left, seen, filter) = if keeps {
                let (query, columns) = derived(&scan, conjuncts);
                let seen = Seen { alias: scan.alias.clone(), columns };
                (From::Query(Box::new(query), scan.alias.clone()), seen, Vec::new())
            } else {
                (one, scan.clone(), conjuncts)
            };
            alone(vec![seen, labels], vec![From::Join(Box::new(left), kind, Box::new(right), on)], filter)
        }
        11 => {
            let (other, its) = making.scan(rows);
            let on = vec![same(&scan, &other)];
            let (left, columns) = derived(&scan, conjuncts);
            let (right, _) = derived(&other, its);
            let (left, right) =
                (From::Query(Box::new(left), scan.alias.clone()), From::Query(Box::new(right), other.alias.clone()));
            let kind = making.choices.one(&[Join::Full, Join::Left, Join::Inner]);
            let seen = [scan, other].map(|seen| Seen { columns: columns.clone(), ..seen }).to_vec();
            alone(seen, vec![From::Join(Box::new(left), kind, Box::new(right), on)], Vec::new())
        }
        12 => {
            let mut filter = conjuncts;
            let negated = making.choices.below(2) == 1;
            let inner = subquery(making, std::slice::from_ref(&scan), rows, Some("eventname"));
            filter.push(Expr::Exists(Box::new(inner), negated));
            alone(vec![scan], vec![one], filter)
        }
        13 => {
            let mut filter = conjuncts;
            let inner = subquery(making, &[], rows, Some("sourceipaddress"));
            let who = Expr::column(&scan.alias, "sourceipaddress");
            filter.push(Expr::InQuery(Box::new(who), Box::new(inner)));
            alone(vec![scan], vec![one], filter)
        }
        _ => {
            let (query, columns) = derived(&scan, conjuncts);
            let name = making.name("w");
            let seen = Seen { alias: making.name("q"), columns };
            let from = vec![From::Named(name.clone(), seen.alias.clone())];
            Source { from, filter: Vec::new(), seen: vec![seen], with: vec![(name, query)] }
        }
    }
}

/// A scan with its conjuncts as a query that yields its columns under their own names.
fn derived(scan: &Seen, conjuncts: Vec<Expr>) -> Typed {
    let items = scan.columns.iter().map(|(name, _)| (Expr::column(&scan.alias, name), name.clone())).collect();
    let select = Select::new(items, vec![From::Named("logs".to_owned(), scan.alias.clone())], conjuncts);
    (Query::select(select), scan.columns.clone())
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
