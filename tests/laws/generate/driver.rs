//! Drivers: where the rows of a FOREACH come from.

use super::super::calendar::iso;
use super::super::cell::Cell;
use super::super::model::{Body, Expr, From, Query, Select};
use super::{Kind, Making, Seen, Typed, body, source};

/// The columns of `keys`.
const KEYS: [(&str, Kind); 5] =
    [("id", Kind::Number), ("issued", Kind::Time), ("until", Kind::Time), ("who", Kind::Who), ("place", Kind::Region)];

/// A driver; `depth` says how many FOREACHs it may hold.
pub fn driver(making: &mut Making<'_, '_>, rows: &[Seen], depth: usize) -> Typed {
    match making.choices.below(8) {
        0 | 1 => keys(making, false),
        2 => keys(making, true),
        3 => values(making),
        4 if !making.stored.is_empty() => {
            let (name, columns) = making.choices.one(&making.stored.clone());
            let alias = making.name("s");
            (Query::select(Select::new(Vec::new(), vec![From::Named(name, alias)], Vec::new())), columns)
        }
        5 if depth > 0 => {
            let inner = driver(making, rows, depth - 1);
            each(making, inner)
        }
        6 => body::grouped_driver(making),
        _ => {
            let (scan, conjuncts) = making.scan(rows);
            (issued(&scan, conjuncts), found())
        }
    }
}

/// Events for each row of a driver.
fn each(making: &mut Making<'_, '_>, (driver, columns): Typed) -> Typed {
    let row = making.name("k");
    let (scan, conjuncts) = making.scan(&[Seen { alias: row.clone(), columns }]);
    (source::foreach(row, driver, issued(&scan, conjuncts)), found())
}

/// A FOREACH that yields events.
pub fn events(making: &mut Making<'_, '_>) -> Typed {
    let inner = driver(making, &[], 0);
    each(making, inner)
}

/// Rows of `keys`, some or all.
fn keys(making: &mut Making<'_, '_>, some: bool) -> Typed {
    let alias = making.name("d");
    let column = |name: &str| Expr::column(&alias, name);
    let filter = if some {
        vec![match making.choices.below(4) {
            0 => Expr::Not(Box::new(Expr::IsNull(Box::new(column("place"))))),
            1 => column("who").compare("=", Expr::text("bob")),
            2 => column("who").compare("=", Expr::text("nobody")),
            _ => column("id").compare(">", Expr::Literal(Cell::Number(1))),
        }]
    } else {
        Vec::new()
    };
    let every = making.choices.below(2) == 0;
    let columns = KEYS.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
    let items = if every { Vec::new() } else { columns.iter().map(|(name, _)| (column(name), name.clone())).collect() };
    let mut select = Select::new(items, vec![From::Named("keys".to_owned(), alias.clone())], filter);
    select.distinct = !every && making.choices.once_in(3);
    (Query::select(select), columns)
}

/// Rows that stand in the text.
fn values(making: &mut Making<'_, '_>) -> Typed {
    let columns: Vec<(String, Kind)> = KEYS[1..].iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    let row = |making: &mut Making<'_, '_>| {
        let first = making.archive.instant(making.choices);
        let last = making.archive.instant(making.choices);
        let or_null = |making: &mut Making<'_, '_>, text: String| {
            if making.choices.once_in(6) { Cell::Null } else { Cell::Text(text) }
        };
        vec![
            or_null(making, iso(first.min(last))),
            or_null(making, iso(first.max(last))),
            or_null(making, "ann".to_owned()),
            or_null(making, "us-east-1".to_owned()),
        ]
    };
    let rows: Vec<Vec<Cell>> = (0..=making.choices.below(3)).map(|_| row(making)).collect();
    let names = columns.iter().map(|(name, _)| name.clone()).collect();
    let alias = making.name("v");
    let from = From::Query(Box::new(Query::of(Body::Values(names, rows))), alias);
    (Query::select(Select::new(Vec::new(), vec![from], Vec::new())), columns)
}

/// Events of the log as driver rows.
fn issued(scan: &Seen, conjuncts: Vec<Expr>) -> Query {
    let item = |column: &str, name: &str| (Expr::column(&scan.alias, column), name.to_owned());
    let items = vec![item("eventtime", "issued"), item("sourceipaddress", "who"), item("region", "place")];
    Query::select(Select::new(items, vec![From::Named("logs".to_owned(), scan.alias.clone())], conjuncts))
}

fn found() -> Vec<(String, Kind)> {
    [("issued", Kind::Time), ("who", Kind::Who), ("place", Kind::Region)]
        .map(|(name, kind)| (name.to_owned(), kind))
        .to_vec()
}
