//! FOREACH: the driver, and the body in which a driver row has a name.

use super::binder::Binder;
use super::from::{fields_of, visible, wildcard};
use super::query::Foreach;
use super::scope::{Level, Scope};
use crate::spec::ast;

impl Binder<'_> {
    /// `FOREACH row IN (driver) body`.
    pub(super) fn foreach_query(&mut self, written: &ast::Foreach, outer: Option<&Scope<'_>>) -> Foreach {
        let id = self.foreach();
        let flaws = self.flaws;
        let driver = self.query(&written.driver, outer);
        let is_flawed = self.flaws > flaws;
        let relation = self.relation(written.row.span);
        let row = written.row.name.clone();
        let columns = visible(&driver.columns);
        let mut fields = fields_of(relation, &columns, std::slice::from_ref(&row), |_| true);
        if is_flawed {
            fields.push(wildcard(vec![row.clone()], "a mistake", written.driver.span));
        }
        let scope = Scope { level: Level::Row(&row, &fields), outer };
        let body = self.query(&written.body, Some(&scope));
        Foreach { id, row, relation, driver, body, span: written.span }
    }
}
