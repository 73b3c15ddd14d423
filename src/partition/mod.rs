//! The algebra of partitions: sets of values and times, the partitions they need, and the few
//! rectangles that cover those. Pure: it knows tables, not queries.

mod cover;
mod intervals;
mod key_value;
mod needed;
mod region;

pub use cover::{KeySet, Rectangle, coarsen, cover};
pub use intervals::{Cut, Intervals};
pub use key_value::KeyValue;
pub use needed::{NeedError, Outside, PartitionSet, needed};
pub use region::{Predicate, Region, Regions};
