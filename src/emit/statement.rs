//! The statements of each kind of step, in Athena's two grammars: Trino for queries, CTAS and
//! UNLOAD, Hive for DDL.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::foreach::{Portion, driver_query, keys_query, portion_query};
use super::name::{driver_name, driver_table, run_name, table_name};
use super::sql::{Sql, Symbol};
use super::storage::write_visible;
use crate::bind::query::{Query, RelationId};
use crate::catalog::{
    DdlError, Inventory, Layout, Origin, PartitionEntry, Table, TableInventory, add_partition_statements,
    create_statement, hive_name,
};
use crate::partition::Rectangle;
use crate::plan::{DriverColumn, ForeachPlan, Lifetime, Plan, ROW_NUMBER, StepKind, stored_columns};
use crate::types::Type;

/// The longest text Athena takes, in bytes
/// (<https://docs.aws.amazon.com/athena/latest/ug/service-limits.html>).
pub const TEXT_LIMIT: usize = 262_144;

/// What a query may take of it: the rest is for the words around it and the names that a run puts in.
pub const TEXT_ROOM: usize = TEXT_LIMIT - 4096;

/// The partition key that tells the statements of a FOREACH's result apart.
pub const STATEMENT_KEY: &str = "athplan_statement";

/// A statement's name: its step, and what it does in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatementId(pub String);

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Its name.
    pub id: StatementId,
    /// What it is for.
    pub purpose: Purpose,
    /// Its text.
    pub sql: Sql,
    /// The types of the rows that it yields, as they were bound; none if it yields none.
    pub columns: Vec<Type>,
}

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Purpose {
    /// Creates a declared table, or registers partitions of it.
    Define,
    /// Stores rows.
    Store,
    /// Reads the driver columns that decide partitions.
    Keys,
    /// Makes the stored rows of a FOREACH's statements one table.
    Register,
    /// Yields the answer.
    Answer,
    /// Drops a table that is private to the run.
    Drop,
}

impl Purpose {
    /// Whether statements of this purpose run a query, which is what an engine bills; the others define,
    /// register and drop.
    pub fn reads(self) -> bool {
        match self {
            Purpose::Store | Purpose::Keys | Purpose::Answer => true,
            Purpose::Define | Purpose::Register | Purpose::Drop => false,
        }
    }
}

fn statement(id: impl Into<String>, purpose: Purpose, sql: Sql) -> Statement {
    Statement { id: StatementId(id.into()), purpose, sql, columns: Vec::new() }
}

fn yielding(statement: Statement, columns: impl IntoIterator<Item = Type>) -> Statement {
    Statement { columns: columns.into_iter().collect(), ..statement }
}

/// Creates a declared table under its run's name. A table of Hive folders that registers none of
/// them by name gets those that the listing found.
pub fn define(plan: &Plan, table: &Table, inventory: &Inventory) -> Vec<Statement> {
    let mut statements = vec![statement(table.name.clone(), Purpose::Define, named(plan, table))];
    if let Layout::Registered(entries) = &table.layout {
        let by_name = !entries.is_empty() || plan.registers(table);
        let listed = inventory.table(&table.name).filter(|_| !by_name).map(TableInventory::entries);
        statements.extend(add_partitions(plan, &table.name, table, listed.as_ref().unwrap_or(entries)));
    }
    statements
}

/// Registers partitions of a table, in a step of its own or in the one that declares it.
pub fn add_partitions(plan: &Plan, step: &str, table: &Table, entries: &[PartitionEntry]) -> Vec<Statement> {
    add_partition_statements(table, PLACE, entries, TEXT_LIMIT - 1024)
        .expect(PRINTABLE)
        .into_iter()
        .enumerate()
        .map(|(at, text)| {
            let id = format!("{step}/partitions {}", at + 1);
            statement(id, Purpose::Define, place(plan, table, &text))
        })
        .collect()
}

/// What stands for the table's name until it is put in as symbols.
const PLACE: &str = "athplan_table_name";

/// Why the printers of Hive DDL cannot fail here: planning tries every declared table first.
const PRINTABLE: &str = "planning refuses tables that cannot be written as Hive DDL";

fn named(plan: &Plan, table: &Table) -> Sql {
    place(plan, table, &create_statement(table, PLACE).expect(PRINTABLE))
}

/// Whether a declared table, with these partitions, can be written as Hive DDL.
///
/// # Errors
///
/// What cannot be written.
pub fn printable(table: &Table, entries: &[PartitionEntry]) -> Result<(), DdlError> {
    create_statement(table, PLACE)?;
    add_partition_statements(table, PLACE, entries, TEXT_LIMIT - 1024)?;
    Ok(())
}

