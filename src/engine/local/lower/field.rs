//! A row's field by position, natively: the one step into nested data that every query over logs takes.

use std::any::Any;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, make_array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr as Plan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::evaluate::argument_arrays;

/// The field at a position of a struct.
pub(super) fn field(row: Plan, position: usize) -> Plan {
    let signature = Signature::any(1, Volatility::Immutable);
    Arc::new(ScalarUDF::from(Field { position, signature })).call(vec![row])
}

/// The position of the field that a function takes, if that is what it does.
pub fn field_position(function: &ScalarUDF) -> Option<usize> {
    let function: &dyn Any = function.inner().as_ref();
    function.downcast_ref::<Field>().map(|field| field.position)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Field {
    position: usize,
    signature: Signature,
}

impl ScalarUDFImpl for Field {
    fn name(&self) -> &str {
        "field"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [DataType::Struct(fields)] if self.position < fields.len() => Ok(fields[self.position].data_type().clone()),
            other => plan_err!("{other:?} has no field {}", self.position),
        }
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = argument_arrays(&call)?;
        let [row] = arrays.as_slice() else { return plan_err!("a field is taken of one row") };
        let part = row.as_struct().column(self.position);
        if part.data_type().is_null() {
            return Ok(ColumnarValue::Array(Arc::clone(part)));
        }
        let nulls = NullBuffer::union(row.nulls(), part.nulls());
        let data = part.to_data().into_builder().nulls(nulls).build()?;
        Ok(ColumnarValue::Array(make_array(data)))
    }
}
