//! The Trino engine against a server of the client protocol in this process, whose answers a test writes: so that every
//! turn that a query can take is tried without a Trino. What a real one answers is tried in `tests/trino`.

mod bench;
mod catalog;
mod faults;
mod orphans;
mod program;
mod results;
mod server;
mod statements;
