//! Steps and what they wait for, as a graph that cannot have a cycle.
//!
//! The graph is built once, sealed, and then walked. A FOREACH whose statements depend on its
//! driver's rows is one node: it is suspended until the steps before it have run, and expands inside.

use std::collections::BTreeSet;

use petgraph::acyclic::Acyclic;
use petgraph::data::Build;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::IntoNodeIdentifiers;

use crate::plan::Plan;

/// The steps of a plan, ordered by what they wait for.
#[derive(Debug, Clone)]
pub struct Dag {
    graph: Acyclic<DiGraph<usize, ()>>,
}

/// Orders a plan's steps.
pub fn schedule(plan: &Plan) -> Dag {
    let mut graph: Acyclic<DiGraph<usize, ()>> = Acyclic::new();
    let nodes: Vec<NodeIndex> = (0..plan.steps.len()).map(|step| Build::add_node(&mut graph, step)).collect();
    for (at, step) in plan.steps.iter().enumerate() {
        for earlier in &step.waits_for {
            graph
                .try_add_edge(nodes[*earlier], nodes[at], ())
                .expect("a step waits only for earlier ones, so that no cycle can arise");
        }
    }
    Dag { graph }
}

impl Dag {
    /// The steps, each behind those it waits for.
    pub fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        self.graph.node_identifiers().map(|node| self.graph[node])
    }

    /// The steps that a step waits for.
    pub fn waits_for(&self, step: usize) -> BTreeSet<usize> {
        self.graph
            .neighbors_directed(NodeIndex::new(step), petgraph::Direction::Incoming)
            .map(|node| self.graph[node])
            .collect()
    }

    /// The steps that can start once `done` are done, those in `started` aside.
    pub fn ready(&self, done: &BTreeSet<usize>, started: &BTreeSet<usize>) -> Vec<usize> {
        self.steps().filter(|step| !started.contains(step) && self.waits_for(*step).is_subset(done)).collect()
    }
}
