//! Window calls: DataFusion partitions and sorts, what is computed over a partition is ours.

use std::sync::Arc;

use datafusion::logical_expr::expr::{Sort as SortExpr, WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{
    Expr as Plan, LogicalPlan, Window as WindowPlan, WindowFrame, WindowFunctionDefinition, WindowUDF,
};

use super::aggregate::{collect, sorted_by};
use super::expression::lowered;
use super::frame::{Bound, Frame, RangeKey};
use super::key::{Purpose, keyed};
use super::name::{extend, named, plan_column};
use super::ordered::Order;
use super::query::{Domain, coerced};
use super::window_function::{Layout, Numbering, OverPartition, WindowKind};
use super::{Lowering, engine_error, unsupported};
use crate::bind::expr::{ColumnRef, Expr, ExprKind, FrameBound, WindowSpec};
use crate::bind::query::SortTarget;
use crate::constant::functions;
use crate::engine::EngineError;
use crate::types::{Type, resolve_operator};

/// Columns next to a plan's that window calls take as arguments.
#[derive(Default)]
struct Arguments {
    columns: Vec<Plan>,
    types: Vec<Type>,
}

/// The function that moves a sort key by an offset, and the type that it takes the offset in. The moved
/// key is held against unmoved ones, so it has to be held in the same way.
fn moving(sign: &str, key: &Type, offset: &Type) -> Option<(functions::Function, Type)> {
    let resolution = resolve_operator(sign, &[key.clone(), offset.clone()]).ok()?;
    let alike = match (key, &resolution.result) {
        (Type::Decimal(_, scale), Type::Decimal(_, moved)) => scale == moved,
        (key, moved) => key == moved || (key.is_integer() && moved.is_integer()),
    };
    let [_, offset] = resolution.arguments.as_slice() else { return None };
    let function = functions::function(sign, &resolution.arguments, &resolution.result)?;
    alike.then(|| (function, offset.clone()))
}

/// A plan with the columns that a window is sorted by, and what they stand for.
struct SortedBy {
    plan: LogicalPlan,
    sort: Vec<SortExpr>,
    order: Vec<(Expr, Order)>,
}

impl Lowering<'_> {
    /// Adds the columns that stand for the window calls in expressions.
    ///
    /// # Errors
    ///
    /// The engine lacks a function, or something inside a call.
    pub(super) fn windows<'a>(
        &mut self,
        plan: LogicalPlan,
        expressions: impl Iterator<Item = &'a Expr>,
        domain: Option<&Domain>,
    ) -> Result<(LogicalPlan, Vec<(Expr, ColumnRef)>), EngineError> {
        let calls = collect(expressions, &|expr| match &expr.kind {
            ExprKind::Window(_) => true,
            ExprKind::Aggregate(aggregate) => aggregate.over.is_some(),
            _ => false,
        });
        let mut plan = plan;
        let mut columns = Vec::with_capacity(calls.len());
        for call in calls {
            let (windowed, column) = self.window(plan, &call, domain)?;
            plan = windowed;
            columns.push((call, column));
        }
        Ok((plan, columns))
    }

    /// Adds the column that stands for one window call.
    fn window(
        &mut self,
        mut plan: LogicalPlan,
        expr: &Expr,
        domain: Option<&Domain>,
    ) -> Result<(LogicalPlan, ColumnRef), EngineError> {
        let (kind, operands, over) = match &expr.kind {
            ExprKind::Window(call) => {
                let kind = WindowKind::of(&call.name, call.ignore_nulls)
                    .ok_or_else(|| unsupported(format!("the window function {}", call.name), expr.span))?;
                (kind, call.arguments.iter().collect::<Vec<_>>(), &call.over)
            }
            ExprKind::Aggregate(aggregate) => {
                let Some(over) = &aggregate.over else { unreachable!("only calls with a window are collected") };
                if aggregate.filter.is_some() {
                    return Err(unsupported("FILTER of a window call, which Trino lacks too", expr.span));
                }
                let operands = super::aggregate::operands(aggregate).chain(sorted_by(&aggregate.order_by));
                (WindowKind::Aggregate(self.aggregate_call(aggregate, expr)?), operands.collect(), over)
            }
            _ => unreachable!("only window calls are collected"),
        };
        let mut arguments = Arguments::default();
        for operand in &operands {
            plan = self.argument(plan, operand, &mut arguments)?.0;
        }
        let SortedBy { plan: sorted, sort, order } = self.sort_keys(plan, over, &mut arguments)?;
        plan = sorted;
        let peers = operands.len()..arguments.columns.len();
        let (framed, frame) = self.frame(plan, over, &order, &mut arguments)?;
        plan = framed;
        let mut partition: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        for by in &over.partition_by {
            let (attached, by) = self.attach_all(plan, by)?;
            let column = self.column();
            plan = extend(attached, vec![named(keyed(lowered(&by)?, &by.ty, Purpose::Group), column)])?;
            partition.push(plan_column(column));
        }
        let layout = Layout { types: arguments.types, operands: operands.len(), peers };
        let function = OverPartition::new(kind, layout, frame, &expr.ty)?;
        self.windowed(plan, function, arguments.columns, partition, sort)
    }

    /// Adds the column of an argument; its position among the call's arguments.
    fn argument(
        &mut self,
        plan: LogicalPlan,
        expr: &Expr,
        arguments: &mut Arguments,
    ) -> Result<(LogicalPlan, usize), EngineError> {
        let (plan, expr) = self.attach_all(plan, expr)?;
        let column = self.column();
        let plan = extend(plan, vec![named(lowered(&expr)?, column)])?;
        arguments.columns.push(plan_column(column));
        arguments.types.push(expr.ty.clone());
        Ok((plan, arguments.columns.len() - 1))
    }

    /// Adds the columns that the partition is sorted by, which are arguments too: rows alike in them
    /// are peers.
    fn sort_keys(
        &mut self,
        plan: LogicalPlan,
        over: &WindowSpec,
        arguments: &mut Arguments,
    ) -> Result<SortedBy, EngineError> {
        let mut plan = plan;
        let mut sort = Vec::new();
        let mut order = Vec::new();
        for key in &over.order_by {
            let SortTarget::Expr(by) = &key.target else { unreachable!("a window is ordered by expressions") };
            let (attached, by) = self.attach_all(plan, by)?;
            let column = self.column();
            let purpose = Purpose::Sort { descending: key.descending };
            plan = extend(attached, vec![named(keyed(lowered(&by)?, &by.ty, purpose), column)])?;
            sort.push(SortExpr::new(plan_column(column), !key.descending, key.nulls_first));
            arguments.columns.push(plan_column(column));
            arguments.types.push(by.ty.clone());
            let place = Order { ty: by.ty.clone(), descending: key.descending, nulls_first: key.nulls_first };
            order.push((by, place));
        }
        Ok(SortedBy { plan, sort, order })
    }

    /// The frame, and the arguments its bounds take.
    fn frame(
        &mut self,
        plan: LogicalPlan,
        over: &WindowSpec,
        order: &[(Expr, Order)],
        arguments: &mut Arguments,
    ) -> Result<(LogicalPlan, Frame), EngineError> {
        let Some(frame) = &over.frame else { return Ok((plan, Frame::default())) };
        let mut plan = plan;
        let mut key = None;
        let mut bounds = [Bound::CurrentRow, Bound::CurrentRow];
        for (bound, written) in bounds.iter_mut().zip([&frame.start, &frame.end]) {
            let (FrameBound::Preceding(offset) | FrameBound::Following(offset)) = written else {
                *bound = match written {
                    FrameBound::UnboundedPreceding => Bound::First,
                    FrameBound::UnboundedFollowing => Bound::Last,
                    _ => Bound::CurrentRow,
                };
                continue;
            };
            let following = matches!(written, FrameBound::Following(_));
            let mut shift = None;
            let mut offset = offset.clone();
            if frame.unit == crate::spec::ast::FrameUnit::Range {
                let [(by, place)] = order else {
                    return Err(unsupported("a RANGE frame with an offset and several sort keys", offset.span));
                };
                if key.is_none() {
                    let (with_key, at) = self.argument(plan, by, arguments)?;
                    plan = with_key;
                    key = Some(RangeKey { argument: at, order: place.clone() });
                }
                let sign = if following == place.descending { "-" } else { "+" };
                let found = moving(sign, &by.ty, &offset.ty);
                let (function, ty) = found.ok_or_else(|| unsupported("this offset of a RANGE frame", offset.span))?;
                offset = coerced(offset, &ty);
                shift = Some(function);
            }
            let (with_offset, at) = self.argument(plan, &offset, arguments)?;
            plan = with_offset;
            *bound = if following { Bound::Following(at, shift) } else { Bound::Preceding(at, shift) };
        }
        let [start, end] = bounds;
        Ok((plan, Frame { unit: frame.unit, start, end, key }))
    }

    /// Numbers the rows of each partition.
    ///
    /// # Errors
    ///
    /// None in practice: the plan's columns are there.
    pub(super) fn numbered(
        &mut self,
        plan: LogicalPlan,
        partition: &[Plan],
        sort: &[SortExpr],
        numbering: Numbering,
    ) -> Result<(LogicalPlan, ColumnRef), EngineError> {
        let peers: Vec<Plan> = sort.iter().map(|key| key.expr.clone()).collect();
        let layout = Layout { types: Vec::new(), operands: 0, peers: 0..peers.len() };
        let function = OverPartition::new(numbering.into(), layout, Frame::default(), &Type::BigInt)?;
        self.windowed(plan, function, peers, partition.to_vec(), sort.to_vec())
    }

    fn windowed(
        &mut self,
        plan: LogicalPlan,
        function: OverPartition,
        arguments: Vec<Plan>,
        partition_by: Vec<Plan>,
        order_by: Vec<SortExpr>,
    ) -> Result<(LogicalPlan, ColumnRef), EngineError> {
        let column = self.column();
        let params = WindowFunctionParams {
            args: arguments,
            partition_by,
            order_by,
            window_frame: WindowFrame::new(None),
            filter: None,
            null_treatment: None,
            distinct: false,
        };
        let fun = WindowFunctionDefinition::WindowUDF(Arc::new(WindowUDF::from(function)));
        let call = Plan::WindowFunction(Box::new(WindowFunction { fun, params }));
        let window = WindowPlan::try_new(vec![named(call, column)], Arc::new(plan)).map_err(engine_error)?;
        Ok((LogicalPlan::Window(window), column))
    }
}
