//! The rungs that leave the body as it is: beside all driver rows at once, or once for each.

use super::driver::driver_item;
use super::{Part, body_alias, body_names, both, writes_list};
use crate::emit::context::Context;
use crate::emit::literal::{identifier, literal};
use crate::emit::name::driver_table;
use crate::emit::sql::Sql;
use crate::emit::storage::read_stored;
use crate::emit::text::{operand, parenthesised};
use crate::plan::{ForeachPlan, Plan, ROW_NUMBER};

/// The body, which does not use the row, beside the driver.
pub(super) fn uncorrelated(plan: &Plan, foreach: &ForeachPlan, part: &Part) -> Sql {
    let context = Context::for_step(plan, foreach.step, &part.scans);
    beside_driver(&context, foreach, None)
}

/// The body for one driver row, whose values are read from the driver's table.
pub(super) fn substituted(plan: &Plan, foreach: &ForeachPlan, part: &Part) -> Sql {
    let mut context = Context::for_step(plan, foreach.step, &part.scans);
    for (at, column) in foreach.columns.iter().enumerate() {
        let text = match part.literals.get(&at) {
            Some(value) => {
                Sql::text(literal(value, &column.ty).expect("planning refuses literals of types that have none"))
            }
            None => {
                let item = read_stored(&[(column.name.clone(), column.ty.clone())], None).join(", ");
                let mut text = Sql::text(format!("(SELECT {item} FROM "));
                text.append(&driver_table(foreach)).push(format!(" WHERE {})", rows_of(part)));
                text
            }
        };
        context.columns.insert(column.source, text);
    }
    if writes_list(foreach) {
        return beside_driver(&context, foreach, Some(&part.rows));
    }
    operand(context.source(), foreach.body.span, context.query(&foreach.body))
}

/// The number of the part's row.
fn rows_of(part: &Part) -> String {
    match part.rows.first() {
        Some(row) => format!("{ROW_NUMBER} = {row}"),
        None => "FALSE".to_owned(),
    }
}

fn beside_driver(context: &Context<'_>, foreach: &ForeachPlan, rows: Option<&[i64]>) -> Sql {
    let row = identifier(&foreach.row);
    let body = body_alias(&row);
    let mut text = Sql::text(format!("SELECT {}\nFROM ", both(foreach, &row, body)));
    text.append(&driver_item(context, foreach, &foreach.row, rows));
    text.push(if foreach.outer { "\nLEFT JOIN " } else { "\nCROSS JOIN " });
    text.append(&parenthesised(context.source(), foreach.body.span, &context.query(&foreach.body)));
    text.push(format!(" AS {body} ({})", body_names(foreach).join(", ")));
    if foreach.outer {
        text.push(" ON TRUE");
    }
    text
}
