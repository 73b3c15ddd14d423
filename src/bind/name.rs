//! Names in expressions: columns, fields of rows, parameters.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::scope::{Level, Meaning, Scope};

use crate::source::Span;
use crate::spec::ast::{self, Ident};
use crate::types::{Type, nearest};

impl Binder<'_> {
    /// `a`, `a.b`, `f(x).c`: a column, then fields of rows.
    pub(super) fn name(&mut self, expr: &ast::Expr, place: Place<'_>) -> Expr {
        let mut parts = Vec::new();
        let mut base = expr;
        while let ast::ExprKind::Dereference(inner, field) = &base.kind {
            parts.push((field, base.span));
            base = inner;
        }
        let mut bound = if let ast::ExprKind::Identifier(ident) = &base.kind {
            parts.push((ident, base.span));
            parts.reverse();
            let (bound, taken) = self.column(&parts, expr.span, place);
            parts.drain(..taken);
            bound
        } else {
            parts.reverse();
            self.expression(base, place)
        };
        for (field, span) in parts {
            bound = self.field(bound, field, span);
        }
        bound
    }

    /// The column that the first parts of a name mean, and how many they are.
    fn column(&mut self, parts: &[(&Ident, Span)], whole: Span, place: Place<'_>) -> (Expr, usize) {
        let names: Vec<&str> = parts.iter().map(|(ident, _)| ident.name.as_str()).collect();
        let name = names.join(".");
        let meaning = place.scope.map_or(Meaning::Nothing, |scope| scope.resolve(&names));
        let error = match meaning {
            Meaning::Value(mut value, taken) => {
                let taken = taken.min(parts.len());
                value.span = parts[..taken].last().map_or(whole, |(_, span)| *span);
                return (value, taken);
            }
            Meaning::Ambiguous(candidates) => {
                let candidates = list(candidates.iter().map(String::as_str));
                BindError::AmbiguousColumn { name, candidates, span: whole }
            }
            Meaning::Merged(column) => BindError::MergedColumn { name, column, span: whole },
            Meaning::Row(example) => BindError::RowAsValue { name, example, span: whole },
            Meaning::NotInRow(row, columns) => {
                let wanted = names.get(1).copied().unwrap_or_default();
                let help = match nearest(wanted, columns.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{row}.{near}`?"),
                    None => format!("the driver of `{row}` yields {}", list(columns.iter().map(String::as_str))),
                };
                BindError::UnknownColumn { name, span: whole, help: Some(help) }
            }
            Meaning::Nothing => {
                let help = self.help_with_column(&names, place);
                let help = match parts {
                    [(ident, _)] if ident.quoted => Some(self.help_with_quotes(ident, help)),
                    _ => help,
                };
                BindError::UnknownColumn { name, span: whole, help }
            }
        };
        (self.reject(error, whole), parts.len())
    }

    /// What may have been meant by a name that means nothing.
    fn help_with_column(&self, names: &[&str], place: Place<'_>) -> Option<String> {
        let scope = place.scope?;
        let (last, qualifier) = names.split_last()?;
        if qualifier.is_empty() {
            for level in scope.levels() {
                if let Level::Row(row, fields) = level
                    && fields.iter().any(|field| field.name.as_deref() == Some(*last))
                {
                    return Some(format!("a FOREACH row's columns are qualified: write `{row}.{last}`"));
                }
            }
            if self.aliases.iter().any(|alias| alias == last) {
                return Some(format!(
                    "`{last}` is an alias of the select list, which this clause does not see: repeat its expression"
                ));
            }
            let candidates = scope.names();
            let near = nearest(last, candidates.iter().map(String::as_str));
            return near.map(|near| format!("did you mean `{near}`?")).or_else(|| self.help_with_keys(last, scope));
        }
        for level in scope.levels() {
            let Level::Fields(fields) = level else { continue };
            let own: Vec<&str> = fields
                .iter()
                .filter(|field| !field.merged && field.is_qualified_by(qualifier))
                .filter_map(|field| field.name.as_deref())
                .collect();
            if !own.is_empty() {
                let qualifier = qualifier.join(".");
                return Some(match nearest(last, own.iter().copied()) {
                    Some(near) => format!("did you mean `{qualifier}.{near}`?"),
                    None => format!("`{qualifier}` has {}", list(own.into_iter())),
                });
            }
        }
        let relations = scope.relations();
        match nearest(names.first()?, relations.iter().map(String::as_str)) {
            Some(near) => Some(format!("did you mean `{near}.{last}`?")),
            None if relations.is_empty() => Some("nothing in reach can be qualified".to_owned()),
            None => Some(format!("relations in reach: {}", list(relations.iter().map(String::as_str)))),
        }
    }

    /// A name in double quotes that means nothing was probably meant as a text.
    fn help_with_quotes(&self, ident: &Ident, other: Option<String>) -> String {
        let written = self.source.slice(ident.span);
        let text = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(written);
        let text = format!("'{}'", text.replace("\"\"", "\"").replace('\'', "''"));
        match other {
            Some(other) => format!("{other} Double quotes make names; as a text it is {text}"),
            None => format!("double quotes make names; as a text it is {text}"),
        }
    }

    /// A unit of time or a region that is no column was probably meant as a partition key.
    fn help_with_keys(&self, name: &str, scope: &Scope<'_>) -> Option<String> {
        const KEYS: [&str; 9] = ["account", "date", "day", "dt", "hour", "minute", "month", "region", "year"];
        if !KEYS.contains(&name) {
            return None;
        }
        let fields = scope.levels().filter_map(|level| match level {
            Level::Fields(fields) => Some(fields.iter()),
            _ => None,
        });
        let tables = fields.flatten().filter_map(|field| match &field.value.kind {
            ExprKind::Column(column) => self.read.get(&column.relation),
            _ => None,
        });
        let table = tables.into_iter().find(|table| !table.partition_keys.is_empty())?;
        let keys = list(table.partition_keys.iter().map(|key| key.name.as_str()));
        let time = table.time.as_ref().and_then(|time| table.columns.get(time.column));
        let time = time.map_or_else(String::new, |time| format!("; a bound on `{}` is enough", time.name));
        Some(format!("the partition keys of `{}` are {keys}{time}", table.name))
    }

    /// `base.field`.
    pub(super) fn field(&mut self, base: Expr, field: &Ident, span: Span) -> Expr {
        let Type::Row(fields) = &base.ty else {
            if base.ty.is_opaque() {
                let what = format!("the field {} of {}", field.name, self.text(base.span));
                return Expr { kind: ExprKind::Opaque(what, vec![base]), ty: Type::Opaque, span };
            }
            let help = match &base.ty {
                Type::Varchar(_) | Type::Json => {
                    // JSON's keys have a case, which names have not.
                    let written = self.text(field.span);
                    let key = written.trim_matches('"');
                    Some(format!("if it holds JSON: json_extract_scalar({}, '$.{key}')", self.text(base.span)))
                }
                Type::Map(..) => Some(format!("a map's value: element_at({}, '{}')", self.text(base.span), field.name)),
                _ => None,
            };
            let error = BindError::NotARow { field: field.name.clone(), ty: base.ty.clone(), span: base.span, help };
            return self.reject(error, span);
        };
        let named = |own: &str| own.eq_ignore_ascii_case(&field.name);
        let mut matching = fields.iter().enumerate().filter(|(_, own)| own.name.as_deref().is_some_and(named));
        match (matching.next(), matching.next()) {
            (Some((position, own)), None) => {
                let ty = own.ty.clone();
                Expr { kind: ExprKind::Field(Box::new(base), position), ty, span }
            }
            (Some(_), Some(_)) => {
                let candidates = format!("{}[position]", self.text(base.span));
                let error = BindError::AmbiguousColumn { name: field.name.clone(), candidates, span: field.span };
                self.reject(error, span)
            }
            (None, _) => {
                let names = fields.iter().filter_map(|own| own.name.as_deref());
                let help = nearest(&field.name, names).map(|near| format!("did you mean `{near}`?"));
                let row = base.ty.clone();
                let error = BindError::UnknownField { field: field.name.clone(), row, span: field.span, help };
                self.reject(error, span)
            }
        }
    }

    /// `:name`.
    pub(super) fn parameter(&mut self, name: &Ident, span: Span) -> Expr {
        self.used.insert(name.name.clone());
        if let Some(parameter) = self.parameters.get(&name.name) {
            let kind = ExprKind::Parameter(name.name.clone(), parameter.value.clone());
            return Expr { kind, ty: parameter.ty.clone(), span };
        }
        let near = nearest(&name.name, self.parameters.keys().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `:{near}`?"),
            None => format!("declare it above: DECLARE {} varchar;", name.name),
        };
        let error = BindError::UnknownParameter { name: name.name.clone(), span, help };
        self.reject(error, span)
    }
}

/// Names for a sentence, the first few of them.
pub(super) fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(shown.len());
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}
