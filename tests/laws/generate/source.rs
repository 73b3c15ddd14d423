//! Sources: what a block reads, and what it asks of the rows.

use super::super::model::{Aggregate, Body, Expr, From, Join, Query, Select};
use super::{Kind, Making, Seen, Typed, driver, predicate};

/// The FROM and WHERE of a block, and what can be selected of it.
#[derive(Debug)]
pub struct Source {
    /// FROM.
    pub from: Vec<From>,
    /// WHERE.
    pub filter: Vec<Expr>,
    /// The relations of FROM.
    pub seen: Vec<Seen>,
    /// Common table expressions.
    pub with: Vec<(String, Query)>,
}

impl Source {
    fn new(seen: Vec<Seen>, from: From, filter: Vec<Expr>) -> Self {
        Self { from: vec![from], filter, seen, with: Vec::new() }
    }
}

/// What a block over some driver rows reads.
pub fn source(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    match making.choices.below(20) {
        0..=2 => {
            let (scan, conjuncts) = making.scan(rows);
            Source::new(vec![scan.clone()], logs(&scan), conjuncts)
        }
        kind @ 3..=6 => pair(making, rows, kind),
        7 => {
            let (scan, conjuncts) = making.scan(rows);
            let (query, columns) = derived(&scan, conjuncts);
            let seen = Seen { alias: making.name("q"), columns };
            let filter = vec![predicate::other(making, &seen, rows)];
            Source::new(vec![seen.clone()], From::Query(Box::new(query), seen.alias), filter)
        }
        8 => view(making, rows),
        9..=11 => beside_labels(making, rows),
        12 => two_derived(making, rows),
        13 => {
            let (scan, mut filter) = making.scan(rows);
            let negated = making.choices.below(2) == 1;
            let inner = subquery(making, std::slice::from_ref(&scan), rows, Some("eventname"));
            filter.push(Expr::Exists(Box::new(inner), negated));
            Source::new(vec![scan.clone()], logs(&scan), filter)
        }
        14 | 15 => {
            let (scan, mut filter) = making.scan(rows);
            let inner = subquery(making, &[], rows, Some("sourceipaddress"));
            let who = Expr::column(&scan.alias, "sourceipaddress");
            filter.push(Expr::InQuery(Box::new(who), Box::new(inner), making.choices.once_in(3)));
            Source::new(vec![scan.clone()], logs(&scan), filter)
        }
        16 => common(making, rows),
        17 => beside_foreach(making, rows),
        18 if rows.is_empty() => lateral(making),
        _ => {
            let (scan, conjuncts) = making.scan(rows);
            let (query, columns) = derived(&scan, conjuncts);
            let name = making.name("w");
            let seen = Seen { alias: making.name("q"), columns };
            let from = From::Named(name.clone(), seen.alias.clone());
            Source { with: vec![(name, query)], ..Source::new(vec![seen], from, Vec::new()) }
        }
    }
}

/// The log table under a scan's alias.
fn logs(scan: &Seen) -> From {
    From::Named("logs".to_owned(), scan.alias.clone())
}

/// One actor in two relations.
fn same(left: &Seen, right: &Seen) -> Expr {
    Expr::column(&left.alias, "sourceipaddress").compare("=", Expr::column(&right.alias, "sourceipaddress"))
}

/// Two scans: with a comma, or joined.
fn pair(making: &mut Making<'_, '_>, rows: &[Seen], kind: usize) -> Source {
    let ((scan, conjuncts), (other, its)) = (making.scan(rows), making.scan(rows));
    let one = logs(&scan);
    if kind == 3 {
        let filter = [conjuncts, its, vec![same(&scan, &other)]].concat();
        let from = vec![one, logs(&other)];
        return Source { from, filter, seen: vec![scan, other], with: Vec::new() };
    }
    let kind = if kind == 4 { Join::Inner } else { Join::Left };
    let mut on = vec![same(&scan, &other)];
    on.extend(its);
    let mut filter = conjuncts;
    if kind == Join::Left {
        filter.extend(of_missing(making, &other, rows));
    }
    let from = From::Join(Box::new(one), kind, Box::new(logs(&other)), on);
    Source::new(vec![scan, other], from, filter)
}

/// What WHERE asks of a side of a join that may be missing: nothing, something that holds for a missing
/// row too, or something that does not.
fn of_missing(making: &mut Making<'_, '_>, side: &Seen, rows: &[Seen]) -> Option<Expr> {
    match making.choices.below(5) {
        2 | 3 => Some(predicate::or_missing(making, side, rows)),
        4 => Some(predicate::region(making, side, rows)),
        _ => None,
    }
}

/// A view sees no driver row; the conjuncts over it do, and reach through it.
fn view(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    let (scan, conjuncts) = making.scan(rows);
    let hidden = Seen { alias: making.name("c"), columns: scan.columns.clone() };
    let filter = if making.choices.below(2) == 0 { Vec::new() } else { vec![predicate::other(making, &hidden, &[])] };
    let name = making.name("seen");
    making.spec.views.push((name.clone(), derived(&hidden, filter).0));
    Source::new(vec![scan.clone()], From::Named(name, scan.alias), conjuncts)
}

