//! From the plan to statements: the user's text with edits, and what athplan writes itself.

mod check;
mod context;
mod expression;
mod foreach;
mod literal;
mod name;
mod partition;
mod relation;
mod select;
mod splice;
mod sql;
mod statement;
mod storage;
mod text;

pub use check::check_plan;
pub use context::Context;
pub use foreach::{Part, Portion, portion_query, rectangle_text, result_table};
pub use literal::{NoLiteral, hidden, identifier, literal, string};
pub use name::{driver_table, is_own_table, run_name, table_name};
pub use splice::{Edit, splice};
pub use sql::{Piece, RUN_ID, Sql, Symbol};
pub use statement::{
    Purpose, STATEMENT_KEY, Statement, StatementId, TEXT_LIMIT, TEXT_ROOM, add_partitions, answer, define, define_file,
    driver_folder, driver_step, drop_kept, drops, file_location, foreach_head, foreach_portion, foreach_tail,
    portion_id, portion_number, portion_statement, printable, store, stored_table,
};
