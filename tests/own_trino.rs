//! Runs on a real Trino of the user's own: the examples' rows are those of the embedded engine, and each row comes once,
//! whatever is killed, restarted or cancelled on the way.
//!
//! The tests start a server of their own, since they end it; its S3 is that of the tests' emulator. They need a Trino
//! that is installed already, which `tests/trino/run` sees to: its folder in `ATHPLAN_TRINO_HOME`, that of a JDK of
//! version 24 or later in `ATHPLAN_TRINO_JAVA`.
#![cfg(all(feature = "local", feature = "athena", feature = "trino"))]

mod absent;
mod bench;
mod catalog;
mod examples;
mod faults;
mod formats;
mod judged;
mod keys;
mod kill;
mod secured;
mod server;
