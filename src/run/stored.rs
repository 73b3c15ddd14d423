//! A plan on disk, from which a run is taken up without compiling anything (law 7).
//!
//! The form is postcard (<https://postcard.jamesmunns.com/wire-format>) behind a line that names it and the
//! version of athplan: the plan's types are athplan's own and change with it, so another version refuses it.

use serde::{Deserialize, Serialize};

use super::ledger::LedgerError;
use crate::bind::query::RelationId;
use crate::expand::{Need, World};
use crate::partition::Rectangle;
use crate::plan::Plan;
use crate::{Compiled, dag};

/// What a plan on disk opens with.
const MARK: &str = concat!("athplan plan, ", env!("CARGO_PKG_VERSION"), "\n");

#[derive(Serialize)]
struct Written<'a> {
    plan: &'a Plan,
    fired: &'a [&'static str],
    world: &'a World,
    needs: Vec<(&'a RelationId, &'a Need)>,
    rectangles: Vec<(&'a RelationId, &'a Vec<Rectangle>)>,
}

#[derive(Deserialize)]
struct Read {
    plan: Plan,
    fired: Vec<String>,
    world: World,
    needs: Vec<(RelationId, Need)>,
    rectangles: Vec<(RelationId, Vec<Rectangle>)>,
}

/// A compiled spec as bytes.
pub fn write_plan(compiled: &Compiled) -> Vec<u8> {
    let written = Written {
        plan: &compiled.plan,
        fired: &compiled.fired,
        world: &compiled.world,
        needs: compiled.needs.iter().collect(),
        rectangles: compiled.rectangles.iter().collect(),
    };
    let bytes = postcard::to_allocvec(&written).expect("a plan is plain data");
    [MARK.as_bytes(), &bytes].concat()
}

/// A compiled spec from its bytes.
///
/// # Errors
///
/// They are not a plan of this version.
pub fn read_plan(bytes: &[u8]) -> Result<Compiled, LedgerError> {
    let failed = |reason: String| LedgerError::Plan { reason };
    let Some(bytes) = bytes.strip_prefix(MARK.as_bytes()) else {
        return Err(failed("another version of athplan wrote it".to_owned()));
    };
    let read: Read = postcard::from_bytes(bytes).map_err(|error| failed(error.to_string()))?;
    let dag = dag::schedule(&read.plan);
    let fired = crate::rewrite::names().filter(|name| read.fired.iter().any(|fired| fired == name)).collect();
    let (needs, rectangles) = (read.needs.into_iter().collect(), read.rectangles.into_iter().collect());
    Ok(Compiled { plan: read.plan, fired, dag, world: read.world, needs, rectangles })
}
