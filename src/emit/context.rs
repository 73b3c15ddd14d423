//! Emitting a query: its text, with the edits that the plan's annotations ask for.

use std::collections::BTreeMap;

use super::literal::{identifier, literal};
use super::partition::{key_predicate, scan_query};
use super::splice::{Edit, splice};
use super::sql::{Sql, Symbol};
use super::storage::read_stored;
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, From, Item, Query, Relation, RelationId, RelationKind, SortTarget};
use crate::catalog::{Origin, Table};
use crate::constant::Value;
use crate::partition::Rectangle;
use crate::plan::{Lifetime, Plan, StepKind, expressions, from_span, queries, visit_expression};
use crate::source::{Source, Span};

/// What emission knows besides the text: which columns and scans read otherwise than written.
pub struct Context<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Columns that are written otherwise than in the spec.
    pub columns: BTreeMap<ColumnRef, Sql>,
    /// The partitions that scans are held to, as disjoint rectangles; a scan that is missing here
    /// reads what the user's own predicates leave.
    pub scans: &'a BTreeMap<RelationId, Vec<Rectangle>>,
}

impl<'a> Context<'a> {
    /// A context for a step: the LATERAL joins that earlier steps stand for are replaced.
    pub fn for_step(plan: &'a Plan, step: usize, scans: &'a BTreeMap<RelationId, Vec<Rectangle>>) -> Self {
        let mut columns = BTreeMap::new();
        let mut laterals: Vec<_> =
            plan.foreachs.values().filter(|foreach| foreach.lateral.is_some() && foreach.step < step).collect();
        laterals.sort_by_key(|foreach| foreach.step);
        for foreach in laterals {
            let qualified = |name: &String| Sql::text(format!("{}.{}", foreach.name, identifier(name)));
            for (carried, name) in foreach.carried.iter().zip(&foreach.output) {
                columns.insert(foreach.columns[*carried].source, qualified(name));
            }
            if let Some(relation) = foreach.lateral {
                for (column, name) in foreach.output[foreach.carried.len()..].iter().enumerate() {
                    columns.insert(ColumnRef { relation, column }, qualified(name));
                }
            }
        }
        Self { plan, columns, scans }
    }

    fn source(&self) -> &Source {
        &self.plan.spec.source
    }

    /// A query's text.
    pub fn query(&self, query: &Query) -> Sql {
        self.text(query.span, &self.query_edits(query))
    }

    /// The text under a span with some edits.
    pub fn text(&self, span: Span, edits: &[Edit]) -> Sql {
        splice(self.source(), span, edits)
    }

    /// An expression's text.
    pub fn expression(&self, expr: &Expr) -> Sql {
        let mut edits = Vec::new();
        self.expression_edits(expr, &mut edits);
        self.text(expr.span, &edits)
    }

    /// A conjunct's text, in parentheses if it would fall apart between ANDs.
    pub fn conjunct(&self, expr: &Expr) -> Sql {
        let text = self.expression(expr);
        let written = self.source().slice(expr.span);
        if matches!(expr.kind, ExprKind::Or(_)) && !written.starts_with('(') {
            let mut wrapped = Sql::text("(");
            wrapped.append(&text).push(")");
            return wrapped;
        }
        text
    }

    /// The edits a query asks for, those of everything inside it included.
    pub fn query_edits(&self, query: &Query) -> Vec<Edit> {
        let mut edits = Vec::new();
        if let Body::Foreach(foreach) = &query.body {
            if let Some(planned) = self.plan.foreachs.get(&foreach.id) {
                edits.push(Edit::replace(foreach.span, self.read_foreach(&planned.name)));
            }
            return edits;
        }
        for inner in queries(query) {
            // A view's text stands elsewhere; the relation that expands it writes it.
            if query.span.contains(inner.span) {
                edits.extend(self.query_edits(inner));
            }
        }
        if let Body::Block(block) = &query.body {
            self.block_edits(block, &mut edits);
            // `ORDER BY k.issued` that was resolved to a select item names a column that is written
            // otherwise now: its number says the same.
            for key in &query.order_by {
                if let SortTarget::Output(at) = key.target
                    && block.items.get(at).is_some_and(|item| self.is_replaced(item))
                {
                    edits.push(Edit::replace(key.span, Sql::text((at + 1).to_string())));
                }
            }
        }
        let items: Vec<&Expr> = match &query.body {
            Body::Block(block) => block.items.iter().filter(|item| item.from_star).map(|item| &item.expr).collect(),
            _ => Vec::new(),
        };
        for expr in expressions(query) {
            if !items.iter().any(|item| std::ptr::eq(*item, expr)) {
                self.expression_edits(expr, &mut edits);
            }
        }
        edits
    }

