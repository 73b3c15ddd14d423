//! Forms: where a FOREACH stands, and what is done with its rows.

use super::super::archive::Archive;
use super::super::choices::Choices;
use super::super::model::{Aggregate, Body, Expr, From, Join, Query, Select, Set, Spec};
use super::{Kind, Making, Seen, Typed, body, driver, source};

/// A spec of some answers, each from choices of its own.
pub fn spec(archive: &Archive, lists: &[Vec<u32>]) -> Spec {
    let mut spec = Spec::default();
    let mut stored = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        let mut choices = Choices::new(list);
        let mut making = Making::new(archive, &mut choices);
        making.spec = std::mem::take(&mut spec);
        making.stored = std::mem::take(&mut stored);
        making.names = (at + 1) * 1_000;
        let answer = answer(&mut making);
        making.spec.answers.push(answer);
        (spec, stored) = (making.spec, making.stored);
    }
    spec
}

fn answer(making: &mut Making<'_, '_>) -> Query {
    match making.choices.below(16) {
        0..=2 => foreach(making).0,
        3 => body::body(making, &[]).0,
        4 | 5 => lateral(making),
        6 => {
            // In a CTE, counted.
            let (inner, columns) = foreach(making);
            let name = making.name("w");
            let alias = making.name("f");
            let mut query = counted(making, From::Named(name.clone(), alias.clone()), &alias, &columns);
            query.with.push((name, inner));
            query
        }
        7 => {
            let (inner, columns) = foreach(making);
            let alias = making.name("f");
            counted(making, From::Query(Box::new(inner), alias.clone()), &alias, &columns)
        }
        8 | 9 => chained(making),
        10 => nested(making),
        11 => {
            let (left, right) = (text_foreach(making, "eventname"), text_foreach(making, "eventname"));
            let operation = making.choices.one(&[Set::Union, Set::Except, Set::Intersect]);
            let keep_all = making.choices.below(2) == 0;
            Query::of(Body::Set(operation, Box::new(left), Box::new(right), keep_all))
        }
        12 => asked_of(making),
        13 => joined(making),
        14 => shared(making),
        _ => {
            let (mut query, columns) = foreach(making);
            if let Body::Foreach(..) = &query.body {
                let alias = making.name("f");
                let inner = From::Query(Box::new(query), alias);
                query = Query::select(Select::new(Vec::new(), vec![inner], Vec::new()));
            }
            query.order = (1..=columns.len()).map(|at| (at, making.choices.below(2) == 1)).collect();
            query.limit = Some(2);
            query
        }
    }
}

/// A step, and a FOREACH over it; now and then one more link.
fn chained(making: &mut Making<'_, '_>) -> Query {
    let (mut link, mut columns) = foreach(making);
    for _ in 0..=usize::from(making.choices.once_in(4)) {
        let name = making.name("step");
        let kept = making.choices.once_in(3);
        making.spec.steps.push((name.clone(), link, kept));
        if columns.iter().any(|(_, kind)| *kind == Kind::Time) {
            making.stored.push((name.clone(), columns.clone()));
        }
        let row = making.name("k");
        let alias = making.name("s");
        let rows = Select::new(Vec::new(), vec![From::Named(name, alias)], Vec::new());
        let seen = Seen { alias: row.clone(), columns };
        let (body, its) = body::body(making, &[seen]);
        (link, columns) = (source::foreach(row, Query::select(rows), body), its);
    }
    link
}

/// FOREACHs that are each other's bodies, so that the innermost body has several rows.
fn nested(making: &mut Making<'_, '_>) -> Query {
    let mut rows: Vec<Seen> = Vec::new();
    let mut drivers: Vec<(String, Query)> = Vec::new();
    for level in 0..2 + usize::from(making.choices.once_in(5)) {
        let (driver, columns) = driver::driver(making, &rows, usize::from(level == 0));
        let row = making.name("k");
        rows.push(Seen { alias: row.clone(), columns });
        drivers.push((row, driver));
    }
    let (body, _) = body::body(making, &rows);
    drivers.into_iter().rev().fold(body, |body, (row, driver)| source::foreach(row, driver, body))
}

/// Rows of `keys` of which a FOREACH speaks, or does not.
fn asked_of(making: &mut Making<'_, '_>) -> Query {
    let inner = Box::new(text_foreach(making, "sourceipaddress"));
    let alias = making.name("d");
    let column = |name: &str| Expr::column(&alias, name);
    let negated = making.choices.below(2) == 1;
    let condition = match making.choices.below(3) {
        0 => Expr::Exists(inner, negated),
        _ => Expr::InQuery(Box::new(column("who")), inner, negated),
    };
    let items = ["id", "who"].map(|name| (column(name), name.to_owned())).to_vec();
    Query::select(Select::new(items, vec![From::Named("keys".to_owned(), alias.clone())], vec![condition]))
}

/// A FOREACH joined with a table.
fn joined(making: &mut Making<'_, '_>) -> Query {
    let (inner, columns) = driver::events(making);
    let (events, keys) = (making.name("f"), making.name("d"));
    let on = vec![Expr::column(&events, "who").compare("=", Expr::column(&keys, "who"))];
    let kind = making.choices.one(&[Join::Inner, Join::Left, Join::Right, Join::Full]);
    let (left, right) = (From::Query(Box::new(inner), events.clone()), From::Named("keys".to_owned(), keys.clone()));
    let mut items = vec![(Expr::column(&keys, "id"), making.name("x"))];
    items.extend(columns.iter().map(|(name, _)| (Expr::column(&events, name), name.clone())));
    let from = From::Join(Box::new(left), kind, Box::new(right), on);
    Query::select(Select::new(items, vec![from], Vec::new()))
}

