//! Laws 2 and 3 without an engine: a scan needs exactly the partitions in which a record that fits can
//! lie, and a FOREACH reads each of them once.
//!
//! The oracle imagines records at every instant where a condition can change its mind, in every region,
//! and asks the naive evaluator whether they fit, and where they could have been delivered.

use std::collections::BTreeSet;
use std::rc::Rc;

use athplan::Compiled;
use athplan::bind::query::RelationId;
use athplan::constant::Value;
use athplan::expand::{DriverRow, Expansion, expand};
use athplan::partition::{KeySet, Rectangle};
use athplan::plan::{ForeachPlan, Rung};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;

use super::archive::{Archive, DECOY_REGION, Key, Layout, NAMES, REGIONS, Record};
use super::bench::{Bench, Options};
use super::calendar::{DAY, HOUR, iso, seconds};
use super::cell::{Cell, Row};
use super::choices::Choices;
use super::generate::{Kind, Making, Seen};
use super::model::{Body, Expr, From, Query, Select, Spec};
use super::property::{cases, hold};
use super::{naive, print};

type Case = (Vec<u32>, Vec<u32>);

fn generated() -> impl Strategy<Value = Case> {
    (vec(any::<u32>(), 0..300), vec(any::<u32>(), 0..60))
}

#[test]
fn a_scan_needs_the_partitions_in_which_a_record_can_lie_and_no_other() {
    hold(cases(3_000), &generated, &|| exact, &|case| format!("{case:?}"));
}

/// The columns of `keys` that conditions use.
const KEYS: [(&str, Kind); 4] =
    [("issued", Kind::Time), ("until", Kind::Time), ("who", Kind::Who), ("place", Kind::Region)];

fn exact((archive, query): &Case) -> Result<(), String> {
    let archive = Archive::generate(&mut Choices::new(archive));
    let mut choices = Choices::new(query);
    let correlated = !choices.once_in(3);
    let mut making = Making::new(&archive, &mut choices);
    let columns = KEYS.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
    let driver = Seen { alias: "k".to_owned(), columns };
    let (scan, conjuncts) = making.scan(if correlated { std::slice::from_ref(&driver) } else { &[] });
    let item = vec![(Expr::column(&scan.alias, "eventname"), "x".to_owned())];
    let from = vec![From::Named("logs".to_owned(), scan.alias.clone())];
    let parameters = std::mem::take(&mut making.spec.parameters);
    let mut query = Query::select(Select::new(item, from, conjuncts.clone()));
    if correlated {
        let keys = Select::new(Vec::new(), vec![From::Named("keys".to_owned(), "d".to_owned())], Vec::new());
        query = Query::of(Body::Foreach("k".to_owned(), Box::new(Query::select(keys)), Box::new(query)));
    }
    let spec = Spec { parameters, answers: vec![query], ..Spec::default() };
    let text = format!("{}{}", archive.declarations(true), print::spec(&spec));
    let bench = Bench::new();
    archive.write_files(&bench.files());
    if archive.layout == Layout::Found {
        archive.write(&bench.bucket());
    }
    let options = Options::new(archive.now()).with_parameters(&spec);
    let compiled = bench.compile(&text, &options).map_err(|failure| format!("{failure}\n{text}"))?;
    let found = if correlated { per_row(&compiled, &archive)? } else { constant(&compiled) };
    // A FOREACH that no driver row decides reads the same for any rows, and is not held up to count them.
    let by_row = compiled.plan.foreachs.values().any(ForeachPlan::suspended);
    let rows: Vec<Option<&Key>> = if by_row { archive.keys.iter().map(Some).collect() } else { vec![None] };
    let world = World { archive: &archive, alias: &scan.alias, conjuncts: &conjuncts };
    let expected: BTreeSet<Vec<String>> = rows.iter().flat_map(|row| world.needed(*row)).collect();
    let looked_at = world.all();
    let found: BTreeSet<Vec<String>> = found.into_iter().filter(|tuple| looked_at.contains(tuple)).collect();
    if found == expected {
        return Ok(());
    }
    let missing: Vec<_> = expected.difference(&found).collect();
    let needless: Vec<_> = found.difference(&expected).collect();
    Err(format!("{text}keys: {:?}\nmissing: {missing:?}\nneedless: {needless:?}", archive.keys))
}

/// What a scan in no FOREACH needs.
fn constant(compiled: &Compiled) -> BTreeSet<Vec<String>> {
    compiled.needs.values().flat_map(|need| need.set.tuples.iter().cloned()).collect()
}

