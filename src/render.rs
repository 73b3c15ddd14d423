//! How every stage describes itself: one tree, printed as text or as JSON.
//!
//! Text and JSON come from the same value, so that they cannot tell different stories. The text is
//! readable without colour.

use serde::Serialize;
use serde_json::{Map, Value};

/// A described thing: a title, facts about it, and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// What it is: the key of the JSON object it becomes.
    pub kind: &'static str,
    /// Its title in text.
    pub title: String,
    /// Facts, in order.
    pub facts: Vec<(&'static str, Fact)>,
    /// Its parts.
    pub parts: Vec<Tree>,
}

/// A fact: its text, and its value where that says more than the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// For people; several lines are aligned.
    pub text: String,
    /// For programs.
    pub value: Value,
}

impl Tree {
    /// A thing with a title.
    pub fn new(kind: &'static str, title: impl Into<String>) -> Self {
        Self { kind, title: title.into(), facts: Vec::new(), parts: Vec::new() }
    }

    /// Adds a fact that is its text.
    pub fn fact(&mut self, name: &'static str, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        self.facts.push((name, Fact { value: Value::String(text.clone()), text }));
        self
    }

    /// Adds a fact with a value for programs.
    pub fn valued(&mut self, name: &'static str, text: impl Into<String>, value: impl Serialize) -> &mut Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.facts.push((name, Fact { text: text.into(), value }));
        self
    }

    /// Adds a part.
    pub fn part(&mut self, part: Tree) -> &mut Self {
        self.parts.push(part);
        self
    }

    /// The tree as text: titles at their depth, facts below them in two columns.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.push_str(&format!("{indent}{}\n", self.title));
        let width = self.facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, fact) in &self.facts {
            let mut lines = fact.text.lines();
            let first = lines.next().unwrap_or_default();
            out.push_str(format!("{indent}  {name:width$}  {first}").trim_end());
            out.push('\n');
            for line in lines {
                out.push_str(format!("{indent}  {:width$}  {line}", "").trim_end());
                out.push('\n');
            }
        }
        for part in &self.parts {
            part.write(depth + 1, out);
        }
    }

    /// The tree as JSON: facts are members, parts are lists by their kind.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        if !self.title.is_empty() {
            object.insert("title".to_owned(), Value::String(self.title.clone()));
        }
        for (name, fact) in &self.facts {
            object.insert(name.replace(' ', "_"), fact.value.clone());
        }
        for part in &self.parts {
            let list = object.entry(part.kind.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(part.json());
            }
        }
        Value::Object(object)
    }
}
