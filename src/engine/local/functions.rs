//! What the engine has of Trino's functions, by asking it: a call of every signature is read, bound and lowered as if
//! it ran.
//!
//! What depends on the values is known by `depends.tsv` alone, whose examples are held to be refused.

use std::collections::BTreeMap;

use super::check;
use crate::constant::functions::family;
use crate::types::{Dialect, FunctionKind, Sample, Type, samples};

/// A function of Trino, and what the engine has of it.
#[derive(Debug, Clone)]
pub struct FunctionReport {
    /// Its name.
    pub name: String,
    /// What belongs together: `json`, `time`, `aggregate`, ….
    pub family: &'static str,
    /// What it is.
    pub kind: FunctionKind,
    /// Its signatures, and for each of those that are refused why.
    pub signatures: Vec<(String, Option<String>)>,
    /// What is refused for some values only.
    pub depends: Vec<Dependence>,
}

/// Something that the engine refuses for some values.
#[derive(Debug, Clone, Copy)]
pub struct Dependence {
    /// What is refused.
    pub what: &'static str,
    /// A query's column that is.
    pub example: &'static str,
}

impl FunctionReport {
    /// Whether a signature is supported.
    pub fn is_supported(&self) -> bool {
        self.signatures.iter().any(|(_, refusal)| refusal.is_none())
    }

    /// Whether a signature is refused.
    pub fn is_refused(&self) -> bool {
        self.signatures.iter().any(|(_, refusal)| refusal.is_some())
    }
}

/// Every function of Trino, by family and name.
pub fn functions() -> Vec<FunctionReport> {
    let mut samples = samples();
    samples.extend(sql_json());
    let queries: Vec<String> = samples.iter().map(query).collect();
    let answers = check::all(&queries, Dialect::Trino);
    let depends = depends();
    let mut reports: BTreeMap<String, FunctionReport> = BTreeMap::new();
    for (sample, errors) in samples.into_iter().zip(answers) {
        let refusal = errors.into_iter().next().map(|error| error.message);
        let family = family_of(&sample);
        let report = reports.entry(sample.name.clone()).or_insert_with(|| FunctionReport {
            name: sample.name.clone(),
            family,
            kind: sample.kind,
            signatures: Vec::new(),
            depends: depends.get(sample.name.as_str()).cloned().unwrap_or_default(),
        });
        if OUTSIDE.contains(&report.family) {
            report.family = family;
        }
        report.signatures.push((sample.signature, refusal));
    }
    let mut reports: Vec<FunctionReport> = reports.into_values().collect();
    reports.sort_by(|left, right| (left.family, &left.name).cmp(&(right.family, &right.name)));
    reports
}

/// The functions of SQL/JSON: they have a syntax of their own, and so no signature among Trino's.
fn sql_json() -> impl Iterator<Item = Sample> {
    let forms = [
        ("json_exists", "json_exists(json, path …) -> boolean", "json_exists('{}', 'lax $')", Type::Boolean),
        ("json_value", "json_value(json, path …) -> varchar", "json_value('{}', 'lax $')", Type::VARCHAR),
        ("json_query", "json_query(json, path …) -> varchar", "json_query('{}', 'lax $')", Type::VARCHAR),
        ("json_object", "json_object(name : value, …) -> varchar", "json_object('a' : 1)", Type::VARCHAR),
        ("json_array", "json_array(value, …) -> varchar", "json_array(1)", Type::VARCHAR),
    ];
    forms.into_iter().map(|(name, signature, call, result)| Sample {
        name: name.to_owned(),
        signature: signature.to_owned(),
        call: call.to_owned(),
        kind: FunctionKind::Scalar,
        arguments: Vec::new(),
        result,
    })
}

/// Families of what the evaluator does not have.
const OUTSIDE: [&str; 2] = ["geospatial", "other"];

fn query(sample: &Sample) -> String {
    let over = if sample.kind == FunctionKind::Window { " OVER (ORDER BY 1)" } else { "" };
    format!("SELECT {}{over}", sample.call)
}

fn family_of(sample: &Sample) -> &'static str {
    let named = |ty: &Type, names: &[&str]| matches!(ty, Type::Named(name) if names.contains(&&**name));
    let spatial = |ty: &Type| named(ty, &["geometry", "sphericalgeography", "bingtile", "kdbtree"]);
    let inside = |ty: &Type| matches!(ty, Type::Array(element) if spatial(element));
    match sample.kind {
        FunctionKind::Aggregate => "aggregate",
        FunctionKind::Window => "window",
        FunctionKind::Scalar => family(&sample.name, &sample.arguments, &sample.result).unwrap_or_else(|| {
            let types = sample.arguments.iter().chain([&sample.result]);
            let place = ["st_", "bing_tile"].iter().any(|begin| sample.name.starts_with(begin));
            match sample.name.as_str() {
                // The binder itself knows these.
                "current_date" | "now" => "time",
                "json_exists" | "json_value" | "json_query" | "json_object" | "json_array" => "json",
                _ if place || types.into_iter().any(|ty| spatial(ty) || inside(ty)) => "geospatial",
                _ => "other",
            }
        }),
    }
}

/// What depends on values, by function.
fn depends() -> BTreeMap<&'static str, Vec<Dependence>> {
    let mut all: BTreeMap<&str, Vec<Dependence>> = BTreeMap::new();
    for line in include_str!("depends.tsv").lines().filter(|line| !line.starts_with('#')) {
        if let [names, what, example] = line.split('\t').collect::<Vec<_>>()[..] {
            for name in names.split(' ') {
                all.entry(name).or_default().push(Dependence { what, example });
            }
        }
    }
    all
}
