//! The Athena engine through the SDK, against an emulator that answers as Athena was measured to
//! (`athena-wire`; sections are named where they matter).

pub mod bench;
mod catalog;
mod connecting;
mod results;
mod statements;
mod storage;
