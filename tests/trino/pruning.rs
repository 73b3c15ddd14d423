//! The judge of pruning: the partitions, files and bytes that Trino reads for a statement are those that were announced.

use std::collections::{BTreeMap, BTreeSet};

use athplan::Compiled;
use athplan::emit::{driver_step, portion_id, rectangle_text, run_name};
use athplan::expand::{expand, step_reads};
use athplan::partition::Rectangle;
use athplan::plan::StepKind;
use athplan::run::Outcome;
use serde_json::Value as Json;

use super::client::Client;
use super::engine::Asked;
use super::tally::Tally;
use crate::laws::bench::RUN;
use crate::laws::explained::{driver_rows, token};
use crate::laws::recording::Submitted;

/// How what was read is held to what was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exactly {
    /// Text is read whole.
    Equal,
    /// Of a columnar file only some columns are read.
    AtMost,
}

/// Partitions that a scan was announced to read.
pub enum Announced {
    /// Nothing of the statement says which.
    Tuples(BTreeSet<Vec<String>>),
    /// The statement says which.
    Rectangles(Vec<Rectangle>),
}

impl Announced {
    fn holds(&self, values: &[String]) -> bool {
        match self {
            Announced::Tuples(tuples) => tuples.contains(values),
            Announced::Rectangles(rectangles) => rectangles.iter().any(|rectangle| rectangle.contains(values)),
        }
    }
}

/// By the token of each statement and by table: the partitions that its scans are to read.
pub type ByStatement = BTreeMap<String, BTreeMap<String, Vec<Announced>>>;

/// What the plan announces for the driver rows that came up.
pub fn announced(compiled: &Compiled, submitted: &[Submitted]) -> ByStatement {
    let mut found = ByStatement::new();
    let (plan, world) = (&compiled.plan, &compiled.world);
    for (at, step) in plan.steps.iter().enumerate() {
        let id = match &step.kind {
            StepKind::Materialise(..) | StepKind::Answer(_) => step.name.clone(),
            StepKind::Foreach(id, ..) => driver_step(&plan.foreachs[id]),
            _ => continue,
        };
        for relation in step_reads(plan, at).into_keys() {
            let Some(need) = compiled.needs.get(&relation) else { continue };
            let partitions = match compiled.rectangles.get(&relation) {
                Some(rectangles) => Announced::Rectangles(rectangles.clone()),
                None => Announced::Tuples(need.set.tuples.clone()),
            };
            found.entry(token(&id)).or_default().entry(need.table.clone()).or_default().push(partitions);
        }
    }
    let rows = driver_rows(compiled, submitted).expect("the rows were there");
    for foreach in plan.foreachs.values() {
        let rows = rows.get(&foreach.name).map(Vec::as_slice);
        let expansion = expand(plan, foreach, rows, world).expect("it was expanded before");
        for (portion, number) in expansion.portions.iter().zip(1..) {
            let tables = found.entry(token(&portion_id(foreach, number).0)).or_default();
            for part in &portion.parts {
                for need in expansion.needs.values() {
                    let partitions = match part.scans.get(&need.relation) {
                        Some(rectangles) => Announced::Rectangles(rectangles.clone()),
                        None => Announced::Tuples(need.set.tuples.clone()),
                    };
                    tables.entry(need.table.clone()).or_default().push(partitions);
                }
            }
        }
    }
    found
}

/// A run on Trino, to be held to what was announced.
pub struct Held<'r> {
    /// The spec.
    pub compiled: &'r Compiled,
    /// What the run came to.
    pub outcome: &'r Outcome,
    /// What Trino was asked.
    pub asked: &'r [Asked],
    /// What was announced.
    pub announced: &'r ByStatement,
    /// How strictly bytes are held.
    pub exactly: Exactly,
    /// What each byte of a file counts in the plan.
    pub bytes_a_byte: u64,
}

