//! Bounds on event time that driver rows bring in another form than the column's times have: what a spec's
//! own constants are warned of when it is planned, and what rows say is only known now.

use super::{DriverRow, merge};
use crate::partition::{Asked, Derived, misread};
use crate::plan::warning::{shown, sign};
use crate::plan::{ForeachPlan, Scan, Warning};

/// Driver rows whose bounds most likely do not say what was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisreadRows {
    /// How many.
    pub rows: usize,
    /// What is to be said of the first of them.
    pub first: Warning,
}

/// Such rows for each bound of a scan.
pub(super) fn misread_rows(foreach: &ForeachPlan, scan: &Scan, rows: &[&DriverRow]) -> Vec<MisreadRows> {
    let Some(time) = &scan.table.time else { return Vec::new() };
    let name = scan.table.columns.get(time.column).map(|column| column.name.as_str()).unwrap_or_default();
    let of_atom = |atom: &Derived| {
        let Derived::Time { function, column, ty, comparison, bound, .. } = atom else { return None };
        if bound.columns.is_empty() {
            return None;
        }
        let asked = Asked { format: &time.format, column, function, ty, comparison: *comparison };
        let mut odd = rows.iter().filter_map(|row| {
            let value = bound.value(&|column| merge::row_value(foreach, row, column)).ok()?;
            Some((misread(&asked, &value)?, value))
        });
        let (found, value) = odd.next()?;
        let said = format!("{name} {} {}", sign(*comparison), shown(&value).unwrap_or_else(|| "the bound".to_owned()));
        let first = Warning::of_misread(said, name, &time.format, &found, bound.span);
        Some(MisreadRows { rows: 1 + odd.count(), first })
    };
    scan.derived.atoms().into_iter().filter_map(of_atom).collect()
}
