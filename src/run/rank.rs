//! How much waits for each step: the bytes on the longest path behind it.

use crate::Compiled;
use crate::expand::{Repeats, at_most, scan_bytes, step_bytes};
use crate::plan::StepKind;

/// What a step counts besides its bytes, so that of two steps that read nothing the one with more
/// steps behind it goes first.
const STEP: u64 = 1 << 20;

/// The bytes on the longest path behind each step, itself aside.
pub(super) fn ranks(compiled: &Compiled) -> Vec<u64> {
    let steps = compiled.plan.steps.len();
    let mut ranks = vec![0_u64; steps];
    // Steps stand behind those they wait for, so the last is done first.
    for at in (0..steps).rev() {
        let behind = ranks[at].saturating_add(weight(compiled, at)).saturating_add(STEP);
        for earlier in compiled.dag.waits_for(at) {
            ranks[earlier] = ranks[earlier].max(behind);
        }
    }
    ranks
}

/// The bytes that a step reads, as far as they are known before it runs.
fn weight(compiled: &Compiled, at: usize) -> u64 {
    let plan = &compiled.plan;
    let own = step_bytes(plan, &compiled.needs, at).bytes;
    let StepKind::Foreach(id, ..) = &plan.step(at).kind else { return own };
    let repeats = Repeats::of(plan, &plan.foreachs[id].body);
    let body = plan.scans.values().filter(|scan| scan.foreach == Some(*id));
    let bounds = body.filter_map(|scan| at_most(plan, scan, &compiled.world).ok());
    bounds.fold(own, |sum, need| sum.saturating_add(scan_bytes(Some(&need), repeats.get(need.relation)).bytes))
}
