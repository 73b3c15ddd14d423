//! Aggregate functions as the engine runs them: what they keep while rows come in, and how DataFusion
//! calls them.
//!
//! DataFusion's own are used where they mean the same: `count`, and `min` and `max` of types that it
//! sorts as Trino does. The others are written over values; a window calls the same ones.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr as Plan, Signature, TypeSignature, Volatility, lit,
};

use super::super::arrow::{from_values, physical_type, to_value};
use super::key::sorted_as_stored;
use super::{carried, raised, unsupported};
use crate::constant::{EvalError, Value};
use crate::engine::EngineError;
use crate::source::Span;
use crate::types::Type;

/// What an aggregate function keeps of the rows it has seen.
pub(super) trait Accumulate: Debug + Send + Sync {
    /// Takes a row of arguments.
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError>;

    /// What it keeps, as values of the call's state types.
    fn state(&self) -> Vec<Value>;

    /// Takes what another one kept.
    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError>;

    /// The result over all rows so far.
    fn result(&self) -> Result<Value, EvalError>;
}

/// What an aggregate function is for the types it is called with.
#[derive(Clone)]
pub(super) struct Function {
    /// The types of what it keeps.
    pub(super) states: Vec<Type>,
    /// Makes an empty one.
    pub(super) make: Arc<dyn Fn() -> Box<dyn Accumulate> + Send + Sync>,
}

impl Function {
    /// A function by the types of its state and by what makes one.
    pub(super) fn new<A: Accumulate + 'static>(
        states: Vec<Type>,
        make: impl Fn() -> A + Send + Sync + 'static,
    ) -> Function {
        Function { states, make: Arc::new(move || Box::new(make())) }
    }
}

/// An aggregate function, resolved to the types it is called with.
#[derive(Clone)]
pub(super) struct Call {
    /// Its name and types, which tell it from others.
    identity: String,
    name: String,
    arguments: Vec<Type>,
    result: Type,
    function: Function,
    native: bool,
}

impl Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.identity)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for Call {}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

impl Call {
    /// Finds a function.
    ///
    /// # Errors
    ///
    /// The engine lacks it for these types.
    pub(super) fn new(name: &str, arguments: &[Type], result: &Type, span: Span) -> Result<Call, EngineError> {
        let function = super::fold::function(name, arguments, result)
            .or_else(|| super::moments::function(name, arguments))
            .or_else(|| super::pick::function(name, arguments))
            .or_else(|| super::quantile::function(name, arguments))
            .or_else(|| super::sketch::function(name, arguments))
            .or_else(|| super::checksum::function(name, arguments))
            .or_else(|| super::covariance::function(name, arguments))
            .or_else(|| super::collect::function(name, arguments));
        let function = function.ok_or_else(|| {
            let types = arguments.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
            unsupported(format!("the aggregate function {name}({types})"), span)
        })?;
        let native = match (name, arguments) {
            ("count", []) => true,
            ("count", [argument]) => *argument != Type::Unknown,
            ("min" | "max", [argument]) => sorted_as_stored(argument) && *argument != Type::Boolean,
            _ => false,
        };
        Ok(Call::of(name, arguments, result, function, native))
    }

    /// `reduce_agg`: what its lambdas make of the values and the first state.
    pub(super) fn reduction(
        arguments: &[Type],
        result: &Type,
        input: crate::constant::Lambda,
        combine: crate::constant::Lambda,
    ) -> Call {
        let identity = format!("reduce_agg{arguments:?}{result}{input:?}{combine:?}");
        let function = super::reduce::function(result, input, combine);
        let (name, arguments, result) = ("reduce_agg".to_owned(), arguments.to_vec(), result.clone());
        Call { identity, name, arguments, result, function, native: false }
    }

    fn of(name: &str, arguments: &[Type], result: &Type, function: Function, native: bool) -> Call {
        let identity = format!("{name}{arguments:?}{result}");
        Call {
            identity,
            name: name.to_owned(),
            arguments: arguments.to_vec(),
            result: result.clone(),
            function,
            native,
        }
    }

    /// `count(*)`.
    pub(super) fn count_rows() -> Call {
        Call::of("count", &[], &Type::BigInt, super::fold::count(), true)
    }

    /// `count(x)`, of any type.
    pub(super) fn count_values() -> Call {
        Call::of("count", &[Type::VARCHAR], &Type::BigInt, super::fold::count(), true)
    }

