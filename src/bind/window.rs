//! Windows: `OVER (…)`, `OVER name`, and the frame.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{Frame, FrameBound, WindowSpec};
use super::query::{SortKey, SortTarget};
use crate::source::Span;
use crate::spec::ast;
use crate::types::Type;

impl Binder<'_> {
    /// The window of a call.
    pub(super) fn window(&mut self, over: &ast::Over, span: Span, place: Place<'_>) -> WindowSpec {
        match over {
            ast::Over::Named(name) => self.named_window(name, place, place.windows.len()),
            ast::Over::Spec(spec) => self.window_spec(spec, span, place, place.windows.len()),
        }
    }

    /// A window of the WINDOW clause, of which the first `visible` may be named.
    fn named_window(&mut self, name: &ast::Ident, place: Place<'_>, visible: usize) -> WindowSpec {
        let found = place.windows.iter().take(visible).rposition(|(own, _)| own.name == name.name);
        match found.and_then(|at| place.windows.get(at).map(|(_, spec)| (at, spec))) {
            // A window builds only on those before it, so this ends.
            Some((at, spec)) => self.window_spec(spec, name.span, place, at),
            None => {
                self.report(BindError::UnknownWindow { name: name.name.clone(), span: name.span });
                WindowSpec { partition_by: Vec::new(), order_by: Vec::new(), frame: None }
            }
        }
    }

    fn window_spec(&mut self, spec: &ast::WindowSpec, span: Span, place: Place<'_>, visible: usize) -> WindowSpec {
        let base = spec.base.as_ref().map(|base| self.named_window(base, place, visible));
        let mut partition_by: Vec<_> = spec.partition_by.iter().map(|expr| self.expression(expr, place)).collect();
        let mut order_by = self.sort_keys(&spec.order_by, place);
        let mut frame = spec.frame.as_ref().map(|frame| self.frame(frame, spec.span, place));
        if let Some(base) = base {
            if !partition_by.is_empty() || (!base.order_by.is_empty() && !order_by.is_empty()) || base.frame.is_some() {
                let what = "a window that replaces a clause of the window it builds on".to_owned();
                let help = Some("write the window out in full".to_owned());
                self.report(BindError::Unsupported { what, span, help });
            }
            partition_by = base.partition_by;
            if order_by.is_empty() {
                order_by = base.order_by;
            }
            frame = frame.or(base.frame);
        }
        for key in &partition_by {
            if !key.ty.is_opaque() && !crate::types::is_comparable(&key.ty) {
                self.not_comparable(&key.ty, "PARTITION BY", key.span);
            }
        }
        WindowSpec { partition_by, order_by, frame }
    }

    fn frame(&mut self, frame: &ast::Frame, span: Span, place: Place<'_>) -> Frame {
        use ast::FrameBound::{CurrentRow, Following, Preceding, UnboundedFollowing, UnboundedPreceding};
        let backwards = matches!(
            (&frame.start, &frame.end),
            (UnboundedFollowing, _)
                | (_, UnboundedPreceding)
                | (CurrentRow | Following(_), Preceding(_))
                | (Following(_), CurrentRow)
        );
        if backwards {
            let what = "a frame that begins behind its end".to_owned();
            let help =
                Some("the bound that comes first in the order stands first, PRECEDING before FOLLOWING".to_owned());
            self.report(BindError::Unsupported { what, span, help });
        }
        let by_rows = !matches!(frame.unit, ast::FrameUnit::Range);
        Frame {
            unit: frame.unit,
            start: self.frame_bound(&frame.start, by_rows, place),
            end: self.frame_bound(&frame.end, by_rows, place),
        }
    }

    fn frame_bound(&mut self, bound: &ast::FrameBound, by_rows: bool, place: Place<'_>) -> FrameBound {
        let mut distance = |expr: &ast::Expr| {
            let bound = self.expression(expr, place);
            if by_rows { self.expect(bound, &Type::BigInt, "a frame's number of rows") } else { bound }
        };
        match bound {
            ast::FrameBound::UnboundedPreceding => FrameBound::UnboundedPreceding,
            ast::FrameBound::Preceding(expr) => FrameBound::Preceding(distance(expr)),
            ast::FrameBound::CurrentRow => FrameBound::CurrentRow,
            ast::FrameBound::Following(expr) => FrameBound::Following(distance(expr)),
            ast::FrameBound::UnboundedFollowing => FrameBound::UnboundedFollowing,
        }
    }

    /// ORDER BY inside a call or a window, where a number is a constant and no position.
    pub(super) fn sort_keys(&mut self, items: &[ast::SortItem], place: Place<'_>) -> Vec<SortKey> {
        let mut keys = Vec::with_capacity(items.len());
        for item in items {
            let expr = self.expression(&item.expr, place);
            self.demand_order(&expr.ty, "ORDER BY", expr.span);
            keys.push(super::order::sort_key(item, SortTarget::Expr(expr)));
        }
        keys
    }
}
