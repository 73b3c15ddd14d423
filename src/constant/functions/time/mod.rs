//! Dates, times, timestamps, zones and intervals with Trino's results.

use super::Body;
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(_name: &str, _arguments: &[Type], _result: &Type) -> Option<Body> {
    None
}
