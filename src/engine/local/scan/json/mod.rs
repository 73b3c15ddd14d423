//! JSON text into columns: only what a query uses is decoded, the rest is skipped as text.

mod decimal;
mod decode;
mod lazy;
mod scalar;
mod text;

pub use decode::{JsonRules, RecordDecoder};
pub use scalar::{append_plain, scalar_is_readable};
