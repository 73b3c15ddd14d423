//! What `doctor --live` proves: the files, the forms with what each reads, and the comparison of what was announced
//! with what Athena says. Pure, so that it is tested without an account.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::session::Failure;
use crate::bind::{BindOptions, NoTables};
use crate::catalog::{Inventory, ListedFile};
use crate::constant::{Value, Zone};
use crate::cost::Price;
use crate::engine::athena::Finding;
use crate::engine::{EngineError, ErrorClass};
use crate::expand::World;
use crate::plan::Settings;
use crate::run::{Limits, Outcome, StatementReport};
use crate::source::Source;
use crate::types::Dialect;
use crate::{Compiled, compile, front};

/// The spec.
const SPEC: &str = include_str!("proof.sql");

/// What stands in it for the place of the files.
const PLACE: &str = "s3://athplan-doctor/";

/// The bytes of the first file; each is twice as long as the one before.
const UNIT: u64 = 8 << 10;

/// The folders of the files, in order.
const FOLDERS: [(&str, &str); 6] = [
    ("a", "2019-12-31"),
    ("a", "2020-01-01"),
    ("a", "2020-01-02"),
    ("b", "2019-12-31"),
    ("b", "2020-01-01"),
    ("b", "2020-01-02"),
];

/// The most statements that read, those included that are tried again.
pub const STATEMENTS: usize = 24;

/// A form in which predicates on partitions are written.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// What it is called.
    pub name: &'static str,
    /// The statement that has it, or all whose names begin so.
    pub statement: &'static str,
    /// The files that it reads, a bit for each.
    pub files: u64,
    /// Whether its one row is the sum over the files.
    pub is_sum: bool,
}

const fn form(name: &'static str, statement: &'static str, files: u64) -> Form {
    Form { name, statement, files, is_sum: true }
}

/// The forms, in the order of the spec. What a statement reads of rows that the run has stored is little beside a file.
pub const FORMS: &[Form] = &[
    Form { is_sum: false, ..form("CREATE TABLE AS over rectangles", "drivers", 0b10_0001) },
    Form { is_sum: false, ..form("UNLOAD for driver rows", "followed/", 0b10_0001) },
    form("equality", "answer", 0b00_0010),
    form("IN", "answer_2", 0b10_1101),
    form("BETWEEN", "answer_3", 0b01_1000),
    form("a window of time", "answer_4", 0b11_0110),
    form("an OR of rectangles", "answer_5", 0b10_0001),
    form("year, month and day", "answer_6", 0b00_0011),
    form("an injected key", "answer_7", 0b00_0100),
    form("an injected key, IN", "answer_8", 0b00_1001),
];

/// The query over what the driver rows found, and what it finds.
const FOLLOWED: (&str, i64) = ("answer_9", 0b10_0001);

/// The query with one value of each type.
const TYPES: &str = "answer_10";

/// The files, each with its location below a place.
pub fn files(place: &str) -> Vec<(String, Vec<u8>)> {
    let file = |(at, (region, day)): (usize, &(&str, &str))| {
        let n = 1_u64 << at;
        let row =
            |padding: &str| format!("{{\"eventtime\":\"{day}T12:00:00Z\",\"n\":{n},\"padding\":\"{padding}\"}}\n");
        let bytes = usize::try_from(UNIT * n).unwrap_or(usize::MAX);
        let row = row(&"x".repeat(bytes.saturating_sub(row("").len())));
        (format!("{place}{region}/{}/rows.json", day.replace('-', "/")), row.into_bytes())
    };
    FOLDERS.iter().enumerate().map(file).collect()
}

/// The bytes of some files.
fn bytes(files: u64) -> u64 {
    files * UNIT
}

/// What the proof may read, spend and submit, however it goes.
pub fn limits() -> Limits {
    let most = STATEMENTS as u64 * bytes((1 << FOLDERS.len()) - 1);
    let dollars = (0..STATEMENTS).map(|_| Price::default().statement(0)).sum();
    Limits { bytes: Some(most), dollars: Some(dollars), statements: Some(STATEMENTS) }
}

