//! The algebra of partitions: sets of values and times, the partitions they need, and the few
//! rectangles that cover those. Pure: of queries it knows the columns that a bound may use.

mod bounds;
mod cover;
mod derived;
mod event_clock;
mod folder_time;
mod hint;
mod intervals;
mod key_value;
mod misread;
mod needed;
mod region;

pub use bounds::{Failing, PROBES, leaves_all_time};
pub use cover::{KeySet, Rectangle, coarsen, cover};
pub use derived::{Bound, Derived, UnresolvedBound};
pub use event_clock::{event_time_text, sorts_as_time};
pub use hint::hint;
pub use intervals::{Cut, Intervals};
pub use key_value::KeyValue;
pub use misread::{Advice, Asked, Keeps, Misread, misread, misread_beginning};
pub use needed::{NeedError, Outside, PartitionSet, needed};
pub use region::{Predicate, Region, Regions};
