//! AND and OR of many operands: a list of a thousand exclusions is nothing unusual.
//!
//! DataFusion walks trees by recursion, so operands are put together as a tree of least height. That is not
//! enough for AND: wherever DataFusion meets a conjunction it takes it apart and puts it together again one
//! operand below the other. A conjunction of many is therefore written as NOT (NOT a OR NOT b …), which has
//! the same three-valued meaning and stays whole, one for each set of columns that operands use, so that each
//! can still go down to its relation, and to the partitions if it speaks of their keys alone.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::Column;
use datafusion::logical_expr::{BinaryExpr, Expr as Plan, Operator, lit};

/// How many operands DataFusion may see one by one.
pub(super) const MANY: usize = 50;

/// The conjunction of predicates; none of none.
pub(super) fn conjunction(predicates: impl IntoIterator<Item = Plan>) -> Option<Plan> {
    let mut predicates = Vec::from_iter(predicates);
    if predicates.len() > MANY {
        predicates = whole(predicates, |column| column.clone());
    }
    if predicates.len() > MANY {
        predicates = whole(predicates, |column| column.relation.clone());
    }
    balanced(predicates, Plan::and)
}

/// The disjunction of predicates; none of none.
pub(super) fn disjunction(predicates: Vec<Plan>) -> Option<Plan> {
    balanced(predicates, Plan::or)
}

/// A boolean constant.
pub(super) fn truth(value: bool) -> Plan {
    lit(value)
}

/// Conjuncts put together where they use the same of what their columns are asked for. An equality of two
/// columns stays as it is: joins look for it.
fn whole<T: Ord>(predicates: Vec<Plan>, of: impl Fn(&Column) -> T) -> Vec<Plan> {
    let mut apart = Vec::new();
    let mut alike: BTreeMap<BTreeSet<T>, Vec<Plan>> = BTreeMap::new();
    for predicate in predicates {
        if is_equality(&predicate) {
            apart.push(predicate);
        } else {
            let used = predicate.column_refs().into_iter().map(&of).collect();
            alike.entry(used).or_default().push(predicate);
        }
    }
    for mut group in alike.into_values() {
        if group.len() > 1 {
            let denied = group.into_iter().map(|predicate| Plan::Not(Box::new(predicate))).collect();
            group = disjunction(denied).map(|one| Plan::Not(Box::new(one))).into_iter().collect();
        }
        apart.extend(group);
    }
    apart
}

fn is_equality(predicate: &Plan) -> bool {
    match predicate {
        Plan::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            matches!((left.as_ref(), right.as_ref()), (Plan::Column(_), Plan::Column(_)))
        }
        _ => false,
    }
}

/// Operands joined by an operator as a tree of least height.
fn balanced(mut operands: Vec<Plan>, operator: fn(Plan, Plan) -> Plan) -> Option<Plan> {
    if operands.len() < 2 {
        return operands.pop();
    }
    let right = operands.split_off(operands.len() / 2);
    Some(operator(balanced(operands, operator)?, balanced(right, operator)?))
}