/// What the rows of `keys` need together, each partition of it in one statement at most.
fn per_row(compiled: &Compiled, archive: &Archive) -> Result<BTreeSet<Vec<String>>, String> {
    let foreach = compiled.plan.foreachs.values().next().expect("the spec has a FOREACH");
    let time = |second: Option<i64>| second.map_or(Value::Null, |second| Value::varchar(iso(second)));
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::varchar);
    let value = |key: &Key, name: &str| match name {
        "issued" => time(key.issued),
        "until" => time(key.until),
        "who" => text(key.who),
        _ => text(key.place),
    };
    let row = |(at, key): (usize, &Key)| DriverRow {
        number: foreach.numbered.then(|| i64::try_from(at).expect("few rows") + 1),
        values: foreach.keys.iter().map(|at| value(key, &foreach.columns[*at].name)).collect(),
    };
    let rows: Vec<DriverRow> = archive.keys.iter().enumerate().map(row).collect();
    let rows = foreach.suspended().then_some(rows.as_slice());
    let expansion = expand(&compiled.plan, foreach, rows, &compiled.world).map_err(|error| error.to_string())?;
    if foreach.rung != Rung::Substituted {
        read_once(&expansion)?;
    }
    let needs = expansion.needs.values();
    Ok(needs.flat_map(|need| need.set.tuples.iter().cloned()).collect())
}

/// Law 3: the statements' partitions are those that are needed, each in one of them.
fn read_once(expansion: &Expansion) -> Result<(), String> {
    for (relation, need) in &expansion.needs {
        let lists: Vec<&Vec<Rectangle>> = expansion
            .portions
            .iter()
            .flat_map(|portion| &portion.parts)
            .filter_map(|part| part.scans.get(relation))
            .collect();
        for tuple in &need.set.tuples {
            let times = lists.iter().flat_map(|list| list.iter()).filter(|rectangle| holds(rectangle, tuple)).count();
            if times != 1 && !lists.is_empty() {
                return Err(format!("{} is read {times} times", tuple.join(" ")));
            }
        }
        let covered: usize = lists.iter().flat_map(|list| list.iter()).map(|rectangle| size(rectangle, need)).sum();
        if !lists.is_empty() && covered != need.set.tuples.len() {
            let RelationId(number) = relation;
            return Err(format!("scan {number} needs {} partitions and reads {covered}", need.set.tuples.len()));
        }
    }
    Ok(())
}

fn holds(rectangle: &Rectangle, tuple: &[String]) -> bool {
    rectangle.keys.iter().zip(tuple).all(|(set, value)| match set {
        KeySet::All => true,
        KeySet::Values(values) => values.contains(value),
    })
}

/// How many partitions a rectangle holds.
fn size(rectangle: &Rectangle, need: &athplan::expand::Need) -> usize {
    let counts = rectangle.keys.iter().zip(&need.set.domain).map(|(set, domain)| match set {
        KeySet::All => usize::try_from(domain.expect("a key with all its values has finitely many")).expect("few"),
        KeySet::Values(values) => values.len(),
    });
    counts.product()
}

/// All that there could be in the log.
struct World<'a> {
    archive: &'a Archive,
    alias: &'a str,
    conjuncts: &'a [Expr],
}

impl World<'_> {
    /// The partitions that are looked at: those of a few days around the archive's.
    fn all(&self) -> BTreeSet<Vec<String>> {
        let archive = self.archive;
        let listed: BTreeSet<Vec<String>> =
            archive.folders().into_iter().map(|(region, second)| archive.partition(region, second)).collect();
        let days = (-4..=12).map(|day| archive.start + day * DAY);
        let all = days.flat_map(|day| regions().map(move |region| archive.partition(region, day)));
        all.filter(|tuple| !archive.layout.is_hive() || listed.contains(tuple)).collect()
    }

    /// The partitions in which a record can lie that fits one driver row.
    fn needed(&self, key: Option<&Key>) -> BTreeSet<Vec<String>> {
        let archive = self.archive;
        let placing: Vec<Expr> = self.conjuncts.iter().map(|conjunct| placing(conjunct, true)).collect();
        let all = self.all();
        let tables = naive::Tables::default();
        let columns = Rc::new(archive.columns());
        let mut found = BTreeSet::new();
        let (key_columns, key_row) = (key_columns(), key_row(key));
        for time in self.instants(key) {
            for region in regions() {
                for delivered in [time, time + archive.slack] {
                    let record = Record { region, time: Some(time), delivered, name: NAMES[0], who: None, code: None };
                    let row = archive.row(&record);
                    let scope = [(self.alias, &columns, &row), ("k", &key_columns, &key_row)];
                    if placing.iter().all(|conjunct| tables.holds(conjunct, &scope) == Some(true)) {
                        found.insert(archive.partition(region, delivered));
                    }
                }
            }
        }
        found.intersection(&all).cloned().collect()
    }

    /// The instants next to which a condition can change its mind, and one of each day.
    fn instants(&self, key: Option<&Key>) -> BTreeSet<i64> {
        let mut named: BTreeSet<i64> = BTreeSet::new();
        let mut hours: BTreeSet<i64> = BTreeSet::from([0]);
        for conjunct in self.conjuncts {
            collect(conjunct, &mut named, &mut hours);
        }
        named.extend(key.into_iter().flat_map(|key| [key.issued, key.until]).flatten());
        let mut edges: BTreeSet<i64> =
            named.iter().flat_map(|at| hours.iter().map(move |hours| at + hours * HOUR)).collect();
        for unit in [HOUR, DAY] {
            edges.extend(named.iter().flat_map(|at| {
                let start = at - at.rem_euclid(unit);
                [start, start + unit]
            }));
        }
        let days = (-4..=12).map(|day| self.archive.start + day * DAY);
        edges.extend(days.flat_map(|day| [day, day - self.archive.slack]));
        edges.iter().flat_map(|at| [at - 1, *at, at + 1]).collect()
    }
}