/// A common table expression that both driver and body read.
fn shared(making: &mut Making<'_, '_>) -> Query {
    let (scan, conjuncts) = making.scan(&[]);
    let (query, columns) = source::derived(&scan, conjuncts);
    let name = making.name("w");
    let [row, rows, found] = [making.name("k"), making.name("d"), making.name("q")];
    let driver = Select::new(Vec::new(), vec![From::Named(name.clone(), rows)], Vec::new());
    let later = Expr::column(&found, "eventtime").compare(">", Expr::column(&row, "eventtime"));
    let items = [&row, &found].map(|of| (Expr::column(of, "eventtime"), making.name("x"))).to_vec();
    let mut body = Select::new(items, vec![From::Named(name.clone(), found.clone())], vec![later]);
    let seen = [Seen { alias: row.clone(), columns: columns.clone() }, Seen { alias: found, columns }];
    body.filter.push(super::predicate::other(making, &seen[1], &seen[..1]));
    if making.choices.once_in(3) {
        body.items = vec![(Expr::Aggregate(Aggregate::Count, None), making.name("n"))];
        body.group = Some(Vec::new());
    }
    let mut foreach = source::foreach(row, Query::select(driver), Query::select(body));
    foreach.with.push((name, query));
    foreach
}

fn foreach(making: &mut Making<'_, '_>) -> Typed {
    let (driver, columns) = driver::driver(making, &[], 1);
    let row = making.name("k");
    let seen = Seen { alias: row.clone(), columns };
    let rows = if making.choices.once_in(10) { Vec::new() } else { vec![seen] };
    let (body, columns) = body::body(making, &rows);
    (Query::of(Body::Foreach(row, Box::new(driver), Box::new(body))), columns)
}

/// A FOREACH of one text column.
fn text_foreach(making: &mut Making<'_, '_>, column: &str) -> Query {
    let (driver, columns) = driver::driver(making, &[], 0);
    let row = making.name("k");
    let (scan, conjuncts) = making.scan(&[Seen { alias: row.clone(), columns }]);
    let items = vec![(Expr::column(&scan.alias, column), making.name("x"))];
    let body = Select::new(items, vec![From::Named("logs".to_owned(), scan.alias)], conjuncts);
    Query::of(Body::Foreach(row, Box::new(driver), Box::new(Query::select(body))))
}

/// Rows counted by their first column.
fn counted(making: &mut Making<'_, '_>, from: From, alias: &str, columns: &[(String, Kind)]) -> Query {
    let first = Expr::column(alias, &columns[0].0);
    let items = vec![(first.clone(), making.name("x")), (Expr::Aggregate(Aggregate::Count, None), making.name("n"))];
    let mut select = Select::new(items, vec![from], Vec::new());
    if making.choices.below(2) == 1 {
        select.filter.push(Expr::Not(Box::new(Expr::IsNull(Box::new(first.clone())))));
    }
    select.group = Some(vec![first]);
    Query::select(select)
}

/// The same as a LATERAL join, which keeps the driver's columns in view; now and then two in a row.
fn lateral(making: &mut Making<'_, '_>) -> Query {
    let (mut from, mut rows) = left_side(making);
    let name = making.choices.one(&rows[0].columns).0;
    let mut items = vec![(Expr::column(&rows[0].alias, &name), making.name("x"))];
    for _ in 0..=usize::from(making.choices.once_in(5)) {
        let (body, columns) = body::body(making, &rows);
        let alias = making.name("b");
        let outer = making.choices.below(2) == 1;
        from = From::Lateral(Box::new(from), Box::new(body), alias.clone(), outer);
        items.extend(columns.iter().map(|(name, _)| (Expr::column(&alias, name), making.name("x"))));
        rows.push(Seen { alias, columns });
    }
    let mut select = Select::new(items, vec![from], Vec::new());
    match making.choices.below(5) {
        3 => {
            let who = rows[0].of(Kind::Who);
            select.filter.extend(who.into_iter().take(1).map(|who| who.compare("=", Expr::text("bob"))));
        }
        4 => {
            let (first, _) = select.items[select.items.len() - 1].clone();
            select.filter.push(Expr::IsNull(Box::new(first)));
        }
        _ => {}
    }
    Query::select(select)
}

/// What stands to the left of LATERAL, and its relations.
fn left_side(making: &mut Making<'_, '_>) -> (From, Vec<Seen>) {
    let (driver, columns) = driver::driver(making, &[], 0);
    let seen = Seen { alias: making.name("k"), columns };
    let alias = seen.alias.clone();
    let from = match (&driver.body, making.choices.below(2)) {
        (Body::Select(select), 0) if select.items.is_empty() && select.filter.is_empty() => match &select.from[0] {
            From::Named(table, _) => From::Named(table.clone(), alias),
            _ => From::Query(Box::new(driver), alias),
        },
        _ => From::Query(Box::new(driver), alias),
    };
    let who = seen.of(Kind::Who);
    let Some(who) = who.first().filter(|_| making.choices.once_in(5)) else { return (from, vec![seen]) };
    let labels = Seen {
        alias: making.name("l"),
        columns: vec![("who".to_owned(), Kind::Who), ("label".to_owned(), Kind::Text)],
    };
    let on = vec![Expr::column(&labels.alias, "who").compare("=", who.clone())];
    let right = From::Named("labels".to_owned(), labels.alias.clone());
    let kind = making.choices.one(&[Join::Inner, Join::Left]);
    (From::Join(Box::new(from), kind, Box::new(right), on), vec![seen, labels])
}