    /// The value of a scalar subquery: that of its only row, NULL of none, an error of several.
    pub(super) fn single(ty: &Type) -> Result<Call, EngineError> {
        physical_type(ty)?;
        Ok(Call::of("single", std::slice::from_ref(ty), ty, super::pick::single(ty), false))
    }

    /// Some value of a group whose values are not distinct, NULL among them.
    pub(super) fn any_of_equal(ty: &Type) -> Call {
        Call::of("any_of_equal", std::slice::from_ref(ty), ty, super::pick::first(ty), false)
    }

    /// The same with DISTINCT or ORDER BY; the types of the sort keys follow those of the arguments.
    pub(super) fn ordered(self, distinct: bool, order: Vec<super::ordered::Order>) -> Call {
        if !distinct && order.is_empty() {
            return self;
        }
        let mut arguments = self.arguments.clone();
        arguments.extend(order.iter().map(|key| key.ty.clone()));
        let identity = format!("{} distinct {distinct} {order:?}", self.identity);
        let function = super::ordered::ordered(self.arguments.clone(), self.function, distinct, order);
        Call { identity, arguments, function, native: false, ..self }
    }

    /// Whether it counts, and so is 0 over no rows.
    pub(super) fn is_count(&self) -> bool {
        self.name == "count"
    }

    /// The types it is called with.
    pub(super) fn arguments(&self) -> &[Type] {
        &self.arguments
    }

    /// An empty accumulator.
    pub(super) fn start(&self) -> Box<dyn Accumulate> {
        (self.function.make)()
    }
}

/// A call as DataFusion's expression.
///
/// # Errors
///
/// The engine cannot hold what it keeps.
pub(super) fn call(function: Call, arguments: Vec<Plan>, filter: Option<Plan>) -> Result<Plan, EngineError> {
    let filter = filter.map(Box::new);
    let make = |udaf: Arc<AggregateUDF>, arguments: Vec<Plan>| {
        Plan::AggregateFunction(AggregateFunction::new_udf(udaf, arguments, false, filter, Vec::new(), None))
    };
    if function.native {
        return Ok(match function.name.as_str() {
            "min" => make(min_udaf(), arguments),
            "max" => make(max_udaf(), arguments),
            _ if arguments.is_empty() => make(count_udaf(), vec![lit(1_i64)]),
            _ => make(count_udaf(), arguments),
        });
    }
    let signature = TypeSignature::Any(function.arguments.len());
    let mut states = Vec::with_capacity(function.function.states.len());
    for (at, ty) in function.function.states.iter().enumerate() {
        states.push((at, physical_type(ty)?));
    }
    let udaf = Folding {
        result: physical_type(&function.result)?,
        states,
        signature: Signature::new(signature, Volatility::Immutable),
        call: function,
    };
    Ok(make(Arc::new(AggregateUDF::from(udaf)), arguments))
}

/// An aggregate function of ours, as DataFusion sees it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Folding {
    call: Call,
    result: DataType,
    states: Vec<(usize, DataType)>,
    signature: Signature,
}

impl AggregateUDFImpl for Folding {
    fn name(&self) -> &str {
        &self.call.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Running { inner: self.call.start(), call: self.call.clone() }))
    }

    fn state_fields(&self, call: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let fields = self.states.iter();
        Ok(fields.map(|(at, ty)| Arc::new(Field::new(format!("{}[{at}]", call.name), ty.clone(), true))).collect())
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// An accumulator at work.
#[derive(Debug)]
struct Running {
    call: Call,
    inner: Box<dyn Accumulate>,
}

impl Running {
    fn scalar(value: Value, ty: &Type) -> Result<ScalarValue> {
        let array = from_values(&[value], ty).map_err(carried)?;
        ScalarValue::try_from_array(&array, 0)
    }
}

impl Accumulator for Running {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |array| array.len());
        let mut row = Vec::with_capacity(values.len());
        for at in 0..rows {
            row.clear();
            row.extend(values.iter().zip(&self.call.arguments).map(|(array, ty)| to_value(array, at, ty)));
            self.inner.add(&row).map_err(|error| raised(&error))?;
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |array| array.len());
        let types = &self.call.function.states;
        for at in 0..rows {
            let state: Vec<Value> = states.iter().zip(types).map(|(array, ty)| to_value(array, at, ty)).collect();
            self.inner.merge(&state).map_err(|error| raised(&error))?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner
            .state()
            .into_iter()
            .zip(&self.call.function.states)
            .map(|(value, ty)| Self::scalar(value, ty))
            .collect()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let value = self.inner.result().map_err(|error| raised(&error))?;
        Self::scalar(value, &self.call.result)
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}
