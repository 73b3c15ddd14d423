//! What a spec that compiles probably does not mean.

use miette::Diagnostic;
use serde_json::{Value, json};

use crate::plan::Plan;

/// The remarks on a plan, each as a line and as a value.
pub(super) fn remarks(plan: &Plan) -> Vec<(String, Value)> {
    let nothing = plan.asks_nothing();
    let warnings = plan.spec.warnings.iter().map(|warning| warning as &dyn Diagnostic);
    let bounds = plan.warnings.iter().map(|warning| warning as &dyn Diagnostic);
    let warnings = warnings.chain(bounds);
    warnings.chain(nothing.iter().map(|error| error as &dyn Diagnostic)).map(|remark| told(plan, remark)).collect()
}

fn told(plan: &Plan, remark: &dyn Diagnostic) -> (String, Value) {
    let line =
        remark.labels().and_then(|mut labels| labels.next()).map(|label| plan.spec.source.position(label.offset()).0);
    let help = remark.help().map(|help| help.to_string());
    let place = line.map_or_else(String::new, |line| format!("line {line}: "));
    let way_out = help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    (format!("{place}{remark}{way_out}"), json!({"message": remark.to_string(), "help": help, "line": line}))
}
