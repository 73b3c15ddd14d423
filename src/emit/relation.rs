//! Edits of a FROM clause: tables under their names in the run, scans held to their partitions, views
//! expanded, and LATERAL joins and FOREACHs read from the tables they were run into.

use super::context::{Context, Uses};
use super::literal::identifier;
use super::name::table_name;
use super::partition::{key_predicate, scan_query};
use super::splice::Edit;
use super::sql::Sql;
use super::storage::read_stored;
use super::text::parenthesised;
use crate::bind::expr::ColumnRef;
use crate::bind::query::{Body, From, Query, Relation, RelationKind};
use crate::catalog::{Origin, Table};
use crate::partition::{KeySet, Rectangle};
use crate::plan::{ForeachPlan, StepKind, Stored, qualifier, stored};

impl Context<'_> {
    /// Edits of a FROM clause; conjuncts that may stand in the block's WHERE are handed back.
    pub(super) fn source_edits(&self, from: &From, uses: &Uses, edits: &mut Vec<Edit>, conjuncts: &mut Vec<Sql>) {
        match from {
            From::Relation(relation) => self.relation_edits(relation, uses, edits, conjuncts),
            From::Join(join) => {
                if let Some(planned) = self.plan.lateral_step(join) {
                    let mut text = self.foreach_item(&planned.name);
                    text.push(format!(" AS {}", planned.name));
                    edits.push(Edit::replace(join.span, text));
                    return;
                }
                self.source_edits(&join.left, uses, edits, conjuncts);
                self.source_edits(&join.right, uses, edits, conjuncts);
                if !join.using {
                    join.on.iter().for_each(|conjunct| self.expression_edits(conjunct, edits));
                }
            }
        }
    }

    fn relation_edits(&self, relation: &Relation, uses: &Uses, edits: &mut Vec<Edit>, conjuncts: &mut Vec<Sql>) {
        match &relation.kind {
            RelationKind::Table(table, span) => {
                let mut text = self.table_text(relation, table, uses, conjuncts);
                if !relation.aliased && !self.is_unchanged(*span, &text) {
                    text.push(format!(" AS {}", identifier(qualifier(relation).unwrap_or_default())));
                }
                edits.push(Edit::replace(*span, text));
            }
            RelationKind::View(_, query, span) => edits.push(Edit::replace(*span, self.view_text(relation, query))),
            RelationKind::Subquery(query) | RelationKind::Lateral(_, query) => self.query_edits(query, edits),
            RelationKind::Unnest { expressions, .. } => {
                expressions.iter().for_each(|expr| self.expression_edits(expr, edits));
            }
            RelationKind::Cte(..) | RelationKind::Opaque(_) => {}
        }
    }

    fn table_text(&self, relation: &Relation, table: &Table, uses: &Uses, conjuncts: &mut Vec<Sql>) -> Sql {
        let name = table_name(self.plan, table);
        let mut text = Sql::default();
        match self.scan(relation, table, uses) {
            Scanned::Whole if self.foreach_of(&table.name).is_some() && uses.starred.contains(&relation.id) => {
                text.push("(").append(&self.read_foreach(&table.name)).push(")");
            }
            Scanned::Whole => {
                text.append(&name);
            }
            Scanned::InWhere(rectangle) => {
                conjuncts.extend(key_predicate(self.plan, table, rectangle, qualifier(relation)));
                text.append(&name);
            }
            Scanned::Below(rectangles) => {
                let hidden = hidden_columns(relation, table, uses);
                text.push("(").append(&scan_query(self.plan, table, &name, rectangles, &hidden)).push(")");
            }
        }
        text
    }

    /// A view's query in place of its name, its columns named as the view says.
    fn view_text(&self, relation: &Relation, query: &Query) -> Sql {
        let view = parenthesised(self.source(), query.span, &self.query(query));
        let seen: Vec<Option<&str>> = query.columns.iter().map(|column| column.name.as_deref()).collect();
        let names = || seen.iter().map(|name| identifier(name.unwrap_or_default())).collect::<Vec<_>>().join(", ");
        let own = identifier(qualifier(relation).unwrap_or_default());
        let mut text = Sql::default();
        match (written_names(query) == seen, relation.aliased) {
            (true, true) => text.append(&view),
            (true, false) => text.append(&view).push(format!(" AS {own}")),
            (false, false) => text.append(&view).push(format!(" AS {own} ({})", names())),
            (false, true) => text.push("(SELECT * FROM ").append(&view).push(format!(" AS v ({}))", names())),
        };
        text
    }

    /// How a scan is held to its partitions.
    fn scan(&self, relation: &Relation, table: &Table, uses: &Uses) -> Scanned<'_> {
        let Some(rectangles) = self.scans.get(&relation.id).filter(|_| !table.partition_keys.is_empty()) else {
            return Scanned::Whole;
        };
        let in_where = self.plan.scans.get(&relation.id).is_some_and(|scan| scan.in_where);
        match rectangles.as_slice() {
            [single] if in_where && keys_are_nameable(relation, table, single, uses) => Scanned::InWhere(single),
            several => Scanned::Below(several),
        }
    }

    /// The hidden columns that the text of a scan makes visible, so that a star would spread them.
    pub(super) fn hidden_in_scan(&self, relation: &Relation, uses: &Uses) -> Vec<String> {
        match &relation.kind {
            RelationKind::Table(table, _) if matches!(self.scan(relation, table, uses), Scanned::Below(_)) => {
                hidden_columns(relation, table, uses)
            }
            _ => Vec::new(),
        }
    }

    fn foreach_of(&self, table: &str) -> Option<(&ForeachPlan, &Table)> {
        let foreach = self.plan.foreachs.values().find(|foreach| foreach.name == table)?;
        match &self.plan.step(foreach.step).kind {
            StepKind::Foreach(_, table, _) if table.origin == Origin::Step => Some((foreach, table)),
            _ => None,
        }
    }

    /// A FOREACH's table as an item of FROM whose columns are named one by one: the table itself, if
    /// storage keeps all its types.
    fn foreach_item(&self, name: &str) -> Sql {
        match self.foreach_of(name) {
            Some((foreach, table))
                if !foreach.hidden
                    || foreach.output_columns().iter().all(|(_, ty)| matches!(stored(ty), Some(Stored::Plain))) =>
            {
                table_name(self.plan, table)
            }
            _ => {
                let mut text = Sql::text("(");
                text.append(&self.read_foreach(name)).push(")");
                text
            }
        }
    }

    /// `SELECT columns FROM table` of a FOREACH's table: without the key that tells its statements
    /// apart, and with the types that storage took apart put together again.
    pub(super) fn read_foreach(&self, name: &str) -> Sql {
        let Some((foreach, table)) = self.foreach_of(name) else { return Sql::text(identifier(name)) };
        let columns = if foreach.hidden {
            read_stored(&foreach.output_columns(), None).join(", ")
        } else {
            table.columns.iter().map(|column| identifier(&column.name)).collect::<Vec<_>>().join(", ")
        };
        let mut text = Sql::text(format!("SELECT {columns} FROM "));
        text.append(&table_name(self.plan, table));
        text
    }
}

