//! UNNEST: arrays and maps side by side, as rows next to the rows they came from.
//!
//! One function turns the arrays and maps of a row into one list of rows, padded with NULL and
//! numbered, and DataFusion spreads that list. Under a LEFT JOIN a row without elements keeps one row
//! of NULLs.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, JoinType, Result};
use datafusion::logical_expr::{
    ColumnarValue, Expr as Plan, LogicalPlan, LogicalPlanBuilder, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};

use super::super::arrow::{from_values, physical_type, to_value};
use super::evaluate::argument_arrays;
use super::expression::lowered;
use super::field::field;
use super::name::{extend, named, project};
use super::{Lowering, carried, engine_error, unsupported};
use crate::bind::expr::ColumnRef;
use crate::bind::query::{Relation, RelationKind};
use crate::constant::Value;
use crate::engine::EngineError;
use crate::types::{RowField, Type};

impl Lowering<'_> {
    /// Lowers an UNNEST next to the rows of `left`.
    ///
    /// # Errors
    ///
    /// The engine lacks something in its expressions.
    pub(super) fn unnest(
        &mut self,
        left: LogicalPlan,
        relation: &Relation,
        kind: JoinType,
    ) -> Result<LogicalPlan, EngineError> {
        let RelationKind::Unnest { expressions, ordinality } = &relation.kind else {
            unreachable!("only an UNNEST is lowered here")
        };
        let mut plan = left;
        let before = plan.schema().columns();
        let mut arguments = Vec::with_capacity(expressions.len());
        let mut types = Vec::with_capacity(expressions.len());
        for expr in expressions {
            let (attached, over) = self.attach_all(plan, expr)?;
            plan = attached;
            if !matches!(over.ty, Type::Array(_) | Type::Map(..)) {
                return Err(unsupported(format!("UNNEST of {}", over.ty), expr.span));
            }
            arguments.push(lowered(&over)?);
            types.push(over.ty);
        }
        let fields: Vec<RowField> =
            relation.columns.iter().map(|column| RowField { name: None, ty: column.ty.clone() }).collect();
        let spread = Spread {
            types,
            result: Type::array(Type::Row(fields.into())),
            ordinality: *ordinality,
            keep_empty: kind == JoinType::Left,
            signature: Signature::any(arguments.len(), Volatility::Immutable),
        };
        physical_type(&spread.result)?;
        // DataFusion forgets the relation of a column that it unnests: this one has none.
        let list = Column::from_name(format!("list{}", self.relation().0));
        let call = Arc::new(ScalarUDF::from(spread)).call(arguments);
        plan = extend(plan, vec![call.alias(&list.name)])?;
        plan = LogicalPlanBuilder::from(plan)
            .unnest_column(list.clone())
            .and_then(LogicalPlanBuilder::build)
            .map_err(engine_error)?;
        // Columns that nobody needs may be gone by now.
        let kept = before.into_iter().filter(|column| plan.schema().has_column(column));
        let mut columns: Vec<Plan> = kept.map(Plan::Column).collect();
        for at in 0..relation.columns.len() {
            columns.push(named(field(Plan::Column(list.clone()), at), ColumnRef { relation: relation.id, column: at }));
        }
        project(plan, columns)
    }
}

/// The function that turns arrays and maps into one list of rows.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Spread {
    types: Vec<Type>,
    /// An array of rows, with a field for each column of the relation.
    result: Type,
    ordinality: bool,
    keep_empty: bool,
    signature: Signature,
}

impl ScalarUDFImpl for Spread {
    fn name(&self) -> &str {
        "spread"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        physical_type(&self.result).map_err(carried)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = argument_arrays(&call)?;
        let mut lists = Vec::with_capacity(call.number_rows);
        for row in 0..call.number_rows {
            let values: Vec<Value> =
                arrays.iter().zip(&self.types).map(|(array, ty)| to_value(array, row, ty)).collect();
            lists.push(Value::Array(self.spread(&values).into()));
        }
        Ok(ColumnarValue::Array(from_values(&lists, &self.result).map_err(carried)?))
    }
}

impl Spread {
    fn spread(&self, values: &[Value]) -> Vec<Value> {
        let length = |value: &Value| match value {
            Value::Array(items) => items.len(),
            Value::Map(entries) => entries.len(),
            _ => 0,
        };
        let rows = values.iter().map(length).max().unwrap_or(0);
        let row = |at: Option<usize>| {
            let mut fields = Vec::new();
            for (value, ty) in values.iter().zip(&self.types) {
                append(&mut fields, value, ty, at);
            }
            if self.ordinality {
                let ordinal = at.and_then(|at| i64::try_from(at + 1).ok());
                fields.push(ordinal.map_or(Value::Null, Value::Integer));
            }
            Value::Row(fields.into())
        };
        if rows == 0 && self.keep_empty {
            return vec![row(None)];
        }
        (0..rows).map(|at| row(Some(at))).collect()
    }
}

/// The columns that one array or map has in a row, NULL behind its end.
fn append(fields: &mut Vec<Value>, value: &Value, ty: &Type, at: Option<usize>) {
    match (value, ty) {
        (_, Type::Map(..)) => {
            let entries = if let Value::Map(entries) = value { entries.as_ref() } else { &[] };
            let entry = at.and_then(|at| entries.get(at));
            fields.push(entry.map_or(Value::Null, |(key, _)| key.clone()));
            fields.push(entry.map_or(Value::Null, |(_, value)| value.clone()));
        }
        (_, Type::Array(element)) => {
            let items = if let Value::Array(items) = value { items.as_ref() } else { &[] };
            let item = at.and_then(|at| items.get(at));
            match (element.as_ref(), item) {
                (Type::Row(_), Some(Value::Row(parts))) => fields.extend(parts.iter().cloned()),
                (Type::Row(types), _) => fields.extend(types.iter().map(|_| Value::Null)),
                (_, item) => fields.push(item.cloned().unwrap_or(Value::Null)),
            }
        }
        _ => {}
    }
}
