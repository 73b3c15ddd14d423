//! The run room: ledgers, taking up a run that was killed, faults of the engine, how wide a run goes.

mod budgets;
mod cleaning;
mod clockwork;
mod faults;
mod flaky;
mod kill;
mod ledger;
mod makespan;
