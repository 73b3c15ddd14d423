//! What the user wrote: the tree, its parser, and the parser's errors.

pub mod ast;
