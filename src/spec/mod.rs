//! What the user wrote: the tree, its parser, and the parser's errors.

pub mod ast;
mod errors;
mod parse;

pub use errors::ParseError;
pub use parse::{DEPTH_LIMIT, is_reserved, parse, parse_expression, parse_query};
