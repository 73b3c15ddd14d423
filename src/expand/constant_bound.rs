//! A bound that fails for whatever driver row, since no row decides it: a parameter's value or a constant
//! that is none of the kind its function wants.

use super::ExpandError;
use super::merge::visible;
use crate::constant::format;
use crate::plan::Plan;
use crate::source::{Source, Span, Symbol, TokenKind, lex};

/// What some functions read, by an example.
const WANTED: [(&str, &str); 5] = [
    ("from_iso8601_timestamp", "2024-01-31T00:00:00Z"),
    ("from_iso8601_timestamp_nanos", "2024-01-31T00:00:00Z"),
    ("from_iso8601_date", "2024-01-31"),
    ("date", "2024-01-31"),
    ("timestamp", "2024-01-31 00:00:00"),
];

/// The error about a constant bound that stands at `span`.
pub(super) fn constant_bound(plan: &Plan, step: String, reason: &str, span: Span) -> ExpandError {
    let text = Source::new("bound", plan.spec.source.slice(span));
    let tokens = lex(&text);
    let words = || tokens.iter().filter(|token| token.kind == TokenKind::Word).map(|token| text.slice(token.span));
    let wanted =
        words().find_map(|word| WANTED.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))).map(|(_, form)| *form);
    let named = tokens.windows(2).filter_map(|pair| match pair {
        [colon, name] if colon.kind == TokenKind::Symbol(Symbol::Colon) => Some(text.slice(name.span)),
        _ => None,
    });
    let parameters: Vec<_> = named
        .filter_map(|name| plan.spec.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name)))
        .collect();
    let values: Vec<String> = parameters
        .iter()
        .map(|parameter| format!(":{} is '{}'", parameter.name, visible(&format(&parameter.value, &parameter.ty))))
        .collect();
    let help = match (parameters.first(), wanted) {
        (Some(parameter), Some(form)) => format!("give it in this form: -p {}={form}", parameter.name),
        (Some(parameter), None) => format!("give it another value: -p {}=…", parameter.name),
        (None, Some(form)) => format!("write it in this form: '{form}'"),
        (None, None) => "correct the constants in it".to_owned(),
    };
    let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
    ExpandError::ConstantBound { step, values, reason: visible(reason), span, help }
}