/// The printer puts the name first, so its first occurrence is the one to replace.
fn place(plan: &Plan, table: &Table, text: &str) -> Sql {
    let (before, after) = text.split_once(PLACE).unwrap_or((text, ""));
    let before = before.strip_suffix('`').unwrap_or(before);
    let after = after.strip_prefix('`').unwrap_or(after);
    let mut sql = Sql::text(before);
    if table.origin == Origin::Existing {
        sql.push(hive_name(&table.name)).push(after);
    } else {
        sql.append(&table_name(plan, table)).push(after);
    }
    sql
}

/// Creates the table of a local file, whose rows have been put under the run's output as line JSON.
pub fn define_file(plan: &Plan, table: &Table) -> Statement {
    let mut sql = Sql::text("CREATE EXTERNAL TABLE ");
    sql.append(&table_name(plan, table)).push(" (\n").push(hive_columns(&columns_of(table))).push("\n)\n");
    sql.push("ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION '");
    sql.append(&file_location(table)).push("'");
    statement(table.name.clone(), Purpose::Define, sql)
}

/// Where the rows of a local file are put.
pub fn file_location(table: &Table) -> Sql {
    let mut location = Sql::default();
    location.symbol(Symbol::Output).push("files/").symbol(Symbol::Run).push(format!("/{}/", run_name(&table.name)));
    location
}

/// Stores a query's rows as a table: one statement, or two where no table may be placed.
pub fn store(
    plan: &Plan,
    step: usize,
    table: &Table,
    query: &Query,
    lifetime: Lifetime,
    scans: &BTreeMap<RelationId, Vec<Rectangle>>,
) -> Vec<Statement> {
    let context = Context::for_step(plan, step, scans);
    let mut written = context.query(query);
    let columns: Vec<(String, Type)> =
        query.columns.iter().map(|column| (column.name.clone().unwrap_or_default(), column.ty.clone())).collect();
    let kept: Vec<Type> = table.columns.iter().map(|column| column.ty.clone()).collect();
    if !columns.iter().map(|(_, ty)| ty).eq(&kept) {
        let names: Vec<String> = columns.iter().map(|(name, _)| super::literal::identifier(name)).collect();
        let mut whole = Sql::text(format!("SELECT {}\nFROM (\n", write_visible(&columns, &kept, "q").join(", ")));
        whole.append(&written).push(format!("\n) AS q ({})", names.join(", ")));
        written = whole;
    }
    let name = table_name(plan, table);
    let replaces = plan.settings.replaces_tables && lifetime == Lifetime::Kept;
    stored_rows(plan, &table.name, &name, &table_location(table, lifetime), &columns_of(table), &written, replaces)
}

/// Stores rows as a table at a location. Where CREATE TABLE AS may not name the location (a workgroup
/// that enforces its own fails such a statement), or where another table is to be there until the rows are,
/// UNLOAD writes the rows there and a table is made over them.
fn stored_rows(
    plan: &Plan,
    id: &str,
    name: &Sql,
    location: &Sql,
    columns: &[(String, Type)],
    query: &Sql,
    replaces: bool,
) -> Vec<Statement> {
    if plan.settings.places_tables && !replaces {
        let mut sql = Sql::text("CREATE TABLE ");
        sql.append(name).push("\nWITH (format = 'PARQUET', external_location = '").append(location);
        sql.push("')\nAS ").append(query);
        return vec![statement(id, Purpose::Store, sql)];
    }
    let mut create = Sql::text("CREATE EXTERNAL TABLE ");
    create.append(name).push(" (\n").push(hive_columns(columns)).push("\n)\nSTORED AS PARQUET\nLOCATION '");
    create.append(location).push("'");
    let mut statements = vec![statement(id, Purpose::Store, unload(query, location))];
    statements.extend(replaces.then(|| replaced(id, name)));
    statements.push(statement(format!("{id}/table"), Purpose::Register, create));
    statements
}

/// Drops the table whose place another is about to take.
fn replaced(id: &str, name: &Sql) -> Statement {
    let mut sql = Sql::text("DROP TABLE IF EXISTS ");
    sql.append(name);
    statement(format!("{id}/replaced"), Purpose::Drop, sql)
}

fn unload(query: &Sql, location: &Sql) -> Sql {
    let mut sql = Sql::text("UNLOAD (\n");
    sql.append(query).push("\n) TO '").append(location).push("' WITH (format = 'PARQUET')");
    sql
}

