//! FOREACH: the driver, and the body in which a driver row has a name.

use super::binder::Binder;
use super::from::{fields_of, visible};
use super::query::Foreach;
use super::scope::{Level, Scope};
use crate::spec::ast;

impl Binder<'_> {
    /// `FOREACH row IN (driver) body`.
    pub(super) fn foreach_query(&mut self, written: &ast::Foreach, outer: Option<&Scope<'_>>) -> Foreach {
        let id = self.foreach();
        let driver = self.query(&written.driver, outer);
        let relation = self.relation(written.row.span);
        let row = written.row.name.clone();
        let columns = visible(&driver.columns);
        let fields = fields_of(relation, &columns, std::slice::from_ref(&row), |_| true);
        let scope = Scope { level: Level::Row(&row, &fields), outer };
        let body = self.query(&written.body, Some(&scope));
        Foreach { id, row, relation, driver, body, span: written.span }
    }
}
