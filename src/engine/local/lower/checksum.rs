//! `checksum`: a sum of the values' hashes, which does not depend on the order of rows.

use super::accumulate::{Accumulate, Function};
use super::sketch::hash;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// What each hash is multiplied with, and what a NULL counts.
const PRIME: u64 = 0x9E37_79B1_85EB_CA87;

/// Finds a function of this family, for types whose hash is known.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    match (name, arguments) {
        ("checksum", [ty]) if has_hash(ty) => {
            Some(Function::new(vec![Type::BigInt, Type::Boolean], || Sum { total: 0, any: false }))
        }
        _ => None,
    }
}

fn has_hash(ty: &Type) -> bool {
    match ty {
        Type::Timestamp(digits) => *digits <= 6,
        Type::Decimal(precision, _) => *precision <= 18,
        Type::Array(element) => has_hash(element),
        Type::IntervalDayToSecond | Type::IntervalYearToMonth | Type::Time(_) | Type::Boolean => true,
        ty => {
            ty.is_integer()
                || matches!(ty, Type::Varchar(_) | Type::Char(_) | Type::Varbinary)
                || matches!(ty, Type::Date | Type::Double | Type::Real)
        }
    }
}

#[derive(Debug)]
struct Sum {
    total: u64,
    any: bool,
}

impl Accumulate for Sum {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        let Some(value) = row.first() else { return Ok(()) };
        let part = if value.is_null() {
            PRIME
        } else {
            let hash = hash(value).ok_or_else(|| EvalError::refused("checksum of such a value"))?;
            hash.wrapping_mul(PRIME)
        };
        self.total = self.total.wrapping_add(part);
        self.any = true;
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Integer(self.total.cast_signed()), Value::Boolean(self.any)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Integer(total), Value::Boolean(any)] = state {
            self.total = self.total.wrapping_add(total.cast_unsigned());
            self.any |= any;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(if self.any { Value::Varbinary(self.total.to_le_bytes().as_slice().into()) } else { Value::Null })
    }
}
