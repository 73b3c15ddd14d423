//! The closed evaluator as a function of DataFusion: whatever is not surely the same natively is
//! computed here, row by row, over values.
//!
//! An expression that may fail is marked volatile, which keeps DataFusion from duplicating it or
//! taking predicates through it. A predicate may also be asked softly: a row for which it fails is
//! kept, so that it may be pushed to where it rejects most and still fails only where it is meant to.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr as Plan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};

use super::super::arrow::{from_values, physical_type, to_value};
use super::{carried, raised};
use crate::constant::{self, Value};
use crate::engine::EngineError;
use crate::types::Type;

/// What an expression's failing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnError {
    /// It cannot fail.
    Never,
    /// The query fails.
    Fail,
    /// The predicate counts as true.
    Keep,
}

/// A call of the evaluator over columns of a plan.
///
/// # Errors
///
/// The engine cannot hold values of the result's type.
pub(super) fn evaluated(
    expr: constant::Expr,
    inputs: Vec<(Plan, Type)>,
    result: &Type,
    on_error: OnError,
) -> Result<Plan, EngineError> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let (arguments, types): (Vec<Plan>, Vec<Type>) = inputs.into_iter().unzip();
    let volatility = if on_error == OnError::Fail { Volatility::Volatile } else { Volatility::Immutable };
    let signature = if types.is_empty() { TypeSignature::Nullary } else { TypeSignature::Any(types.len()) };
    let function = Evaluate {
        number: NUMBER.fetch_add(1, Ordering::Relaxed),
        expr,
        types,
        result: result.clone(),
        physical: physical_type(result)?,
        on_error,
        signature: Signature::new(signature, volatility),
    };
    Ok(Arc::new(ScalarUDF::from(function)).call(arguments))
}

/// A call's arguments, each with a value for every row: DataFusion hands constants on as single values, and
/// where all are constants gives nothing that is as long as the rows are many.
pub(super) fn argument_arrays(call: &ScalarFunctionArgs) -> Result<Vec<ArrayRef>> {
    call.args.iter().map(|argument| argument.to_array(call.number_rows)).collect()
}

/// One expression, as a function of the columns it uses.
#[derive(Debug)]
struct Evaluate {
    /// Tells it from every other: the expression itself cannot be compared.
    number: usize,
    expr: constant::Expr,
    types: Vec<Type>,
    result: Type,
    physical: DataType,
    on_error: OnError,
    signature: Signature,
}

impl PartialEq for Evaluate {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Evaluate {}

impl Hash for Evaluate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl ScalarUDFImpl for Evaluate {
    fn name(&self) -> &str {
        "evaluate"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.physical.clone())
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if self.types.is_empty() && call.number_rows > 0 {
            let value = self.evaluate(&[])?;
            let array = from_values(&[value], &self.result).map_err(carried)?;
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        let arrays = argument_arrays(&call)?;
        let mut values = Vec::with_capacity(call.number_rows);
        let mut inputs = Vec::with_capacity(arrays.len());
        for row in 0..call.number_rows {
            inputs.clear();
            inputs.extend(arrays.iter().zip(&self.types).map(|(array, ty)| to_value(array, row, ty)));
            values.push(self.evaluate(&inputs)?);
        }
        Ok(ColumnarValue::Array(from_values(&values, &self.result).map_err(carried)?))
    }
}

impl Evaluate {
    fn evaluate(&self, inputs: &[Value]) -> Result<Value> {
        match constant::evaluate(&self.expr, inputs) {
            Ok(value) => Ok(value),
            Err(_) if self.on_error == OnError::Keep => Ok(Value::Boolean(true)),
            Err(error) => Err(raised(&error)),
        }
    }
}
