//! `athplan functions`: what the embedded engine has of Trino's functions, as the engine itself says.

use std::io::Write;

use clap::{Args, ValueEnum};
use miette::IntoDiagnostic;
use serde_json::json;

use super::output::visible_lines;
use super::session::Failure;
use crate::engine::local::{FunctionReport, functions};
use crate::error::exit;

/// More refused functions of one family than a table names.
const MANY: usize = 50;

/// Lists Trino's functions: what the embedded engine supports, what it refuses, what depends on the data.
///
/// On Athena and Trino every function runs; the embedded engine answers as they do or refuses by name, before anything
/// runs. What it refuses for some values only stands behind "but not".
#[derive(Debug, Args)]
pub struct Functions {
    /// Only functions whose name or family contains this
    #[arg(value_name = "PATTERN")]
    pattern: Option<String>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How functions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each function, and for each signature that is refused while others are not.
    Text,
    /// An object for each function.
    Json,
    /// A table by family.
    Markdown,
}

impl Functions {
    /// Lists the functions.
    ///
    /// # Errors
    ///
    /// No function is called so.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let pattern = self.pattern.as_deref().unwrap_or_default().to_lowercase();
        let mut found = functions();
        found.retain(|function| function.name.contains(&pattern) || function.family.contains(&pattern));
        if found.is_empty() {
            return Err(Failure::Usage(miette::miette!(
                help = "`athplan functions` lists all of them",
                "no function of Trino is called so: `{pattern}`"
            )));
        }
        let text = match self.format {
            Format::Text => text(&found),
            Format::Json => format!("{:#}\n", found.iter().map(described).collect::<serde_json::Value>()),
            Format::Markdown => markdown(&found),
        };
        out.write_all(visible_lines(&text).as_bytes()).into_diagnostic().map_err(Failure::from)?;
        Ok(exit::OK)
    }
}

fn state(function: &FunctionReport) -> &'static str {
    match (function.is_supported(), function.is_refused()) {
        (true, false) => "supported",
        (true, true) => "in part",
        _ => "refused",
    }
}

fn text(functions: &[FunctionReport]) -> String {
    let mut lines = Vec::new();
    let width = functions.iter().map(|function| function.name.len()).max().unwrap_or(0);
    for (at, function) in functions.iter().enumerate() {
        if at == 0 || functions[at - 1].family != function.family {
            lines.push(function.family.to_owned());
        }
        lines.push(format!("  {:width$}  {}", function.name, state(function)));
        let refused = function.signatures.iter().filter(|(_, refusal)| refusal.is_some());
        if function.is_supported() {
            lines.extend(refused.map(|(signature, _)| format!("  {:width$}    not {signature}", "")));
        }
        lines.extend(function.depends.iter().map(|depends| format!("  {:width$}    but not {}", "", depends.what)));
    }
    lines.join("\n") + "\n"
}

fn described(function: &FunctionReport) -> serde_json::Value {
    let signatures = function.signatures.iter().map(|(signature, refusal)| match refusal {
        None => json!({ "signature": signature, "supported": true }),
        Some(refusal) => json!({ "signature": signature, "supported": false, "refusal": refusal }),
    });
    json!({
        "name": function.name,
        "family": function.family,
        "kind": format!("{:?}", function.kind).to_lowercase(),
        "state": state(function),
        "signatures": signatures.collect::<Vec<_>>(),
        "refused_for_some_values": function.depends.iter().map(|depends| depends.what).collect::<Vec<_>>(),
    })
}

fn markdown(functions: &[FunctionReport]) -> String {
    let mut lines = vec!["| family | supported | in part | refused |".to_owned(), "|---|---|---|---|".to_owned()];
    for family in functions.chunk_by(|left, right| left.family == right.family) {
        let named = |wanted: &str| {
            let names = family.iter().filter(|function| state(function) == wanted);
            names.map(|function| format!("`{}`", function.name)).collect::<Vec<_>>()
        };
        let [supported, partly, refused] = ["supported", "in part", "refused"].map(named);
        let refused = if refused.len() > MANY { "all of them".to_owned() } else { refused.join(" ") };
        let name = family.first().map_or("", |function| function.family);
        lines.push(format!("| {name} | {} | {} | {refused} |", supported.join(" "), partly.join(" ")));
    }
    lines.join("\n") + "\n"
}