/// Where a step's rows lie: a kept table's under its own name, a private one's under the run.
fn table_location(table: &Table, lifetime: Lifetime) -> Sql {
    only_attempt(stored_folder(&run_name(&table.name), lifetime))
}

/// The folder of the only statement's attempt in that of a table.
fn only_attempt(mut folder: Sql) -> Sql {
    folder.symbol(Symbol::Attempt(0)).push("/");
    folder
}

/// The folder in which all attempts at a table's rows lie.
fn stored_folder(name: &str, lifetime: Lifetime) -> Sql {
    let mut folder = Sql::default();
    folder.symbol(Symbol::Output);
    match lifetime {
        Lifetime::Kept => folder.push(format!("tables/{name}/")).symbol(Symbol::Run),
        Lifetime::Run => folder.push("steps/").symbol(Symbol::Run).push(format!("/{name}")),
    };
    folder.push("/");
    folder
}

/// The table that a step stores: its name in statements, and the folder in which its rows lie.
pub fn stored_table(plan: &Plan, step: usize) -> Option<(Sql, Sql)> {
    match &plan.step(step).kind {
        StepKind::File(table, _) => Some((table_name(plan, table), file_location(table))),
        StepKind::Materialise(table, _, lifetime) | StepKind::Foreach(_, table, lifetime) => {
            Some((table_name(plan, table), stored_folder(&run_name(&table.name), *lifetime)))
        }
        StepKind::Declare(_) | StepKind::AddPartitions(..) | StepKind::Answer(_) => None,
    }
}

/// The folder in which the rows of a stored driver lie.
pub fn driver_folder(foreach: &ForeachPlan) -> Sql {
    stored_folder(&driver_name(foreach), Lifetime::Run)
}

/// What a FOREACH does before its statements are known: it stores the driver, in one statement or two,
/// and reads the columns that decide partitions.
pub fn foreach_head(
    plan: &Plan,
    foreach: &ForeachPlan,
    driver_scans: &BTreeMap<RelationId, Vec<Rectangle>>,
) -> (Vec<Statement>, Option<Statement>) {
    let mut store = Vec::new();
    if foreach.stored {
        let location = only_attempt(driver_folder(foreach));
        let query = driver_query(plan, foreach, driver_scans);
        let id = driver_step(foreach);
        let columns = stored_driver_columns(foreach);
        store = stored_rows(plan, &id, &driver_table(foreach), &location, &columns, &query, false);
    }
    let keys = foreach.suspended().then(|| {
        let numbered = foreach.numbered.then_some(Type::BigInt);
        let keys = foreach.keys.iter().map(|at| foreach.columns[*at].ty.clone());
        let keys_statement = statement(format!("{}/keys", foreach.name), Purpose::Keys, keys_query(plan, foreach));
        yielding(keys_statement, numbered.into_iter().chain(keys))
    });
    (store, keys)
}

/// The columns of a driver's table: those that keep its own, behind the row's number.
fn stored_driver_columns(foreach: &ForeachPlan) -> Vec<(String, Type)> {
    let kept = |column: &DriverColumn| stored_columns(&column.name, &column.ty).unwrap_or_default();
    let number = (ROW_NUMBER.to_owned(), Type::BigInt);
    std::iter::once(number).chain(foreach.columns.iter().flat_map(kept)).collect()
}

/// One statement of a FOREACH: its rows are unloaded to a prefix of their own.
pub fn foreach_portion(
    plan: &Plan,
    foreach: &ForeachPlan,
    lifetime: Lifetime,
    number: usize,
    portion: &Portion,
) -> Statement {
    let sql = unload(&portion_query(plan, foreach, portion), &portion_location(foreach, lifetime, number));
    portion_statement(foreach, number, sql)
}

/// A statement of a FOREACH whose text is known already.
pub fn portion_statement(foreach: &ForeachPlan, number: usize, sql: Sql) -> Statement {
    statement(portion_id(foreach, number).0, Purpose::Store, sql)
}

/// The name of a statement of a FOREACH.
pub fn portion_id(foreach: &ForeachPlan, number: usize) -> StatementId {
    StatementId(format!("{}/{number}", foreach.name))
}

/// The number of a statement by its name, if it is one of the FOREACH whose table has this name; what stores the
/// driver and what makes the rows a table is none.
pub fn portion_number(foreach: &str, statement: &StatementId) -> Option<usize> {
    statement.0.strip_prefix(foreach)?.strip_prefix('/')?.parse().ok()
}

