//! Constant JSON paths that are none.
//!
//! An engine meets such a path when it reads the first row, after it was paid for; with no row it says
//! nothing at all.

use super::PlanError;
use super::walk::{expressions, queries, visit_expression};
use crate::bind::expr::{Expr, ExprKind};
use crate::bind::query::Query;
use crate::constant::Value;
use crate::constant::functions::json_path_mistake;
use crate::spec::json_step;

/// The functions that take a document and a path.
const FUNCTIONS: [&str; 3] = ["json_extract", "json_extract_scalar", "json_size"];

/// Notes the paths of a query, and of the queries inside it, that are none.
pub(super) fn check_json_paths(query: &Query, errors: &mut Vec<PlanError>) {
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Call(name, arguments) = &expr.kind
                && let [_, path] = arguments.as_slice()
                && FUNCTIONS.contains(&name.as_str())
                && let Some(text) = constant_text(path)
                && json_path_mistake(text)
            {
                let error = PlanError::JsonPath { path: text.to_owned(), help: meant(text), span: path.span };
                // A view's text is met wherever the view is used.
                if !errors.contains(&error) {
                    errors.push(error);
                }
            }
            true
        });
    }
    for inner in queries(query) {
        check_json_paths(inner, errors);
    }
}

fn constant_text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Value::Varchar(text)) | ExprKind::Parameter(_, Value::Varchar(text)) => Some(text),
        ExprKind::Cast(inner, _) => constant_text(inner),
        _ => None,
    }
}

/// What was probably meant.
fn meant(path: &str) -> String {
    let steps = path.trim_start_matches(['$', '.']);
    let tried = [format!("$.{steps}"), format!("${}", json_step(steps))];
    match tried.iter().find(|tried| !steps.is_empty() && !json_path_mistake(tried)) {
        Some(path) => format!("write '{}'", path.replace('\'', "''")),
        None => "a path is $, then .name, [0] or [\"name\"] for each step: '$.a[0].b'".to_owned(),
    }
}
