//! What the user wrote: the tree, its parser, and the parser's errors.

pub mod ast;
mod errors;
mod parse;

pub use errors::ParseError;
pub use parse::{DEPTH_LIMIT, interval_in_words, is_reserved, json_step, parse, parse_expression, parse_query};