impl Held<'_> {
    /// Counts what was judged; what is wrong, in words.
    pub fn judge(&self) -> (Tally, Vec<String>) {
        let (mut tally, mut wrong) = (Tally::new("pruning"), Vec::new());
        for report in self.outcome.statements.iter().filter(|report| report.reads && report.succeeded) {
            let token = token(&report.statement.0);
            let one = self.asked.iter().find(|one| one.token == token).expect("it was submitted");
            let planned = report.planned.unwrap_or_default() / self.bytes_a_byte;
            let read = self.bytes(one);
            let exact = read == planned;
            // A side of a join without rows, or enough rows for a LIMIT, and the rest need not be read; nor need a scan
            // of which Trino finds beforehand that no row of it can count.
            let cut_short = one.sql.contains(" LIMIT ")
                || one.scans.iter().any(|scan| scan.rows == 0)
                || self.tables().iter().any(|table| is_left_out(one, table));
            if read > planned || (!exact && self.exactly == Exactly::Equal && !cut_short) {
                wrong.push(format!("{token} read {read} bytes, {planned} were announced\n{}", one.sql));
            }
            tally.add("bytes", usize::try_from(read).expect("few"));
            if self.exactly == Exactly::Equal {
                tally.add(if exact { "statements read as announced" } else { "statements cut short" }, 1);
            }
            for (table, partitions) in self.announced.get(&token).into_iter().flatten() {
                wrong.extend(self.partitions(one, table, partitions, &mut tally));
            }
        }
        (tally, wrong)
    }

    /// Tables over logs, by their names in statements.
    fn tables(&self) -> BTreeSet<String> {
        self.announced.values().flat_map(BTreeMap::keys).map(|table| in_statements(table)).collect()
    }

    /// What a statement read of tables over logs; what it read of the run's own tables, nobody knows before.
    fn bytes(&self, one: &Asked) -> u64 {
        let tables = self.tables();
        one.scans.iter().filter(|scan| tables.contains(&scan.table)).map(|scan| scan.bytes).sum()
    }

    fn partitions(&self, one: &Asked, table: &str, announced: &[Announced], tally: &mut Tally) -> Vec<String> {
        let own = in_statements(table);
        let scans: Vec<_> = one.scans.iter().filter(|scan| scan.table == own).collect();
        let theirs: BTreeSet<&Vec<String>> = scans.iter().flat_map(|scan| &scan.partitions).collect();
        tally.add("partitions", theirs.len());
        let is_announced = |values: &[String]| announced.iter().any(|one| one.holds(values));
        let mut wrong = Vec::new();
        if let Some(more) = theirs.iter().find(|values| !is_announced(values)) {
            wrong.push(format!("{} reads {more:?} of {table}, which is not announced\n{}", one.token, one.sql));
        }
        let listed = self.compiled.world.inventory.table(table).into_iter().flat_map(|listed| &listed.partitions);
        let mut with_files = listed.map(|partition| &partition.values).filter(|values| !values.is_empty());
        // Of a scan without predicates on keys Trino lists no partitions: its bytes tell.
        let is_whole = scans.iter().any(|scan| scan.partitions.is_empty());
        if let Some(less) = with_files.find(|values| is_announced(values) && !theirs.contains(values))
            && !is_whole
            && !is_left_out(one, &own)
        {
            wrong.push(format!("{} leaves out {less:?} of {table}, which is announced\n{}", one.token, one.sql));
        }
        wrong
    }
}

/// Whether Trino has planned fewer scans of a table than the statement's text has.
fn is_left_out(one: &Asked, table: &str) -> bool {
    one.scans.iter().filter(|scan| scan.table == table).count() < one.sql.matches(table).count()
}

/// The name of a declared table in statements.
fn in_statements(table: &str) -> String {
    format!("{}__{RUN}", run_name(table))
}

/// Asks Trino for the files in what each statement's own predicates leave of a table: all of them, and no others, lie in
/// announced partitions. `client` knows the tables by their plain names.
pub fn paths(compiled: &Compiled, announced: &ByStatement, client: &Client) -> (Tally, Vec<String>) {
    let (mut tally, mut wrong) = (Tally::new("paths"), Vec::new());
    let mut files: BTreeMap<&str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (token, table, partitions) in
        announced.iter().flat_map(|(token, tables)| tables.iter().map(move |(table, list)| (token, table, list)))
    {
        let scan = compiled.plan.scans.values().find(|scan| scan.table.name == *table).expect("a scan of the table");
        let keys: Vec<String> = scan.table.partition_keys.iter().map(|key| format!("\"{}\"", key.name)).collect();
        let rectangles = partitions.iter().filter_map(|one| match one {
            Announced::Rectangles(rectangles) => Some(rectangles),
            Announced::Tuples(_) => None,
        });
        let texts: Vec<String> =
            rectangles.flatten().map(|one| rectangle_text(&compiled.plan, &scan.table, one)).collect();
        let is_said = partitions.iter().all(|one| matches!(one, Announced::Rectangles(_)));
        if keys.is_empty() || !is_said || texts.is_empty() || texts.iter().any(String::is_empty) {
            continue;
        }
        let ask = |list: &str, filter: &str| {
            let sql = format!("SELECT DISTINCT \"$path\"{list} FROM {table}{filter}");
            let answer = client.run(&sql).unwrap_or_else(|refusal| panic!("{refusal}\n{sql}"));
            let text = |value: &Json| value.as_str().expect("paths and keys are texts").to_owned();
            answer.rows.into_iter().map(move |row| (text(&row[0]), row[1..].iter().map(text).collect::<Vec<_>>()))
        };
        let all = files.entry(table).or_insert_with(|| ask(&format!(", {}", keys.join(", ")), "").collect());
        let expected: BTreeSet<&String> = all
            .iter()
            .filter(|(_, values)| partitions.iter().any(|one| one.holds(values)))
            .map(|(path, _)| path)
            .collect();
        let found: BTreeSet<String> =
            ask("", &format!(" WHERE ({})", texts.join(") OR ("))).map(|(path, _)| path).collect();
        tally.add("files", found.len());
        if !found.iter().eq(expected) {
            wrong.push(format!("{token}: other files of {table} than those in announced partitions: {found:?}"));
        }
    }
    (tally, wrong)
}
