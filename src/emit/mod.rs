//! From the plan to statements: the user's text with edits, and what athplan writes itself.

mod check;
mod context;
mod foreach;
mod literal;
mod partition;
mod splice;
mod sql;
mod statement;
mod storage;

pub use check::check_printable;
pub use context::{Context, table_name};
pub use foreach::{Part, Portion, ROW_NUMBER, driver_table, rectangle_text, result_table};
pub use literal::{NoLiteral, hidden, identifier, literal, string};
pub use splice::{Edit, splice};
pub use sql::{Piece, Sql, Symbol};
pub use statement::{
    Purpose, STATEMENT_KEY, Statement, StatementId, TEXT_LIMIT, add_partitions, answer, define, define_file,
    drop_table, file_location, foreach_head, foreach_portion, foreach_tail, printable, store,
};