/// The spec over files that lie below a place, compiled with what is known of them.
///
/// # Errors
///
/// The place cannot stand in a spec.
pub fn compiled(place: &str, now: i64, slots: usize, places_tables: bool) -> Result<Compiled, Failure> {
    let text = SPEC.replace(PLACE, &place.replace('\'', "''"));
    let source = Arc::new(Source::new("doctor", text));
    let none = BTreeMap::new();
    let time = Value::TimestampWithTimeZone(i128::from(now) * 1_000_000_000_000, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::Athena, now: time, arguments: &none, catalog: &NoTables };
    let bound = front(&source, &options)?;
    let settings = Settings {
        now,
        slack: None,
        allow_full_scan: std::collections::BTreeSet::new(),
        merge: true,
        places_tables,
        add_partitions: false,
        replaces_tables: false,
    };
    let mut inventory = Inventory::default();
    for table in crate::scanned_tables(&bound) {
        let listed = files(place).into_iter().map(|(path, text)| ListedFile {
            path,
            bytes: u64::try_from(text.len()).unwrap_or(u64::MAX),
            archived: false,
        });
        inventory.merge(Inventory::from_listing(&table, listed, i128::from(now) * 1_000_000_000_000));
    }
    Ok(compile(bound, settings, World { inventory, files: BTreeMap::new(), slots })?)
}

/// What a run of the spec proves, and what it refutes.
pub fn findings(outcome: &Outcome) -> Vec<Finding> {
    let mut findings: Vec<Finding> = FORMS.iter().map(|form| read(*form, outcome)).collect();
    findings.push(match sum(outcome, FOLLOWED.0) {
        Some(sum) if sum == FOLLOWED.1 => Finding::ok("rows of driver rows", "each is there once"),
        sum => refuted("rows of driver rows", format!("the sum over them is {sum:?}, and should be {}", FOLLOWED.1)),
    });
    findings.push(types(outcome));
    findings
}

/// Whether a form read its partitions and no others, and found their rows.
fn read(form: Form, outcome: &Outcome) -> Finding {
    let is_of = |report: &&StatementReport| {
        let name = report.statement.0.as_str();
        let is_own = if form.statement.ends_with('/') {
            name.strip_prefix(form.statement).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        } else {
            name == form.statement
        };
        is_own && report.succeeded && report.reads
    };
    let actual: u64 = outcome.statements.iter().filter(is_of).map(|report| report.bytes).sum();
    let (announced, all) = (bytes(form.files), form.files.count_ones());
    if actual < announced || actual >= announced + UNIT / 2 {
        return refuted(
            form.name,
            format!("{actual} bytes were read where {announced} were announced ({all} of {} files)", FOLDERS.len()),
        );
    }
    let found = sum(outcome, form.statement);
    if form.is_sum && found.and_then(|sum| u64::try_from(sum).ok()) != Some(form.files) {
        return refuted(form.name, format!("the rows found sum up to {found:?}, and should to {}", form.files));
    }
    Finding::ok(form.name, format!("{all} of {} files were read, as announced", FOLDERS.len()))
}

/// The one number that a query gave.
fn sum(outcome: &Outcome, step: &str) -> Option<i64> {
    let (_, set) = outcome.answers.iter().find(|(name, _)| name == step)?;
    match set.rows.as_slice() {
        [row] => match row.as_slice() {
            [Value::Integer(sum)] => Some(*sum),
            _ => None,
        },
        _ => None,
    }
}

/// The engine has held each value's type against what it was bound to; that none is missing is seen here.
fn types(outcome: &Outcome) -> Finding {
    let row = outcome.answers.iter().find(|(name, _)| name == TYPES).and_then(|(_, set)| set.rows.first());
    match row {
        Some(row) if !row.is_empty() && row.iter().all(|value| *value != Value::Null) => {
            Finding::ok("types", format!("{} types are those that athplan gives them", row.len()))
        }
        _ => refuted("types", "a value of one type or another did not come back".to_owned()),
    }
}