    fn block_edits(&self, block: &Block, edits: &mut Vec<Edit>) {
        self.item_edits(block, edits);
        let Some(from) = &block.from else { return };
        let mut conjuncts = Vec::new();
        self.from_edits(block, from, edits, &mut conjuncts);
        if conjuncts.is_empty() {
            return;
        }
        let added = Sql::join(&conjuncts, "\n  AND ");
        match block.filter_span {
            Some(span) => {
                let needs_parentheses = block.filter.len() == 1
                    && matches!(block.filter[0].kind, ExprKind::Or(_))
                    && !self.source().slice(span).starts_with('(');
                let mut text = Sql::default();
                if needs_parentheses {
                    edits.push(Edit::insert(span.start, Sql::text("(")));
                    text.push(")");
                }
                text.push("\n  AND ").append(&added);
                edits.push(Edit::insert(span.end, text));
            }
            None => {
                let mut text = Sql::text("\nWHERE ");
                text.append(&added);
                let end = block.from_span.map_or(from_span(from).end, |span| span.end);
                edits.push(Edit::insert(end, text));
            }
        }
    }

    /// Select items whose columns read otherwise: a star is spread out, a name is kept.
    fn item_edits(&self, block: &Block, edits: &mut Vec<Edit>) {
        let mut at = 0;
        while let Some(item) = block.items.get(at) {
            let same = block.items[at..].iter().take_while(|other| other.from_star && other.span == item.span).count();
            if same > 0 {
                let star = &block.items[at..at + same];
                if star.iter().any(|item| self.is_replaced(item)) {
                    let list: Vec<Sql> = star.iter().map(|item| self.item(item, item.name.as_deref(), block)).collect();
                    edits.push(Edit::replace(item.span, Sql::join(&list, ", ")));
                }
                at += same;
                continue;
            }
            // A bare column gives the item its name; written otherwise it must be named again.
            if item.span == item.expr.span
                && self.is_replaced(item)
                && let Some(name) = &item.name
            {
                edits.push(Edit::insert(item.span.end, Sql::text(format!(" AS {}", identifier(name)))));
            }
            at += 1;
        }
    }

    fn is_replaced(&self, item: &Item) -> bool {
        let mut expr = &item.expr;
        while let ExprKind::Field(inner, _) | ExprKind::Cast(inner, _) = &expr.kind {
            expr = inner;
        }
        matches!(&expr.kind, ExprKind::Column(column) if self.columns.contains_key(column))
    }

    /// A select item written out, with a name.
    pub fn item(&self, item: &Item, name: Option<&str>, block: &Block) -> Sql {
        let mut text = if item.from_star { self.star_column(&item.expr, block) } else { self.expression(&item.expr) };
        if let Some(name) = name {
            let plain = text.to_string();
            if plain != identifier(name) && !plain.ends_with(&format!(".{}", identifier(name))) {
                text.push(format!(" AS {}", identifier(name)));
            }
        }
        text
    }

    /// A column that a star stands for.
    fn star_column(&self, expr: &Expr, block: &Block) -> Sql {
        match &expr.kind {
            ExprKind::Column(column) => {
                if let Some(text) = self.columns.get(column) {
                    return text.clone();
                }
                let mut relations = Vec::new();
                if let Some(from) = &block.from {
                    crate::plan::from_relations(from, &mut relations);
                }
                let relation = relations.into_iter().find(|relation| relation.id == column.relation);
                let name = relation
                    .and_then(|relation| relation.columns.get(column.column))
                    .and_then(|column| column.name.as_deref())
                    .unwrap_or_default();
                match relation.and_then(|relation| relation.name.as_deref()) {
                    Some(qualifier) => Sql::text(format!("{}.{}", identifier(qualifier), identifier(name))),
                    None => Sql::text(identifier(name)),
                }
            }
            ExprKind::Cast(inner, _) | ExprKind::Field(inner, _) => self.star_column(inner, block),
            ExprKind::Coalesce(parts) => {
                let parts: Vec<Sql> = parts.iter().map(|part| self.star_column(part, block)).collect();
                let mut text = Sql::text("coalesce(");
                text.append(&Sql::join(&parts, ", ")).push(")");
                text
            }
            _ => self.expression(expr),
        }
    }

