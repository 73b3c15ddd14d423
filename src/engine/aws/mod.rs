//! What AWS is asked beside Athena's own calls: who asks, and the S3 in which tables and a run's files lie.
//!
//! Athena and a Trino both keep their tables there, so that both engines list, write and delete through this.

pub mod answer;
mod client;
pub mod credentials;
mod error;
pub mod identity;
pub mod listing;
pub mod store;
pub mod text;

pub use client::{load, s3_endpoint};
pub use error::{chain, no_credentials, no_region, nobody, of_profile};
pub use listing::Listing;
pub use store::{Encryption, Location, Sender, Store};