/// What athplan relies on and Athena does not do.
pub fn refuted(name: &'static str, said: String) -> Finding {
    let help = "athplan's figures do not hold on this account: please report it with the workgroup's engine version";
    Finding::failed(name, EngineError::new(ErrorClass::Data, said).with_help(help))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FOLLOWED, FORMS, Form, TYPES, UNIT, bytes, compiled, files, findings, limits};
    use crate::constant::Value;
    use crate::emit::StatementId;
    use crate::engine::ResultSet;
    use crate::engine::athena::Verdict;
    use crate::run::{Outcome, StatementReport};

    /// What is announced is what the compiler's own plan needs.
    #[test]
    fn the_plan_announces_what_the_forms_say() {
        let place = "s3://b/doctor/";
        let Ok(compiled) = compiled(place, 1_700_000_000, 20, true) else { panic!("the spec is well formed") };
        let files = files(place);
        for form in FORMS.iter().filter(|form| !form.statement.ends_with('/')) {
            let scans = compiled.plan.scans.values();
            let scans = scans.filter(|scan| compiled.plan.step(scan.step).name == form.statement);
            let folders: BTreeSet<String> = scans
                .flat_map(|scan| {
                    let need = &compiled.needs[&scan.relation];
                    need.set.tuples.iter().map(|values| scan.table.partition_location(values)).collect::<Vec<_>>()
                })
                .collect();
            let needed =
                (0..).zip(&files).filter(|(_, (path, _))| folders.iter().any(|folder| path.starts_with(folder)));
            assert_eq!(needed.map(|(at, _)| 1_u64 << at).sum::<u64>(), form.files, "{}", form.name);
        }
    }

    /// An outcome as it should be, but for the bytes that the statements of each form read beside those announced.
    fn outcome(more: u64) -> Outcome {
        let reports = FORMS.iter().map(|form| StatementReport {
            statement: StatementId(form.statement.replace('/', "/1")),
            attempt: 1,
            succeeded: true,
            reads: true,
            planned: None,
            bytes: bytes(form.files) + more,
            milliseconds: 1,
        });
        let set = |row: Vec<Value>| ResultSet { columns: Vec::new(), rows: vec![row] };
        let sum = |form: &Form| (form.statement.to_owned(), set(vec![Value::Integer(form.files.cast_signed())]));
        let others = [(FOLLOWED.0, Value::Integer(FOLLOWED.1)), (TYPES, Value::Boolean(true))];
        let others = others.map(|(name, value)| (name.to_owned(), set(vec![value])));
        Outcome {
            run: "r1".to_owned(),
            answers: FORMS.iter().filter(|form| form.is_sum).map(sum).chain(others).collect(),
            kept: Vec::new(),
            statements: reports.collect(),
            expansions: Vec::new(),
            coverage: Vec::new(),
        }
    }

    #[test]
    fn a_file_too_many_refutes_and_stored_rows_do_not() {
        let failed = |outcome: &Outcome| {
            let failed = findings(outcome).into_iter().filter(|finding| finding.verdict == Verdict::Failed);
            failed.map(|finding| finding.name).collect::<Vec<_>>()
        };
        assert_eq!(failed(&outcome(0)), [""; 0]);
        assert_eq!(failed(&outcome(1_500)), [""; 0]);
        assert_eq!(failed(&outcome(UNIT)).len(), FORMS.len());
        let mut doubled = outcome(0);
        for (_, set) in &mut doubled.answers {
            set.rows = set.rows.iter().chain(&set.rows).cloned().collect();
        }
        assert_eq!(failed(&doubled).len(), FORMS.iter().filter(|form| form.is_sum).count() + 1);
        let mut silent = outcome(0);
        silent.answers.clear();
        assert!(failed(&silent).contains(&"types"));
    }

    #[test]
    fn sizes_tell_files_apart() {
        let sizes: Vec<u64> = files("s3://b/").iter().map(|(_, text)| text.len() as u64).collect();
        assert_eq!(sizes, [1, 2, 4, 8, 16, 32].map(|n| n * UNIT));
        let limits = limits();
        assert!(limits.dollars.is_some_and(|dollars| dollars < 0.01), "{limits:?}");
    }
}
