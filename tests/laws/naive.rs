//! The oracle: nested loops over rows. It shares no code with the planner, the binder, the evaluator
//! or the engine, and it reads no partition: every table is all of its rows.

mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::cell::{Cell, Row, Truth};
use super::model::{Body, Expr, From, Join, Query, Select, Set, Spec, Window};

/// A table's rows under its columns' names.
#[derive(Debug, Clone, Default)]
pub struct Relation {
    /// The names.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// All that names stand for.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Tables and steps.
    pub relations: BTreeMap<String, Rc<Relation>>,
    /// Views.
    pub views: BTreeMap<String, Query>,
}

/// A relation's row under its alias.
#[derive(Debug, Clone)]
struct Bound {
    alias: String,
    columns: Rc<Vec<String>>,
    row: Row,
}

/// The rows that one row of FROM consists of.
type Frame = Vec<Bound>;

/// The names that are visible at some place.
struct Scope<'a> {
    outer: Option<&'a Scope<'a>>,
    frame: &'a Frame,
    with: BTreeMap<String, Rc<Relation>>,
}

impl Scope<'_> {
    fn column(&self, relation: &str, column: &str) -> Cell {
        let found = self.frame.iter().find(|bound| bound.alias == relation);
        match (found, self.outer) {
            (Some(bound), _) => {
                let at = bound.columns.iter().position(|name| name == column);
                bound.row[at.unwrap_or_else(|| panic!("{relation} has no column {column}"))].clone()
            }
            (None, Some(outer)) => outer.column(relation, column),
            (None, None) => panic!("{relation}.{column} is not visible"),
        }
    }

    fn with(&self, name: &str) -> Option<Rc<Relation>> {
        self.with.get(name).cloned().or_else(|| self.outer?.with(name))
    }
}

/// The rows of every answer of a spec.
pub fn answers(tables: &Tables, spec: &Spec) -> Vec<Relation> {
    let mut tables = tables.clone();
    tables.views.extend(spec.views.iter().cloned());
    for (name, query, _) in &spec.steps {
        let rows = tables.query(query);
        tables.relations.insert(name.clone(), Rc::new(rows));
    }
    spec.answers.iter().map(|query| tables.query(query)).collect()
}

impl Tables {
    /// The rows of a query.
    pub fn query(&self, query: &Query) -> Relation {
        self.evaluate(query, &Scope { outer: None, frame: &Vec::new(), with: BTreeMap::new() })
    }

    /// Whether a condition holds of rows of some relations: alias, columns, values.
    pub fn holds(&self, condition: &Expr, rows: &[(&str, &Rc<Vec<String>>, &Row)]) -> Truth {
        let bound = |(alias, columns, row): &(&str, &Rc<Vec<String>>, &Row)| Bound {
            alias: (*alias).to_owned(),
            columns: Rc::clone(columns),
            row: (*row).clone(),
        };
        let frame = rows.iter().map(bound).collect();
        self.value(condition, &Scope { outer: None, frame: &frame, with: BTreeMap::new() }, None).truth()
    }

