//! Tables: what they hold, how their files lie, which partitions there are.

mod table;

pub use table::*;