    /// Edits of a FROM clause; conjuncts that may stand in the block's WHERE are handed back.
    pub fn from_edits(&self, block: &Block, from: &From, edits: &mut Vec<Edit>, conjuncts: &mut Vec<Sql>) {
        match from {
            From::Relation(relation) => self.relation_edits(block, relation, edits, conjuncts),
            From::Join(join) => {
                if let From::Relation(relation) = &join.right
                    && let RelationKind::Lateral(id, _) = &relation.kind
                    && let Some(planned) = self.plan.foreachs.get(id)
                {
                    let mut text = Sql::text("(");
                    text.append(&self.read_foreach(&planned.name)).push(format!(") AS {}", planned.name));
                    edits.push(Edit::replace(join.span, text));
                    return;
                }
                self.from_edits(block, &join.left, edits, conjuncts);
                self.from_edits(block, &join.right, edits, conjuncts);
            }
        }
    }

    fn relation_edits(&self, block: &Block, relation: &Relation, edits: &mut Vec<Edit>, conjuncts: &mut Vec<Sql>) {
        let qualifier = relation.name.as_deref().unwrap_or_default();
        match &relation.kind {
            RelationKind::Table(table, span) => {
                let name = table_name(self.plan, table);
                let mut text = Sql::default();
                match self.scans.get(&relation.id) {
                    Some(rectangles) => {
                        let in_where = self.plan.scans.get(&relation.id).is_some_and(|scan| scan.in_where);
                        match rectangles.as_slice() {
                            [single] if in_where => {
                                conjuncts.extend(key_predicate(self.plan, table, single, Some(qualifier)));
                                text.append(&name);
                            }
                            several => {
                                let hidden = self.hidden_columns(relation, table);
                                text.push("(").append(&scan_query(self.plan, table, &name, several, &hidden)).push(")");
                            }
                        }
                    }
                    None if self.is_foreach_result(table) && self.is_starred(block, relation) => {
                        text.push("(").append(&self.read_foreach(&table.name)).push(")");
                    }
                    None => {
                        text.append(&name);
                    }
                }
                if !relation.aliased && text != Sql::text(self.source().slice(*span)) {
                    text.push(format!(" AS {}", identifier(qualifier)));
                }
                edits.push(Edit::replace(*span, text));
            }
            RelationKind::View(name, query, span) => {
                let written: Vec<Option<&str>> = query.columns.iter().map(|column| column.name.as_deref()).collect();
                let seen: Vec<Option<&str>> = relation.columns.iter().map(|column| column.name.as_deref()).collect();
                let mut text = Sql::text("(");
                let view = self.query(query);
                if written == seen || relation.aliased {
                    text.append(&view).push(")");
                } else {
                    let names: Vec<String> = seen.iter().map(|name| identifier(name.unwrap_or_default())).collect();
                    text.push("SELECT * FROM (").append(&view);
                    text.push(format!(") AS {} ({}))", identifier(name), names.join(", ")));
                }
                if !relation.aliased {
                    text.push(format!(" AS {}", identifier(qualifier)));
                }
                edits.push(Edit::replace(*span, text));
            }
            RelationKind::Cte(..)
            | RelationKind::Subquery(_)
            | RelationKind::Lateral(..)
            | RelationKind::Unnest { .. }
            | RelationKind::Opaque(_) => {}
        }
    }

    /// The hidden columns of a scan that the block it stands in may use.
    fn hidden_columns(&self, relation: &Relation, table: &Table) -> Vec<String> {
        let visible = table.columns.len() + table.partition_keys.len();
        relation
            .columns
            .iter()
            .skip(visible)
            .filter_map(|column| column.name.clone())
            .filter(|name| self.source().text.contains(name.as_str()))
            .collect()
    }