    fn evaluate(&self, query: &Query, scope: &Scope<'_>) -> Relation {
        let none = Vec::new();
        let mut inner = Scope { outer: Some(scope), frame: &none, with: BTreeMap::new() };
        for (name, part) in &query.with {
            let rows = self.evaluate(part, &inner);
            inner.with.insert(name.clone(), Rc::new(rows));
        }
        let mut found = match &query.body {
            Body::Select(select) => self.select(select, &inner),
            Body::Set(operation, left, right, keep_all) => {
                let (left, right) = (self.evaluate(left, &inner), self.evaluate(right, &inner));
                let rows = combined(*operation, left.rows, right.rows, *keep_all);
                Relation { columns: left.columns, rows }
            }
            Body::Foreach(row, driver, body) => {
                let driver = self.evaluate(driver, &inner);
                let columns = Rc::new(driver.columns);
                let mut rows = Vec::new();
                for values in driver.rows {
                    let frame = vec![Bound { alias: row.clone(), columns: Rc::clone(&columns), row: values }];
                    let scope = Scope { outer: Some(&inner), frame: &frame, with: BTreeMap::new() };
                    rows.extend(self.evaluate(body, &scope).rows);
                }
                Relation { columns: self.names(body, &inner), rows }
            }
            Body::Values(names, rows) => Relation { columns: names.clone(), rows: rows.clone() },
        };
        found.rows.sort_by(|left, right| {
            let each = query.order.iter().map(|(at, descends)| {
                let (left, right) = (&left[at - 1], &right[at - 1]);
                match (left.compare(right), descends) {
                    (None, _) => left.cmp(right),
                    (Some(order), true) => order.reverse(),
                    (Some(order), false) => order,
                }
            });
            each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        found.rows = found.rows.into_iter().skip(query.offset).take(query.limit.unwrap_or(usize::MAX)).collect();
        found
    }

    fn select(&self, select: &Select, scope: &Scope<'_>) -> Relation {
        let mut frames: Vec<Frame> = vec![Vec::new()];
        for item in &select.from {
            let right = self.from(item, scope);
            frames = frames
                .iter()
                .flat_map(|left| right.iter().map(move |right| left.iter().chain(right).cloned().collect()))
                .collect();
        }
        frames.retain(|frame| self.all_hold(&select.filter, frame, scope));
        let numbers = self.windows(select, &frames, scope);
        let mut rows: Vec<Row> = Vec::new();
        match &select.group {
            None => {
                for (at, frame) in frames.iter().enumerate() {
                    let inner = Scope { outer: Some(scope), frame, with: BTreeMap::new() };
                    if select.items.is_empty() {
                        rows.push(frame.iter().flat_map(|bound| bound.row.iter().cloned()).collect());
                        continue;
                    }
                    let item = |position: usize, expr: &Expr| match numbers.get(&position) {
                        Some(numbers) => Cell::Number(numbers[at]),
                        None => self.value(expr, &inner, None),
                    };
                    rows.push(select.items.iter().enumerate().map(|(at, (expr, _))| item(at, expr)).collect());
                }
            }
            Some(keys) => {
                for group in self.groups(keys, frames, scope) {
                    let none = Vec::new();
                    let first = group.first().unwrap_or(&none);
                    let inner = Scope { outer: Some(scope), frame: first, with: BTreeMap::new() };
                    let kept = |having: &Expr| self.value(having, &inner, Some(&group)).truth() == Some(true);
                    if select.having.as_ref().is_none_or(kept) {
                        let items = select.items.iter().map(|(expr, _)| self.value(expr, &inner, Some(&group)));
                        rows.push(items.collect());
                    }
                }
            }
        }
        if select.distinct {
            rows = distinct(rows);
        }
        Relation { columns: self.select_names(select, scope), rows }
    }

    fn groups(&self, keys: &[Expr], frames: Vec<Frame>, scope: &Scope<'_>) -> Vec<Vec<Frame>> {
        if keys.is_empty() {
            return vec![frames];
        }
        let mut groups: BTreeMap<Row, Vec<Frame>> = BTreeMap::new();
        for frame in frames {
            let inner = Scope { outer: Some(scope), frame: &frame, with: BTreeMap::new() };
            let key = keys.iter().map(|key| self.value(key, &inner, None)).collect();
            groups.entry(key).or_default().push(frame);
        }
        groups.into_values().collect()
    }

    /// For each item that is a window function: its value for each row.
    fn windows(&self, select: &Select, frames: &[Frame], scope: &Scope<'_>) -> BTreeMap<usize, Vec<i64>> {
        let mut found = BTreeMap::new();
        for (position, (expr, _)) in select.items.iter().enumerate() {
            let Expr::Window(function, partition, order) = expr else { continue };
            let keyed: Vec<(Row, Row)> = frames
                .iter()
                .map(|frame| {
                    let inner = Scope { outer: Some(scope), frame, with: BTreeMap::new() };
                    let values = |list: &[Expr]| list.iter().map(|expr| self.value(expr, &inner, None)).collect();
                    (values(partition), values(order))
                })
                .collect();
            let number = |at: usize| {
                let (partition, order) = &keyed[at];
                let peers = keyed.iter().enumerate().filter(|(_, (its_partition, _))| its_partition == partition);
                let counted = peers.filter(|(other, (_, its_order))| match function {
                    Window::RowNumber => its_order < order || (its_order == order && *other <= at),
                    Window::Rank => its_order < order || *other == at,
                    Window::Count => true,
                });
                i64::try_from(counted.count()).expect("few rows")
            };
            found.insert(position, (0..frames.len()).map(number).collect());
        }
        found
    }

    fn all_hold(&self, conditions: &[Expr], frame: &Frame, scope: &Scope<'_>) -> bool {
        let inner = Scope { outer: Some(scope), frame, with: BTreeMap::new() };
        conditions.iter().all(|condition| self.value(condition, &inner, None).truth() == Some(true))
    }

    fn from(&self, from: &From, scope: &Scope<'_>) -> Vec<Frame> {
        let bind = |alias: &str, relation: &Relation| {
            let columns = Rc::new(relation.columns.clone());
            let bound =
                |row: &Row| vec![Bound { alias: alias.to_owned(), columns: Rc::clone(&columns), row: row.clone() }];
            relation.rows.iter().map(bound).collect::<Vec<Frame>>()
        };
        match from {
            From::Named(name, alias) => bind(alias, &self.named(name, scope)),
            From::Query(query, alias) => bind(alias, &self.evaluate(query, scope)),
            From::Join(left, kind, right, on) => {
                let (left_rows, right_rows) = (self.from(left, scope), self.from(right, scope));
                let mut matched = vec![false; right_rows.len()];
                let mut found = Vec::new();
                for one in &left_rows {
                    let before = found.len();
                    for (other, matched) in right_rows.iter().zip(&mut matched) {
                        let frame: Frame = one.iter().chain(other).cloned().collect();
                        if self.all_hold(on, &frame, scope) {
                            *matched = true;
                            found.push(frame);
                        }
                    }
                    if found.len() == before && matches!(kind, Join::Left | Join::Full) {
                        found.push(one.iter().cloned().chain(self.nulls(right, scope)).collect());
                    }
                }
                if matches!(kind, Join::Right | Join::Full) {
                    let unmatched = right_rows.iter().zip(&matched).filter(|(_, matched)| !**matched);
                    let nulls = self.nulls(left, scope);
                    found.extend(unmatched.map(|(other, _)| nulls.iter().chain(other).cloned().collect::<Frame>()));
                }
                found
            }
            From::Lateral(left, query, alias, outer) => {
                let mut found = Vec::new();
                for one in self.from(left, scope) {
                    let inner = Scope { outer: Some(scope), frame: &one, with: BTreeMap::new() };
                    let relation = self.evaluate(query, &inner);
                    let rows = bind(alias, &relation);
                    if rows.is_empty() && *outer {
                        let columns = Rc::new(relation.columns.clone());
                        let row = vec![Cell::Null; columns.len()];
                        let null = Bound { alias: alias.clone(), columns, row };
                        found.push(one.iter().cloned().chain([null]).collect());
                    }
                    found.extend(rows.into_iter().map(|row| one.iter().cloned().chain(row).collect::<Frame>()));
                }
                found
            }
        }
    }

    /// The relations of an item of FROM as one row of NULLs.
    fn nulls(&self, from: &From, scope: &Scope<'_>) -> Frame {
        let shape = self.shape(from, scope).into_iter();
        shape
            .map(|(alias, names)| Bound { alias, row: vec![Cell::Null; names.len()], columns: Rc::new(names) })
            .collect()
    }

    fn shape(&self, from: &From, scope: &Scope<'_>) -> Vec<(String, Vec<String>)> {
        match from {
            From::Named(name, alias) => vec![(alias.clone(), self.named(name, scope).columns.clone())],
            From::Query(query, alias) => vec![(alias.clone(), self.names(query, scope))],
            From::Join(left, _, right, _) => {
                self.shape(left, scope).into_iter().chain(self.shape(right, scope)).collect()
            }
            From::Lateral(left, query, alias, _) => {
                self.shape(left, scope).into_iter().chain([(alias.clone(), self.names(query, scope))]).collect()
            }
        }
    }

    fn named(&self, name: &str, scope: &Scope<'_>) -> Rc<Relation> {
        if let Some(relation) = scope.with(name).or_else(|| self.relations.get(name).cloned()) {
            return relation;
        }
        let view = self.views.get(name).unwrap_or_else(|| panic!("nothing is named {name}"));
        Rc::new(self.query(view))
    }

    fn names(&self, query: &Query, scope: &Scope<'_>) -> Vec<String> {
        match &query.body {
            Body::Select(select) => self.select_names(select, scope),
            Body::Set(_, left, ..) => self.names(left, scope),
            Body::Foreach(_, _, body) => self.names(body, scope),
            Body::Values(names, _) => names.clone(),
        }
    }

    fn select_names(&self, select: &Select, scope: &Scope<'_>) -> Vec<String> {
        if select.items.is_empty() {
            let shapes = select.from.iter().flat_map(|from| self.shape(from, scope));
            return shapes.flat_map(|(_, names)| names).collect();
        }
        select.items.iter().map(|(_, name)| name.clone()).collect()
    }
}

fn distinct(rows: Vec<Row>) -> Vec<Row> {
    rows.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The rows of a set operation; with `keep_all`, each as often as the operation says.
fn combined(operation: Set, left: Vec<Row>, right: Vec<Row>, keep_all: bool) -> Vec<Row> {
    let mut others: BTreeMap<Row, usize> = BTreeMap::new();
    let rows: Vec<Row> = match operation {
        Set::Union => left.into_iter().chain(right).collect(),
        Set::Intersect | Set::Except => {
            for row in right {
                *others.entry(row).or_default() += 1;
            }
            let mut is_there = |row: &Row| match others.get_mut(row) {
                Some(count) if *count > 0 => {
                    // Of distinct rows each stands for all that are like it.
                    *count -= usize::from(keep_all);
                    true
                }
                _ => false,
            };
            left.into_iter().filter(|row| is_there(row) == (operation == Set::Intersect)).collect()
        }
    };
    if keep_all { rows } else { distinct(rows) }
}
