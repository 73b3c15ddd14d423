//! DISTINCT and ORDER BY inside an aggregate call: the rows are kept, then given to the function once
//! all are there.

use std::collections::HashSet;

use super::accumulate::{Accumulate, Function};
use super::key::{group_key, order_key};
use crate::constant::{EvalError, Value};
use crate::types::{RowField, Type};

/// A sort key inside an aggregate call or a window.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    /// The type of what is sorted by.
    pub(super) ty: Type,
    /// `DESC`.
    pub(super) descending: bool,
    /// Whether NULLs come first.
    pub(super) nulls_first: bool,
}

impl Order {
    /// A value's place: places sort as this key says.
    ///
    /// # Errors
    ///
    /// Trino does not order such a value.
    pub(super) fn place(&self, value: &Value) -> Result<Vec<u8>, EvalError> {
        if value.is_null() {
            return Ok(vec![if self.nulls_first { 0 } else { 2 }]);
        }
        let mut place = vec![1];
        place.extend(
            order_key(value, &self.ty, self.descending)?
                .into_iter()
                .map(|byte| if self.descending { !byte } else { byte }),
        );
        Ok(place)
    }
}

/// A function that sees its rows without duplicates, or in an order.
pub(super) fn ordered(arguments: Vec<Type>, inner: Function, distinct: bool, order: Vec<Order>) -> Function {
    let field = |ty: &Type| RowField { name: None, ty: ty.clone() };
    let row = arguments.iter().chain(order.iter().map(|key| &key.ty)).map(field).collect();
    Function::new(vec![Type::array(Type::Row(row))], move || Rows {
        arguments: arguments.clone(),
        inner: inner.clone(),
        distinct,
        order: order.clone(),
        seen: HashSet::new(),
        rows: Vec::new(),
    })
}

struct Rows {
    arguments: Vec<Type>,
    inner: Function,
    distinct: bool,
    order: Vec<Order>,
    seen: HashSet<Vec<Vec<u8>>>,
    rows: Vec<Vec<Value>>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Accumulate for Rows {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if self.distinct {
            let key = row.iter().zip(&self.arguments).map(|(value, ty)| group_key(value, ty)).collect();
            if !self.seen.insert(key) {
                return Ok(());
            }
        }
        self.rows.push(row.to_vec());
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Array(self.rows.iter().map(|row| Value::Row(row.as_slice().into())).collect())]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        let [Value::Array(rows)] = state else { return Ok(()) };
        for row in rows.iter() {
            if let Value::Row(row) = row {
                self.add(row)?;
            }
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        let width = self.arguments.len();
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let keys = row.iter().skip(width).zip(&self.order);
            let place: Vec<Vec<u8>> = keys.map(|(value, order)| order.place(value)).collect::<Result<_, _>>()?;
            rows.push((place, row));
        }
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut inner = (self.inner.make)();
        for (_, row) in rows {
            inner.add(&row[..width])?;
        }
        inner.result()
    }
}
