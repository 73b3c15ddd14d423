//! Warnings of bounds on event time that most likely do not say what was meant.
//!
//! They are found where bounds are read for partitions, since there it is known which column of which
//! table a name stands for. Whether anything can be derived from a bound is another matter.

use super::predicate::Reader;
use crate::bind::closed;
use crate::bind::expr::Expr;
use crate::catalog::{Pattern, TimeFormat};
use crate::constant::{self, Value};
use crate::partition::{Asked, Bound, Derived, Misread, misread, misread_beginning, sorts_as_time};
use crate::plan::Warning;
use crate::plan::warning::{SHOWN, shown, sign};
use crate::source::Span;
use crate::spec::ast::Comparison;
use crate::types::Type;

impl Reader<'_> {
    /// Looks at an atom over a subject.
    pub(super) fn warn_of_bound(&self, subject: &Expr, atom: &Derived) {
        let Derived::Time { function, column, ty, comparison, bound, .. } = atom else { return };
        let (Some(time), Some(value)) = (&self.table.time, value(bound)) else { return };
        let asked = Asked { format: &time.format, column, function, ty, comparison: *comparison };
        if let Some(found) = misread(&asked, &value) {
            let said = format!("{} {}", self.text(subject.span), sign(*comparison));
            self.warn(&said, &value, &found, bound.span);
        }
    }

    /// Looks at the atom of what text must begin with.
    pub(super) fn warn_of_beginning(&self, subject: &Expr, atom: &Derived, beginning: &str) {
        let Derived::Time { function, column, ty, comparison, bound, .. } = atom else { return };
        let Some(time) = &self.table.time else { return };
        let asked = Asked { format: &time.format, column, function, ty, comparison: *comparison };
        if let Some(found) = misread_beginning(&asked, beginning) {
            let said = format!("{} LIKE", self.text(subject.span));
            self.warn(&said, &Value::varchar(format!("{beginning}%")), &found, bound.span);
        }
    }

    /// Looks at a comparison of a column that holds times by a pattern: nothing is derived from it.
    pub(super) fn warn_of_pattern(&self, subject: &Expr, comparison: Comparison, bound: &Expr) {
        let Some(time) = &self.table.time else { return };
        let TimeFormat::Pattern(text) = &time.format else { return };
        let (Ok(pattern), Some(column)) = (Pattern::new(text), self.time_column(subject)) else { return };
        let Some(constant) = closed(bound, &mut |_| None).ok().and_then(|bound| constant::evaluate(&bound, &[]).ok())
        else {
            return;
        };
        let Value::Varchar(written) = &constant else { return };
        if comparison == Comparison::NotEqual {
            return;
        }
        let said = format!("{} {}", self.text(subject.span), sign(comparison));
        if comparison != Comparison::Equal && !sorts_as_time(&pattern) {
            let said = format!("{said} {}", shown(&constant).unwrap_or_default());
            let (column, pattern) = (self.text(subject.span), text.clone());
            self.note(Warning::TextOrder { said, column, pattern, span: bound.span });
        } else if pattern.read(written).is_none() {
            let function = constant::Expr::Input(0);
            let asked = Asked { format: &time.format, column, function: &function, ty: &subject.ty, comparison };
            if let Some(found) = misread(&asked, &constant) {
                self.warn(&said, &constant, &found, bound.span);
            }
        }
    }

    fn warn(&self, said: &str, bound: &Value, found: &Misread, span: Span) {
        let Some(time) = &self.table.time else { return };
        let column = self.table.columns.get(time.column).map(|column| column.name.as_str()).unwrap_or_default();
        let said = format!("{said} {}", shown(bound).unwrap_or_else(|| self.text(span)));
        self.note(Warning::of_misread(said, column, &time.format, found, span));
    }

    /// Notes a warning, once: a predicate may reach several scans, or one scan twice.
    fn note(&self, warning: Warning) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.iter().any(|known| known.span() == warning.span()) {
            warnings.push(warning);
        }
    }

    /// A part of the spec on one line.
    fn text(&self, span: Span) -> String {
        let line = self.source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > SHOWN { line.chars().take(SHOWN - 1).chain(['…']).collect() } else { line }
    }

    /// The type of the time column, if an expression is that column.
    fn time_column(&self, expr: &Expr) -> Option<&Type> {
        let time = self.table.time.as_ref()?;
        let column = crate::bind::expr::ColumnRef { relation: self.relation, column: time.column };
        super::time::is_column(expr, column).then(|| &self.table.columns[time.column].ty)
    }
}

/// A bound's value, if it is constant.
fn value(bound: &Bound) -> Option<Value> {
    if bound.columns.is_empty() { constant::evaluate(&bound.expr, &[]).ok() } else { None }
}