/// How a scan is held to its partitions.
enum Scanned<'s> {
    /// Not at all.
    Whole,
    /// By conjuncts in the block's WHERE.
    InWhere(&'s Rectangle),
    /// By queries below it, one a rectangle.
    Below(&'s [Rectangle]),
}

/// Whether the block's WHERE can name the keys that a rectangle restricts: not those that an alias
/// renames or USING has merged.
fn keys_are_nameable(relation: &Relation, table: &Table, rectangle: &Rectangle, uses: &Uses) -> bool {
    relation.name.is_some()
        && rectangle.keys.iter().enumerate().filter(|(_, set)| **set != KeySet::All).all(|(at, _)| {
            let column = table.columns.len() + at;
            let seen = relation.columns.get(column).and_then(|column| column.name.as_deref());
            let key = table.partition_keys.get(at).map(|key| key.name.as_str());
            seen == key && !uses.merged.contains(&ColumnRef { relation: relation.id, column })
        })
}

/// The hidden columns of a table that the block uses.
fn hidden_columns(relation: &Relation, table: &Table, uses: &Uses) -> Vec<String> {
    let visible = table.columns.len() + table.partition_keys.len();
    (visible..relation.columns.len())
        .filter(|column| uses.columns.contains(&ColumnRef { relation: relation.id, column: *column }))
        .filter_map(|column| relation.columns[column].name.clone())
        .collect()
}

/// The names that a query's own text gives its columns.
fn written_names(query: &Query) -> Vec<Option<&str>> {
    match &query.body {
        Body::Block(block) => block.items.iter().map(|item| item.name.as_deref()).collect(),
        Body::SetOperation(operation) => written_names(&operation.left),
        Body::Query(inner) => written_names(inner),
        Body::Foreach(foreach) => written_names(&foreach.body),
        Body::Values(rows) => rows.first().map(|row| vec![None; row.len()]).unwrap_or_default(),
    }
}
