//! An Athena and an S3 in this process, on loopback: what tests of the live engine talk to, by the wire.
//!
//! What Athena does was measured in September 2026 on the real service or is documented; where neither
//! tells, the file says what was chosen. Statements are run by the embedded engine.
#![cfg(feature = "local")]

mod calls;
mod catalog;
mod clock;
mod execution;
mod faults;
mod folders;
mod handle;
pub mod http;
mod options;
mod rates;
mod results;
mod s3;
mod statement;
mod wire;
mod workgroup;

mod client;
mod wire_archive;
mod wire_definitions;
mod wire_envelope;
mod wire_failures;
mod wire_faults;
mod wire_kinds;
mod wire_results;
mod wire_s3;
mod wire_start;
mod wire_storing;

use std::sync::atomic::{AtomicU64, Ordering};

use self::calls::Calls;
use self::catalog::Catalog;
use self::clock::Clock;
use self::execution::{Executions, id};
use self::faults::Faults;
use self::folders::Folders;
use self::rates::Rates;
use self::s3::Uploads;

pub use self::calls::Call;
pub use self::faults::{CallFault, Chance, FaultPlan, QueryFault};
pub use self::handle::Emulator;
pub use self::options::{Latency, Options, Quotas};
pub use self::workgroup::Workgroup;

/// What all connections and executions share.
#[derive(Debug)]
pub struct Shared {
    clock: Clock,
    /// What `now()` gives, in seconds since the epoch.
    now: Option<i64>,
    latency: Latency,
    quotas: Quotas,
    rates: Rates,
    workgroups: Vec<Workgroup>,
    faults: Faults,
    calls: Calls,
    catalog: Catalog,
    executions: Executions,
    folders: Folders,
    uploads: Uploads,
    region: String,
    /// Numbers from which ids are made.
    numbers: AtomicU64,
}

impl Shared {
    /// A workgroup by its name.
    fn workgroup(&self, name: &str) -> Option<Workgroup> {
        self.workgroups.iter().find(|workgroup| workgroup.name == name).cloned()
    }

    /// A number that was not given before.
    fn next_number(&self) -> u64 {
        // Executions count from 0 on their own.
        (1 << 32) + self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// An id for a request.
    fn request_id(&self) -> String {
        id(self.next_number())
    }

    /// What the data catalog says of something that it does not have.
    fn entity_not_found(&self) -> String {
        format!(
            "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; \
             Request ID: {}; Proxy: null)",
            self.request_id()
        )
    }
}