/// A scan joined with the table `labels`.
fn beside_labels(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    let (scan, conjuncts) = making.scan(rows);
    let labels = Seen {
        alias: making.name("l"),
        columns: vec![("who".to_owned(), Kind::Who), ("label".to_owned(), Kind::Text)],
    };
    let kind = making.choices.one(&[Join::Inner, Join::Left, Join::Right, Join::Full]);
    let on = vec![Expr::column(&labels.alias, "who").compare("=", Expr::column(&scan.alias, "sourceipaddress"))];
    // A join that keeps the labels would lose them again by a WHERE on the log.
    let (left, seen, filter) = if matches!(kind, Join::Right | Join::Full) {
        let (query, columns) = derived(&scan, conjuncts);
        let seen = Seen { alias: scan.alias.clone(), columns };
        let filter = of_missing(making, &seen, rows).into_iter().collect();
        (From::Query(Box::new(query), scan.alias), seen, filter)
    } else {
        (logs(&scan), scan, conjuncts)
    };
    let right = From::Named("labels".to_owned(), labels.alias.clone());
    Source::new(vec![seen, labels], From::Join(Box::new(left), kind, Box::new(right), on), filter)
}

/// Two scans in subqueries of their own, joined in any way.
fn two_derived(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    let ((scan, conjuncts), (other, its)) = (making.scan(rows), making.scan(rows));
    let on = vec![same(&scan, &other)];
    let (left, columns) = derived(&scan, conjuncts);
    let (right, _) = derived(&other, its);
    let (left, right) =
        (From::Query(Box::new(left), scan.alias.clone()), From::Query(Box::new(right), other.alias.clone()));
    let kind = making.choices.one(&[Join::Full, Join::Left, Join::Inner, Join::Right]);
    let seen = [scan, other].map(|seen| Seen { columns: columns.clone(), ..seen }).to_vec();
    let filter = of_missing(making, &seen[1], rows).into_iter().collect();
    Source::new(seen, From::Join(Box::new(left), kind, Box::new(right), on), filter)
}

/// A common table expression that is read twice.
fn common(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    let (scan, conjuncts) = making.scan(rows);
    let (query, columns) = derived(&scan, conjuncts);
    let name = making.name("w");
    let seen: Vec<Seen> = (0..2).map(|_| Seen { alias: making.name("q"), columns: columns.clone() }).collect();
    let on = vec![same(&seen[0], &seen[1])];
    let kind = making.choices.one(&[Join::Inner, Join::Left]);
    let [left, right] = [0, 1].map(|at: usize| Box::new(From::Named(name.clone(), seen[at].alias.clone())));
    let from = From::Join(left, kind, right, on);
    Source { with: vec![(name, query)], ..Source::new(seen, from, Vec::new()) }
}

/// A scan beside a FOREACH that has driver rows of its own.
fn beside_foreach(making: &mut Making<'_, '_>, rows: &[Seen]) -> Source {
    let (scan, conjuncts) = making.scan(rows);
    let (query, columns) = driver::events(making);
    let seen = Seen { alias: making.name("f"), columns };
    let on = vec![Expr::column(&seen.alias, "who").compare("=", Expr::column(&scan.alias, "sourceipaddress"))];
    let kind = making.choices.one(&[Join::Inner, Join::Left]);
    let right = From::Query(Box::new(query), seen.alias.clone());
    let from = From::Join(Box::new(logs(&scan)), kind, Box::new(right), on);
    Source::new(vec![scan, seen], from, conjuncts)
}

/// Events, and beside each what came after it.
fn lateral(making: &mut Making<'_, '_>) -> Source {
    let (scan, conjuncts) = making.scan(&[]);
    let (inner, its) = making.scan(std::slice::from_ref(&scan));
    let (query, columns) = derived(&inner, its);
    let seen = Seen { alias: making.name("b"), columns };
    let outer = making.choices.below(2) == 1;
    let from = From::Lateral(Box::new(logs(&scan)), Box::new(query), seen.alias.clone(), outer);
    Source::new(vec![scan, seen], from, conjuncts)
}

/// A subquery over the log: of one column of a kind, or of a count.
pub fn subquery(making: &mut Making<'_, '_>, outside: &[Seen], rows: &[Seen], column: Option<&str>) -> Query {
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
    let mut select = Select::new(vec![(item, name)], vec![logs(&scan)], conjuncts);
    select.group = column.is_none().then(Vec::new);
    Query::select(select)
}

/// A scan with its conjuncts as a query that yields its columns under their own names.
pub fn derived(scan: &Seen, conjuncts: Vec<Expr>) -> Typed {
    let items = scan.columns.iter().map(|(name, _)| (Expr::column(&scan.alias, name), name.clone())).collect();
    (Query::select(Select::new(items, vec![logs(scan)], conjuncts)), scan.columns.clone())
}

/// A FOREACH whose body yields what it finds.
pub fn foreach(row: String, driver: Query, body: Query) -> Query {
    Query::of(Body::Foreach(row, Box::new(driver), Box::new(body)))
}
