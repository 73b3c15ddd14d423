//! Explaining a plan.
