//! The signatures of functions and operators, read once from the data files beside this one.
//!
//! `signatures.tsv` is what a Trino 476 printed for SHOW FUNCTIONS, unchanged. `properties.tsv`
//! adds what that print leaves out (which last argument repeats, which type must have an order),
//! `operators.tsv` the operators, in the same form.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::LazyLock;

use super::coercion::{is_comparable, is_orderable};
use super::function::FunctionKind;
use super::parse::parse_node;
use super::pattern::{Pattern, QUANTILE_DIGEST};
use super::{Type, can_cast};

const FUNCTIONS: &str = include_str!("signatures.tsv");
const OPERATORS: &str = include_str!("operators.tsv");
const PROPERTIES: &str = include_str!("properties.tsv");

/// One way to call a function or operator.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    /// Its name in lower case.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: FunctionKind,
    /// Whether equal arguments give equal results.
    pub(super) deterministic: bool,
    /// The declared arguments, as Trino prints them.
    pub(super) arguments_text: &'static str,
    /// The declared arguments.
    pub(super) arguments: Vec<Pattern>,
    /// The declared result.
    pub(super) result: Pattern,
    /// What the types that fill the holes must be able to do.
    pub(super) needs: BTreeMap<String, Vec<Need>>,
    /// The fewest arguments, if the last may repeat.
    repeats_from: Option<usize>,
    result_text: &'static str,
}

/// What the type that fills a hole must be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Equality.
    Comparable,
    /// An order.
    Orderable,
    /// A CAST to `varchar`.
    CastableToVarchar,
    /// To be a quantile digest.
    QuantileDigest,
}

impl Need {
    /// Whether the type can do it.
    pub(super) fn is_met_by(self, ty: &Type) -> bool {
        match self {
            Need::Comparable => is_comparable(ty),
            Need::Orderable => is_orderable(ty),
            Need::CastableToVarchar => can_cast(ty, &Type::VARCHAR),
            Need::QuantileDigest => match ty {
                Type::Named(name) => name.starts_with(QUANTILE_DIGEST),
                _ => *ty == Type::Unknown,
            },
        }
    }
}

impl Signature {
    /// The declared arguments for a call with this many, the last one repeated if it may be;
    /// `None` if the signature does not take so many.
    pub(super) fn expanded(&self, count: usize) -> Option<impl Iterator<Item = &Pattern> + Clone> {
        let takes = match self.repeats_from {
            Some(fewest) => count >= fewest,
            None => count == self.arguments.len(),
        };
        takes.then(|| self.arguments.iter().chain(self.arguments.iter().last().into_iter().cycle()).take(count))
    }

    /// Whether its last argument may repeat.
    pub(super) fn repeats(&self) -> bool {
        self.repeats_from.is_some()
    }

    /// The fewest arguments that it takes.
    pub(super) fn fewest(&self) -> usize {
        self.repeats_from.unwrap_or(self.arguments.len())
    }

    /// Whether it has a hole for a type.
    pub(super) fn has_type_variable(&self) -> bool {
        self.arguments.iter().any(Pattern::has_type_variable)
    }

    fn read(line: &'static str, properties: &HashMap<&str, Vec<(&str, &str)>>) -> Option<Signature> {
        let [name, result_text, arguments_text, kind, deterministic] =
            <[&str; 5]>::try_from(line.split('\t').collect::<Vec<_>>()).ok()?;
        let kind = match kind {
            "scalar" => FunctionKind::Scalar,
            "aggregate" => FunctionKind::Aggregate,
            "window" => FunctionKind::Window,
            _ => return None,
        };
        let name = name.to_ascii_lowercase();
        let mut signature = Signature {
            name: name.clone(),
            kind,
            deterministic: deterministic == "True",
            arguments_text,
            arguments: patterns(arguments_text)?,
            result: Pattern::of(&parse_node(result_text)?)?,
            needs: BTreeMap::from([(QUANTILE_DIGEST.to_owned(), vec![Need::QuantileDigest])]),
            repeats_from: None,
            result_text,
        };
        for (property, of) in properties.get(name.as_str()).into_iter().flatten() {
            let need = match *property {
                "repeats" if *of == arguments_text => {
                    signature.repeats_from = Some(signature.arguments.len());
                    continue;
                }
                "repeats from two" if *of == arguments_text => {
                    signature.repeats_from = Some(2);
                    continue;
                }
                "comparable" => Need::Comparable,
                "orderable" => Need::Orderable,
                "castable to varchar" => Need::CastableToVarchar,
                _ => continue,
            };
            signature.needs.entry((*of).to_owned()).or_default().push(need);
        }
        Some(signature)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.repeats_from.is_some() { ", …" } else { "" };
        write!(f, "{}({}{more}) -> {}", self.name, self.arguments_text, self.result_text)
    }
}

/// All signatures of one data file, by lower case name.
pub(super) type Table = BTreeMap<String, Vec<Signature>>;

/// The functions of Trino.
pub(super) static FUNCTION_TABLE: LazyLock<Table> = LazyLock::new(|| table(FUNCTIONS));

/// The operators, by their sign.
pub(super) static OPERATOR_TABLE: LazyLock<Table> = LazyLock::new(|| table(OPERATORS));

fn table(text: &'static str) -> Table {
    let mut properties: HashMap<&str, Vec<(&str, &str)>> = HashMap::new();
    for line in rows(PROPERTIES) {
        let mut columns = line.split('\t');
        if let (Some(name), Some(property), Some(of)) = (columns.next(), columns.next(), columns.next()) {
            properties.entry(name).or_default().push((property, of));
        }
    }
    let mut table = Table::new();
    for signature in rows(text).filter_map(|line| Signature::read(line, &properties)) {
        let same_name = table.entry(signature.name.clone()).or_default();
        // An alias makes Trino print a signature once for each of its names.
        if !same_name.iter().any(|other: &Signature| other.arguments_text == signature.arguments_text) {
            same_name.push(signature);
        }
    }
    table
}

fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// The patterns of a list of declared arguments, whose commas also stand inside parentheses.
fn patterns(text: &str) -> Option<Vec<Pattern>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    match Pattern::of(&parse_node(&format!("row({text})"))?)? {
        Pattern::Row(fields) => Some(fields.into_iter().map(|(_, pattern)| pattern).collect()),
        Pattern::Concrete(Type::Row(fields)) => {
            Some(fields.iter().map(|field| Pattern::Concrete(field.ty.clone())).collect())
        }
        _ => None,
    }
}
