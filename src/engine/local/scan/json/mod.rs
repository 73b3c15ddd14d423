//! JSON text into columns: only what a query uses is decoded, the rest is skipped as text.

mod decimal;
mod decode;
mod hive_value;
mod lazy;
mod lenient;
mod scalar;
mod text;

pub use decode::{JsonRules, Mismatch, RecordDecoder};
pub use lenient::rewrite;
pub use scalar::{append_plain, scalar_is_readable};