fn portion_location(foreach: &ForeachPlan, lifetime: Lifetime, number: usize) -> Sql {
    let mut location = stored_folder(&run_name(&foreach.name), lifetime);
    location.push(format!("{number}/")).symbol(Symbol::Attempt(number)).push("/");
    location
}

/// Makes the rows of a FOREACH's statements one table: only the prefix of the attempt that
/// succeeded is registered.
pub fn foreach_tail(
    plan: &Plan,
    foreach: &ForeachPlan,
    table: &Table,
    lifetime: Lifetime,
    statements: &[usize],
) -> Vec<Statement> {
    let mut create = Sql::text("CREATE EXTERNAL TABLE ");
    create.append(&table_name(plan, table)).push(" (\n").push(hive_columns(&columns_of(table))).push("\n)\n");
    create.push(format!("PARTITIONED BY (`{STATEMENT_KEY}` string)\nSTORED AS PARQUET\nLOCATION '"));
    create.append(&stored_folder(&run_name(&foreach.name), lifetime)).push("'");
    let replaces = plan.settings.replaces_tables && lifetime == Lifetime::Kept;
    let mut tail: Vec<Statement> =
        replaces.then(|| replaced(&foreach.name, &table_name(plan, table))).into_iter().collect();
    tail.push(statement(format!("{}/table", foreach.name), Purpose::Register, create));
    // A clause takes some 200 bytes; the text limit leaves room for a thousand of them.
    for (at, chunk) in statements.chunks(500).enumerate() {
        let mut sql = Sql::text("ALTER TABLE ");
        sql.append(&table_name(plan, table)).push(" ADD IF NOT EXISTS");
        for number in chunk {
            sql.push(format!("\n  PARTITION (`{STATEMENT_KEY}` = '{number}') LOCATION '"));
            sql.append(&portion_location(foreach, lifetime, *number)).push("'");
        }
        tail.push(statement(format!("{}/register {}", foreach.name, at + 1), Purpose::Register, sql));
    }
    tail
}

fn columns_of(table: &Table) -> Vec<(String, Type)> {
    table.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect()
}

fn hive_columns(columns: &[(String, Type)]) -> String {
    columns
        .iter()
        .map(|(name, ty)| {
            let ty = crate::catalog::hive_type(ty).unwrap_or_else(|| ty.to_string());
            format!("  `{}` {ty}", name.replace('`', "``"))
        })
        .collect::<Vec<_>>()
        .join(",\n")
}

/// Yields the rows of a query.
pub fn answer(plan: &Plan, step: usize, query: &Query, scans: &BTreeMap<RelationId, Vec<Rectangle>>) -> Statement {
    let name = plan.step(step).name.clone();
    let statement = statement(name, Purpose::Answer, Context::for_step(plan, step, scans).query(query));
    yielding(statement, query.columns.iter().map(|column| column.ty.clone()))
}

fn drop_table(step: &str, name: &Sql) -> Statement {
    let mut sql = Sql::text("DROP TABLE IF EXISTS ");
    sql.append(name);
    statement(format!("{step}/drop"), Purpose::Drop, sql)
}

/// Drops what is private to the run, at its end: what the steps make, in their order.
pub fn drops(plan: &Plan) -> Vec<Statement> {
    let mut drops = Vec::new();
    for step in &plan.steps {
        match &step.kind {
            StepKind::Declare(table) | StepKind::File(table, _) | StepKind::Materialise(table, _, Lifetime::Run) => {
                drops.push(drop_table(&step.name, &table_name(plan, table)));
            }
            StepKind::Foreach(id, table, lifetime) => {
                let foreach = &plan.foreachs[id];
                if foreach.stored {
                    drops.push(drop_table(&driver_step(foreach), &driver_table(foreach)));
                }
                if *lifetime == Lifetime::Run {
                    drops.push(drop_table(&step.name, &table_name(plan, table)));
                }
            }
            StepKind::Materialise(_, _, Lifetime::Kept) | StepKind::AddPartitions(..) | StepKind::Answer(_) => {}
        }
    }
    drops
}

/// Drops a table that a step has made to be kept, for a run that is given up before the step is done.
pub fn drop_kept(plan: &Plan, step: usize) -> Option<Statement> {
    match &plan.step(step).kind {
        StepKind::Materialise(table, _, Lifetime::Kept) | StepKind::Foreach(_, table, Lifetime::Kept) => {
            Some(drop_table(&plan.step(step).name, &table_name(plan, table)))
        }
        _ => None,
    }
}

/// The name of what stores a FOREACH's driver.
pub fn driver_step(foreach: &ForeachPlan) -> String {
    format!("{}/driver", foreach.name)
}
