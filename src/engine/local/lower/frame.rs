//! Window frames: which rows of a partition a row looks at.

use std::ops::Range;

use super::ordered::Order;
use crate::constant::functions::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::spec::ast::FrameUnit;

/// A frame.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) unit: FrameUnit,
    pub(super) start: Bound,
    pub(super) end: Bound,
    /// What RANGE offsets are added to.
    pub(super) key: Option<RangeKey>,
}

/// The single sort key of a RANGE frame with offsets.
#[derive(Debug, Clone)]
pub(super) struct RangeKey {
    /// Its position among the call's arguments.
    pub(super) argument: usize,
    pub(super) order: Order,
}

/// Where a frame begins or ends; an offset is the position of an argument and, for RANGE, the function
/// that moves the sort key by it.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    First,
    Preceding(usize, Option<Function>),
    CurrentRow,
    Following(usize, Option<Function>),
    Last,
}

impl Default for Frame {
    /// From the first row to the last of the current row's peers.
    fn default() -> Self {
        Frame { unit: FrameUnit::Range, start: Bound::First, end: Bound::CurrentRow, key: None }
    }
}

/// A sorted partition, as frames see it.
pub(super) struct Partition<'a> {
    /// The rows of each group of peers, in order.
    pub(super) peers: &'a [Range<usize>],
    /// The group of each row.
    pub(super) group: &'a [usize],
    /// The place of each row's RANGE key; empty without one.
    pub(super) places: &'a [Vec<u8>],
    /// An argument's value in a row.
    pub(super) value: &'a dyn Fn(usize, usize) -> Value,
}

impl Frame {
    /// The rows that a row looks at.
    ///
    /// # Errors
    ///
    /// An offset is NULL or negative, or moving the sort key by it fails.
    pub(super) fn rows(&self, partition: &Partition<'_>, row: usize) -> Result<Range<usize>, EvalError> {
        let start = self.edge(&self.start, partition, row, true)?;
        let end = self.edge(&self.end, partition, row, false)?;
        Ok(start..end.max(start))
    }

    /// The first row of the frame, or the row after its last.
    fn edge(&self, bound: &Bound, partition: &Partition<'_>, row: usize, start: bool) -> Result<usize, EvalError> {
        let rows = partition.group.len();
        let own = partition.peers[partition.group[row]].clone();
        let (argument, shift, following) = match bound {
            Bound::First => return Ok(0),
            Bound::Last => return Ok(rows),
            Bound::CurrentRow if self.unit == FrameUnit::Rows => return Ok(if start { row } else { row + 1 }),
            Bound::CurrentRow => return Ok(if start { own.start } else { own.end }),
            Bound::Preceding(argument, shift) => (*argument, shift, false),
            Bound::Following(argument, shift) => (*argument, shift, true),
        };
        let offset = (partition.value)(argument, row);
        if self.unit == FrameUnit::Range {
            let (Some(key), Some(shift)) = (&self.key, shift) else {
                unreachable!("a RANGE frame with an offset has a key and its function")
            };
            return range_edge(key, shift, &offset, partition, row, start);
        }
        let Value::Integer(offset) = offset else { return Err(bad_offset("null")) };
        let offset = usize::try_from(offset).map_err(|_| bad_offset("negative"))?;
        if self.unit == FrameUnit::Rows {
            let at = if following { row.saturating_add(offset) } else { row.wrapping_sub(offset) };
            let before_first = !following && offset > row;
            return Ok(match start {
                true if before_first => 0,
                false if before_first => 0,
                true => at.min(rows),
                false => at.saturating_add(1).min(rows),
            });
        }
        let group = partition.group[row];
        if !following && offset > group {
            return Ok(0);
        }
        let group = if following { group.saturating_add(offset) } else { group - offset };
        Ok(match partition.peers.get(group) {
            Some(peers) if start => peers.start,
            Some(peers) => peers.end,
            None => rows,
        })
    }
}

/// The edge of a RANGE frame with an offset: where the moved key would stand among the keys that are
/// not NULL. A row whose key is NULL looks at its peers.
fn range_edge(
    key: &RangeKey,
    shift: &Function,
    offset: &Value,
    partition: &Partition<'_>,
    row: usize,
    start: bool,
) -> Result<usize, EvalError> {
    if offset.is_null() {
        return Err(bad_offset("null"));
    }
    if is_negative(offset) {
        return Err(bad_offset("negative"));
    }
    let here = (partition.value)(key.argument, row);
    let own = &partition.peers[partition.group[row]];
    if here.is_null() {
        return Ok(if start { own.start } else { own.end });
    }
    let arguments = [here, offset.clone()];
    let moved = match shift.body {
        Body::Strict(body) | Body::Nullable(body) => body(shift, &arguments)?,
        Body::HigherOrder(_) => unreachable!("arithmetic takes no lambda"),
    };
    let place = key.order.place(&moved)?;
    let known = partition.places.partition_point(|other| other.first() < place.first())
        ..partition.places.partition_point(|other| other.first() <= place.first());
    let among = &partition.places[known.clone()];
    let within = if start {
        among.partition_point(|other| *other < place)
    } else {
        among.partition_point(|other| *other <= place)
    };
    Ok(known.start + within)
}

fn is_negative(offset: &Value) -> bool {
    match offset {
        Value::Integer(number) | Value::IntervalDayToSecond(number) | Value::IntervalYearToMonth(number) => *number < 0,
        Value::Decimal(number) => *number < 0,
        Value::Double(number) => *number < 0.0,
        Value::Real(number) => *number < 0.0,
        _ => false,
    }
}

fn bad_offset(what: &str) -> EvalError {
    EvalError::new("INVALID_WINDOW_FRAME", format!("Window frame offset value must not be {what}"))
}
