//! What stands in FROM: tables, subqueries, UNNEST, joins, samples, and what is passed on as it is.

use super::cursor::{Parsed, Parser};
use super::groups::Group;
use crate::source::{Span, Symbol};
use crate::spec::ast::{Join, JoinCondition, JoinKind, TableAlias, TableExpr, TableExprKind};

impl Parser<'_> {
    /// An item of FROM with its joins. A join's right side may itself be a join whose condition comes
    /// first: `a JOIN b JOIN c ON … ON …`.
    pub(super) fn relation(&mut self) -> Parsed<TableExpr> {
        let outer = self.enter()?;
        let start = self.span();
        let mut left = self.sampled()?;
        while let Some((kind, natural)) = self.join_kind()? {
            let right = if natural || kind == JoinKind::Cross { self.sampled()? } else { self.relation()? };
            let condition = match kind {
                JoinKind::Cross => JoinCondition::None,
                _ if natural => JoinCondition::Natural,
                _ if self.eat("on") => JoinCondition::On(self.expression()?),
                _ if self.eat("using") => JoinCondition::Using(self.names()?),
                _ => {
                    let help = "a join without a condition is a CROSS JOIN";
                    return Err(self.unexpected_with("ON or USING", Some(help.to_owned())));
                }
            };
            self.grow()?;
            let join = Join { kind, left, right, condition };
            left = TableExpr { kind: TableExprKind::Join(Box::new(join)), span: self.since(start) };
        }
        self.leave(outer)?;
        Ok(left)
    }

    /// The words of a join, and whether it is natural; none if no join follows.
    fn join_kind(&mut self) -> Parsed<Option<(JoinKind, bool)>> {
        if self.eat_all(&["cross", "join"]) {
            return Ok(Some((JoinKind::Cross, false)));
        }
        let natural = self.eat("natural");
        let outer = |kind, parser: &mut Self| {
            parser.eat("outer");
            kind
        };
        let kind = if self.eat("left") {
            outer(JoinKind::Left, self)
        } else if self.eat("right") {
            outer(JoinKind::Right, self)
        } else if self.eat("full") {
            outer(JoinKind::Full, self)
        } else if natural || self.is("join") || self.eat("inner") {
            JoinKind::Inner
        } else {
            return Ok(None);
        };
        self.expect("join")?;
        Ok(Some((kind, natural)))
    }

    fn sampled(&mut self) -> Parsed<TableExpr> {
        let start = self.span();
        let input = self.matched()?;
        if !(self.is("tablesample") && self.clause_begins()) {
            return Ok(input);
        }
        self.advance();
        self.advance();
        let open = self.open()?;
        self.expression()?;
        self.close(open)?;
        self.grow()?;
        Ok(TableExpr { kind: TableExprKind::Sample { input: Box::new(input) }, span: self.since(start) })
    }

    fn matched(&mut self) -> Parsed<TableExpr> {
        let start = self.span();
        let input = self.aliased()?;
        if !(self.is("match_recognize") && self.clause_begins()) {
            return Ok(input);
        }
        self.advance();
        self.skip_group()?;
        let alias = self.table_alias()?;
        Ok(TableExpr { kind: TableExprKind::Opaque { what: "MATCH_RECOGNIZE", alias }, span: self.since(start) })
    }

    fn aliased(&mut self) -> Parsed<TableExpr> {
        let start = self.span();
        let group = self.is_symbol(Symbol::LeftParen).then(|| self.group_here());
        let kind = if self.is("unnest") {
            self.unnest()
        } else if self.is("lateral") && self.symbol_at(self.index() + 1, Symbol::LeftParen) {
            self.advance();
            self.lateral()
        } else if self.is("table") {
            self.opaque_relation("TABLE(…)")
        } else if self.is("json_table") {
            self.opaque_relation("JSON_TABLE")
        } else if group == Some(Group::Other) {
            return self.parenthesised_relation();
        } else if group.is_some() {
            let query = Box::new(self.nested_query()?);
            Ok(TableExprKind::Subquery { lateral: false, query, alias: self.table_alias()? })
        } else {
            self.table()
        };
        Ok(TableExpr { kind: kind?, span: self.since(start) })
    }

    fn unnest(&mut self) -> Parsed<TableExprKind> {
        self.advance();
        let expressions = self.parenthesised_list(Self::expression)?;
        let ordinality = self.eat_all(&["with", "ordinality"]);
        Ok(TableExprKind::Unnest { expressions, ordinality, alias: self.table_alias()? })
    }

    fn lateral(&mut self) -> Parsed<TableExprKind> {
        let query = Box::new(self.parenthesised_query()?);
        Ok(TableExprKind::Subquery { lateral: true, query, alias: self.table_alias()? })
    }

    /// A keyword and parentheses whose inside only the engine reads.
    fn opaque_relation(&mut self, what: &'static str) -> Parsed<TableExprKind> {
        self.advance();
        self.skip_group()?;
        Ok(TableExprKind::Opaque { what, alias: self.table_alias()? })
    }

    fn table(&mut self) -> Parsed<TableExprKind> {
        let name = self.object_name()?;
        if !self.is("for") {
            return Ok(TableExprKind::Table { name, alias: self.table_alias()? });
        }
        self.time_travel()?;
        Ok(TableExprKind::Opaque { what: "time travel", alias: self.table_alias()? })
    }

    /// `FOR TIMESTAMP AS OF moment`, `FOR VERSION AS OF number`: only live engines have older versions.
    fn time_travel(&mut self) -> Parsed<()> {
        self.expect("for")?;
        if !self.eat("timestamp") {
            self.expect("version").map_err(|_| self.unexpected("TIMESTAMP or VERSION"))?;
        }
        self.expect_all(&["as", "of"])?;
        self.value().map(drop)
    }

    fn parenthesised_relation(&mut self) -> Parsed<TableExpr> {
        let start = self.span();
        let open = self.open()?;
        let inner = self.relation()?;
        self.close(open)?;
        let whole = self.since(start);
        let Some(alias) = self.table_alias()? else {
            return Ok(TableExpr { kind: inner.kind, span: whole });
        };
        self.with_alias(inner.kind, alias, start)
    }

    /// `(item) alias`: the alias is the item's own, which must not have one yet.
    fn with_alias(&self, kind: TableExprKind, new: TableAlias, start: Span) -> Parsed<TableExpr> {
        let place = new.span;
        let kind = match kind {
            TableExprKind::Table { name, alias: None } => TableExprKind::Table { name, alias: Some(new) },
            TableExprKind::Subquery { lateral, query, alias: None } => {
                TableExprKind::Subquery { lateral, query, alias: Some(new) }
            }
            TableExprKind::Unnest { expressions, ordinality, alias: None } => {
                TableExprKind::Unnest { expressions, ordinality, alias: Some(new) }
            }
            TableExprKind::Opaque { what, alias: None } => TableExprKind::Opaque { what, alias: Some(new) },
            _ => {
                let help = "name the items inside, or write (SELECT * FROM …) name";
                return self.refused("a name for a join in parentheses", place, help);
            }
        };
        Ok(TableExpr { kind, span: self.since(start) })
    }

    /// `[AS] name [(columns)]`, if it stands here.
    fn table_alias(&mut self) -> Parsed<Option<TableAlias>> {
        let start = self.span();
        let Some(name) = self.optional_alias()? else {
            return Ok(None);
        };
        let columns = if self.is_symbol(Symbol::LeftParen) { self.names()? } else { Vec::new() };
        Ok(Some(TableAlias { name, columns, span: self.since(start) }))
    }
}
