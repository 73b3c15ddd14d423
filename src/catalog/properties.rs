//! A table's properties while its definition is read: each with its place, so that a mistake in one
//! can be shown.

use super::error::CatalogError;
use crate::source::Span;
use crate::spec::ast::Property;

/// One table property.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where the key stands; a preset's properties have the preset's name as their place.
    pub key_span: Span,
    /// Where the value stands.
    pub span: Span,
}

/// Table properties in order, keys distinct.
#[derive(Debug, Clone, Default)]
pub struct Properties {
    entries: Vec<Entry>,
}

impl Properties {
    /// The properties of a definition.
    pub fn declared(declared: &[Property], errors: &mut Vec<CatalogError>) -> Properties {
        let mut properties = Properties::default();
        for property in declared {
            let key = property.key.value.clone();
            let (key_span, span) = (property.key.span, property.value.span);
            if properties.get(&key).is_some() {
                errors.push(CatalogError::DuplicateProperty { key, span: key_span });
                continue;
            }
            properties.entries.push(Entry { key, value: property.value.value.clone(), key_span, span });
        }
        properties
    }

    /// These properties over others that stand at `span`: a property given here replaces one of the
    /// same key. Changing a projection's type drops what the others said of that projection, and
    /// listing its values makes it an enum.
    #[must_use]
    pub fn over(self, below: Vec<(String, String)>, span: Span) -> Properties {
        let mut entries: Vec<Entry> = below
            .into_iter()
            .map(|(key, value)| Entry { key, value, key_span: span, span })
            .filter(|entry| !self.retypes(&entry.key))
            .collect();
        for entry in self.entries {
            if let Some(column) = projection_part(&entry.key, "values") {
                let type_key = format!("projection.{column}.type");
                if let Some(below) = entries.iter_mut().find(|below| below.key == type_key && below.span == span) {
                    "enum".clone_into(&mut below.value);
                }
            }
            match entries.iter_mut().find(|below| below.key == entry.key) {
                Some(below) => *below = entry,
                None => entries.push(entry),
            }
        }
        Properties { entries }
    }

    /// Whether these set the type of the projection that a key of other properties belongs to.
    fn retypes(&self, key: &str) -> bool {
        let column = key.strip_prefix("projection.").and_then(|rest| rest.split_once('.')).map(|(column, _)| column);
        column.is_some_and(|column| self.get(&format!("projection.{column}.type")).is_some())
    }

    /// A property.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Keys and values alone.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }
}

/// The column of `projection.column.part`.
pub fn projection_part<'a>(key: &'a str, part: &str) -> Option<&'a str> {
    key.strip_prefix("projection.")?.strip_suffix(part)?.strip_suffix('.')
}
