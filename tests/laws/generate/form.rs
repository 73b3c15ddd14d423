//! Forms: where a FOREACH stands, and what is done with its rows.

use super::super::archive::Archive;
use super::super::choices::Choices;
use super::super::model::{Aggregate, Body, Expr, From, Query, Select, Spec};
use super::{Kind, Making, Seen, Typed, body, driver};

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
    match making.choices.below(12) {
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
        8 => {
            // A step, and a FOREACH over it.
            let (inner, columns) = foreach(making);
            let name = making.name("step");
            making.spec.steps.push((name.clone(), inner));
            if columns.iter().any(|(_, kind)| *kind == Kind::Time) {
                making.stored.push((name.clone(), columns.clone()));
            }
            let row = making.name("k");
            let alias = making.name("s");
            let rows = Select::new(Vec::new(), vec![From::Named(name, alias)], Vec::new());
            let seen = Seen { alias: row.clone(), columns };
            let (body, _) = body::body(making, &[seen]);
            Query::of(Body::Foreach(row, Box::new(Query::select(rows)), Box::new(body)))
        }
        9 => {
            // A pair of rows for the body.
            let (outer, outer_columns) = driver::driver(making, &[], 1);
            let outer_row = making.name("k");
            let seen = Seen { alias: outer_row.clone(), columns: outer_columns };
            let (inner, inner_columns) = driver::driver(making, std::slice::from_ref(&seen), 0);
            let inner_row = making.name("j");
            let rows = [seen, Seen { alias: inner_row.clone(), columns: inner_columns }];
            let (body, _) = body::body(making, &rows);
            let nested = Query::of(Body::Foreach(inner_row, Box::new(inner), Box::new(body)));
            Query::of(Body::Foreach(outer_row, Box::new(outer), Box::new(nested)))
        }
        10 => {
            let (left, right) = (text_foreach(making), text_foreach(making));
            let keep_all = making.choices.below(2) == 0;
            Query::of(Body::Union(Box::new(left), Box::new(right), keep_all))
        }
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

fn foreach(making: &mut Making<'_, '_>) -> Typed {
    let (driver, columns) = driver::driver(making, &[], 1);
    let row = making.name("k");
    let seen = Seen { alias: row.clone(), columns };
    let rows = if making.choices.once_in(10) { Vec::new() } else { vec![seen] };
    let (body, columns) = body::body(making, &rows);
    (Query::of(Body::Foreach(row, Box::new(driver), Box::new(body))), columns)
}

/// A FOREACH of one text column.
fn text_foreach(making: &mut Making<'_, '_>) -> Query {
    let (driver, columns) = driver::driver(making, &[], 0);
    let row = making.name("k");
    let (scan, conjuncts) = making.scan(&[Seen { alias: row.clone(), columns }]);
    let items = vec![(Expr::column(&scan.alias, "eventname"), making.name("x"))];
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

/// The same as a LATERAL join, which keeps the driver's columns in view.
fn lateral(making: &mut Making<'_, '_>) -> Query {
    let (driver, columns) = driver::driver(making, &[], 0);
    let row = making.name("k");
    let seen = Seen { alias: row.clone(), columns };
    let (body, body_columns) = body::body(making, std::slice::from_ref(&seen));
    let alias = making.name("b");
    let outer = making.choices.below(2) == 1;
    let left = match (&driver.body, making.choices.below(2)) {
        (Body::Select(select), 0) if select.items.is_empty() && select.filter.is_empty() => match &select.from[0] {
            From::Named(table, _) => From::Named(table.clone(), row.clone()),
            _ => From::Query(Box::new(driver), row.clone()),
        },
        _ => From::Query(Box::new(driver), row.clone()),
    };
    let from = From::Lateral(Box::new(left), Box::new(body), alias.clone(), outer);
    let name = making.choices.one(&seen.columns).0;
    let mut items = vec![(Expr::column(&row, &name), making.name("x"))];
    for (name, _) in &body_columns {
        items.push((Expr::column(&alias, name), making.name("x")));
    }
    let mut select = Select::new(items, vec![from], Vec::new());
    match making.choices.below(5) {
        3 => {
            let who = seen.of(Kind::Who);
            select.filter.extend(who.into_iter().take(1).map(|who| who.compare("=", Expr::text("bob"))));
        }
        4 => {
            let first = Expr::column(&alias, &body_columns[0].0);
            select.filter.push(Expr::IsNull(Box::new(first)));
        }
        _ => {}
    }
    Query::select(select)
}