/// Columns from which partitions follow.
const PLACED: [&str; 3] = ["eventtime", "region", "day"];

fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.into_iter().chain([DECOY_REGION])
}

/// What a condition says of time and place: every comparison that speaks of neither is taken to turn out
/// as it must for the whole to be TRUE, since which records there are is not known.
fn placing(condition: &Expr, wanted: bool) -> Expr {
    let each = |parts: &[Expr]| parts.iter().map(|part| placing(part, wanted)).collect();
    match condition {
        Expr::And(parts) => Expr::And(each(parts)),
        Expr::Or(parts) => Expr::Or(each(parts)),
        Expr::Not(inner) => Expr::Not(Box::new(placing(inner, !wanted))),
        comparison if speaks(comparison, &PLACED) => comparison.clone(),
        _ => Expr::Literal(Cell::Truth(wanted)),
    }
}

fn key_columns() -> Rc<Vec<String>> {
    Rc::new(KEYS.iter().map(|(name, _)| (*name).to_owned()).collect())
}

fn key_row(key: Option<&Key>) -> Row {
    let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
    match key {
        Some(key) => vec![
            text(key.issued.map(iso)),
            text(key.until.map(iso)),
            text(key.who.map(str::to_owned)),
            text(key.place.map(str::to_owned)),
        ],
        None => vec![Cell::Null; KEYS.len()],
    }
}

/// Whether an expression uses one of some columns of the log.
fn speaks(expr: &Expr, names: &[&str]) -> bool {
    let mut found = false;
    each(expr, &mut |expr| {
        if let Expr::Column(relation, name) = expr {
            found |= relation != "k" && names.contains(&name.as_str());
        }
    });
    found
}

/// The instants that constants name, and the hours that are added to one.
fn collect(expr: &Expr, named: &mut BTreeSet<i64>, hours: &mut BTreeSet<i64>) {
    let whole = |text: &str| {
        let whole = format!("{text}{}", "0000-00-00T00:00:00Z".get(text.len()..).unwrap_or_default());
        seconds(&whole.replace('/', "-"))
    };
    each(expr, &mut |expr| match expr {
        Expr::Literal(Cell::Text(text)) | Expr::Parameter(_, Cell::Text(text)) | Expr::StartsWith(_, text) => {
            named.extend(whole(text));
        }
        Expr::InParameter(_, _, list) => named.extend(list.iter().filter_map(|cell| match cell {
            Cell::Text(text) => whole(text),
            _ => None,
        })),
        Expr::Literal(Cell::Instant(second)) => {
            named.insert(*second);
        }
        Expr::Literal(Cell::Date(day)) => {
            named.insert(day * DAY);
        }
        Expr::Later(_, more) => {
            hours.insert(*more);
        }
        _ => {}
    });
}

/// Visits an expression and all its parts.
fn each(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    match expr {
        Expr::Column(..) | Expr::Literal(_) | Expr::Parameter(..) | Expr::Exists(..) | Expr::Scalar(_) => {}
        Expr::Compare(left, _, right) => [left, right].into_iter().for_each(|part| each(part, visit)),
        Expr::Between(parts) => parts.iter().for_each(|part| each(part, visit)),
        Expr::ThroughJson(text) => each(text, visit),
        Expr::Coalesce(parts) => parts.iter().for_each(|part| each(part, visit)),
        Expr::In(value, options, _) => {
            each(value, visit);
            options.iter().for_each(|part| each(part, visit));
        }
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| each(part, visit)),
        Expr::Not(part)
        | Expr::IsNull(part)
        | Expr::Instant(part)
        | Expr::Later(part, _)
        | Expr::Date(part)
        | Expr::Truncated(_, part)
        | Expr::Prefix(part, _)
        | Expr::StartsWith(part, _)
        | Expr::InQuery(part, ..)
        | Expr::InParameter(part, ..) => each(part, visit),
        Expr::Aggregate(_, part) => part.iter().for_each(|part| each(part, visit)),
        Expr::Window(_, partition, order) => partition.iter().chain(order).for_each(|part| each(part, visit)),
    }
}
