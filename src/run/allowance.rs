//! What a statement may read beyond its plan: rows that the run itself has stored.
//!
//! The plan's figures are those of tables whose files were listed. How much a driver or an earlier step comes
//! to, nobody knows before; afterwards their files are there to be listed, which is done only for a statement
//! that seems to have read too much.

use super::Run;
use crate::emit::{self, Statement};
use crate::engine::{Engine, EngineError};
use crate::expand::most_reads;
use crate::plan::StepKind;

impl<E: Engine> Run<'_, E> {
    /// The bytes of the stored tables that a statement names, as often as it may read them.
    pub(super) async fn stored_bytes(&self, statement: &Statement, step: usize) -> Result<u64, EngineError> {
        let plan = &self.compiled.plan;
        let text = statement.sql.substitute(|symbol| self.place(symbol));
        let words: Vec<&str> = text.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
        let earlier = plan.step(step).waits_for.iter().filter_map(|earlier| emit::stored_table(plan, *earlier));
        // Of its own step a statement reads the driver; what it writes is no excuse for what it read.
        let own = match &plan.step(step).kind {
            StepKind::Foreach(id, ..) => Some(&plan.foreachs[id]),
            _ => None,
        };
        let own = own.filter(|foreach| foreach.stored && statement.id.0 != emit::driver_step(foreach));
        let own = own.map(|foreach| (emit::driver_table(foreach), emit::driver_folder(foreach)));
        let most = u64::try_from(most_reads(plan, step)).unwrap_or(u64::MAX);
        let mut total = 0_u64;
        for (name, folder) in earlier.chain(own) {
            let name = name.substitute(|symbol| self.place(symbol));
            let named = words.iter().filter(|word| **word == name).count();
            if named == 0 {
                continue;
            }
            let folder = folder.substitute(|symbol| self.place(symbol));
            let files = self.patiently(&folder, || self.engine.list(&folder)).await?;
            let bytes = files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
            let named = u64::try_from(named).unwrap_or(u64::MAX);
            total = total.saturating_add(bytes.saturating_mul(named).saturating_mul(most));
        }
        Ok(total)
    }
}