    fn is_starred(&self, block: &Block, relation: &Relation) -> bool {
        block.items.iter().any(|item| {
            item.from_star && matches!(&item.expr.kind, ExprKind::Column(column) if column.relation == relation.id)
        })
    }

    fn is_foreach_result(&self, table: &Table) -> bool {
        table.origin == Origin::Step && self.plan.foreachs.values().any(|foreach| foreach.name == table.name)
    }

    /// `SELECT columns FROM table` of a FOREACH's table: without the key that tells its statements
    /// apart, and with the types that storage took apart put together again.
    pub fn read_foreach(&self, name: &str) -> Sql {
        let found = self.plan.foreachs.values().find(|foreach| foreach.name == name);
        let step = found.map(|foreach| self.plan.step(foreach.step));
        let (Some(foreach), Some(StepKind::Foreach(_, table, _))) = (found, step.map(|step| &step.kind)) else {
            return Sql::text(identifier(name));
        };
        let mut text = Sql::text("SELECT ");
        if foreach.hidden {
            text.push(read_stored(&foreach.output_columns(), None).join(", "));
        } else {
            let names: Vec<String> = table.columns.iter().map(|column| identifier(&column.name)).collect();
            text.push(names.join(", "));
        }
        text.push(" FROM ").append(&table_name(self.plan, table));
        text
    }

    fn expression_edits(&self, expr: &Expr, edits: &mut Vec<Edit>) {
        visit_expression(expr, &mut |expr| {
            let replacement = match &expr.kind {
                ExprKind::Column(column) => self.columns.get(column).cloned(),
                ExprKind::Parameter(_, value) | ExprKind::Now(value) => Some(constant(value, &expr.ty)),
                ExprKind::Not(inner) => match &inner.kind {
                    ExprKind::InParameter(_, _, list) if list.is_empty() => Some(Sql::text("TRUE")),
                    _ => None,
                },
                ExprKind::InParameter(_, _, list) if list.is_empty() => Some(Sql::text("FALSE")),
                ExprKind::InParameter(_, _, list) => {
                    let span = list[0].span;
                    let values: Vec<Sql> = list
                        .iter()
                        .map(|item| match &item.kind {
                            ExprKind::Literal(value) => constant(value, &item.ty),
                            _ => self.expression(item),
                        })
                        .collect();
                    edits.push(Edit::replace(span, Sql::join(&values, ", ")));
                    None
                }
                _ => None,
            };
            match replacement {
                Some(text) => {
                    edits.push(Edit::replace(expr.span, text));
                    false
                }
                None => true,
            }
        });
        let mut inner = Vec::new();
        visit_expression(expr, &mut |expr| {
            inner.extend(crate::plan::subquery(expr));
            true
        });
        for query in inner {
            edits.extend(self.query_edits(query));
        }
    }
}

/// A constant's literal. Parameters and `now()` have types that the binder accepted, all of which
/// have literals.
fn constant(value: &Value, ty: &crate::types::Type) -> Sql {
    Sql::text(literal(value, ty).expect("the types of parameters have literals"))
}

/// The name under which statements know a table.
pub fn table_name(plan: &Plan, table: &Table) -> Sql {
    let kept = plan.steps.iter().any(|step| match &step.kind {
        StepKind::Materialise(made, _, lifetime) | StepKind::Foreach(_, made, lifetime) => {
            made.name == table.name && *lifetime == Lifetime::Kept
        }
        _ => false,
    });
    let mut name = match table.origin {
        Origin::Existing => {
            return Sql::text(table.name.split('.').map(identifier).collect::<Vec<_>>().join("."));
        }
        Origin::Declared | Origin::File | Origin::Step => Sql::text(run_name(&table.name)),
    };
    if !kept {
        name.push("__").symbol(Symbol::Run);
    }
    name
}

/// A name of the spec as part of a run's table name: letters, digits and underscores alone, so that
/// neither grammar needs quotes.
pub fn run_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' { c } else { '_' }).collect()
}
