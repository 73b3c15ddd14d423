//! A call of every signature, so that an engine can be asked what it has of Trino's functions.
//!
//! The holes of a signature are filled with types that fit; a call's arguments are NULLs of them.

use super::coercion::is_compiled_text;
use super::function::FunctionKind;
use super::pattern::{Bindings, Pattern, QUANTILE_DIGEST};
use super::signature::{FUNCTION_TABLE, Need, Signature};
use super::{Type, form};

/// A call of one signature.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The function's name.
    pub name: String,
    /// What the function is.
    pub kind: FunctionKind,
    /// The signature as Trino prints it, such as `abs(bigint) -> bigint`.
    pub signature: String,
    /// The call in SQL, without OVER.
    pub call: String,
    /// The types of its arguments.
    pub arguments: Vec<Type>,
    /// The type of its result.
    pub result: Type,
}

/// A call of every signature that there is, by the functions' names.
pub fn samples() -> Vec<Sample> {
    let mut samples: Vec<Sample> = FUNCTION_TABLE.values().flatten().map(sample).collect();
    samples.push(Sample {
        name: form::FORMAT.to_owned(),
        kind: FunctionKind::Scalar,
        signature: "format(varchar, any type, …) -> varchar".to_owned(),
        call: "format(CAST(NULL AS varchar), CAST(NULL AS bigint))".to_owned(),
        arguments: vec![Type::VARCHAR, Type::BigInt],
        result: Type::VARCHAR,
    });
    samples.sort_by(|left, right| left.name.cmp(&right.name));
    samples
}

fn sample(signature: &Signature) -> Sample {
    let mut bindings = Bindings::default();
    for pattern in signature.arguments.iter().chain([&signature.result]) {
        for name in pattern.number_variables() {
            // Scales of decimals are called s or rs, and must not lie above the precision.
            let number = if name.ends_with('s') { 2 } else { 6 };
            bindings.numbers.insert(name.to_owned(), number);
        }
        for name in pattern.type_variables() {
            let digest = signature.needs.get(name).is_some_and(|needs| needs.contains(&Need::QuantileDigest));
            let ty = if digest { Type::Named(format!("{QUANTILE_DIGEST}(bigint)").into()) } else { Type::BigInt };
            bindings.types.insert(name.to_owned(), ty);
        }
    }
    let filled = |pattern: &Pattern| pattern.filled(&bindings).unwrap_or(Type::Opaque);
    // What may repeat stands twice, since most of these functions ask for two.
    let count = if signature.repeats() { signature.fewest().max(2) } else { signature.fewest() };
    let arguments: Vec<Type> = signature.expanded(count).into_iter().flatten().map(filled).collect();
    Sample {
        name: signature.name.clone(),
        kind: signature.kind,
        signature: signature.to_string(),
        call: call(&signature.name, &arguments),
        result: filled(&signature.result),
        arguments,
    }
}

/// A call in SQL; some functions are written in a way of their own.
fn call(name: &str, arguments: &[Type]) -> String {
    match name {
        "current_date" => return name.to_owned(),
        "listagg" => return "listagg(CAST(NULL AS varchar), ',') WITHIN GROUP (ORDER BY 1)".to_owned(),
        "normalize" => return "normalize(CAST(NULL AS varchar), NFC)".to_owned(),
        _ => {}
    }
    let arguments: Vec<String> = arguments.iter().map(argument).collect();
    format!("{name}({})", arguments.join(", "))
}

fn argument(ty: &Type) -> String {
    match ty {
        Type::Function(parameters, result) => {
            let names: Vec<String> = (0..parameters.len()).map(|at| format!("x{at}")).collect();
            format!("({}) -> CAST(NULL AS {result})", names.join(", "))
        }
        Type::Named(name) if &**name == "jsonpath" => "'$'".to_owned(),
        Type::Named(name) if is_compiled_text(name) => "'a'".to_owned(),
        ty => format!("CAST(NULL AS {ty})"),
    }
}
