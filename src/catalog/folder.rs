//! The folders in which a table's partitions lie, for whoever lists them: all of them from the outside,
//! and the folders whose names are a key's values.

use std::collections::BTreeSet;

use super::table::{Layout, Projection, Table, TemplatePart};
use super::template::{escape_folder, unescape_folder};

impl Table {
    /// The folders under which all partitions lie, none of them inside another.
    pub fn listing_folders(&self) -> Vec<String> {
        // A template may have its first placeholder in the middle of a folder's name.
        let prefix = self.listing_prefix();
        let folder = prefix.rfind('/').map_or("", |end| &prefix[..=end]);
        let mut locations: BTreeSet<&str> = BTreeSet::new();
        if let Layout::Registered(entries) = &self.layout {
            locations.extend(entries.iter().filter_map(|entry| entry.location.as_deref()));
            if entries.is_empty() || entries.iter().any(|entry| entry.location.is_none()) {
                locations.insert(folder);
            }
        } else {
            locations.insert(folder);
        }
        let mut outermost: Vec<String> = Vec::new();
        for location in locations {
            // In the order of names, a folder comes before everything inside it.
            if !outermost.iter().any(|outer| location.starts_with(outer.as_str())) {
                outermost.push(location.to_owned());
            }
        }
        outermost
    }

    /// The folder in which each folder's name is a value of a projected key, for these values of the
    /// keys before it; none if the key's values are no names of folders, or it names no list of them.
    pub fn key_folder(&self, key: usize, values: &[String]) -> Option<String> {
        let Layout::Projection { keys, template } = &self.layout else { return None };
        match keys.get(key)? {
            Projection::Enum(listed) if listed.iter().all(|value| !value.contains('/')) => {}
            Projection::Integer { .. } => {}
            Projection::Enum(_) | Projection::Date { .. } | Projection::Injected => return None,
        }
        let Some(template) = template else {
            let mut folder = self.storage.location.clone();
            for (column, value) in self.partition_keys.iter().zip(values).take(key) {
                folder.push_str(&format!("{}={}/", escape_folder(&column.name), escape_folder(value)));
            }
            return Some(folder);
        };
        let at = template.parts.iter().position(|part| *part == TemplatePart::Key(key))?;
        let (before, behind) = template.parts.split_at(at);
        let is_name = matches!(behind.get(1), Some(TemplatePart::Text(text)) if text.starts_with('/'));
        let folder: String = before
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text) => text.as_str(),
                TemplatePart::Key(key) => values.get(*key).map_or("", String::as_str),
            })
            .collect();
        (is_name && folder.ends_with('/')).then_some(folder)
    }

    /// A key's value in the name of a folder of [`Table::key_folder`]; none if the name has none.
    pub fn key_value(&self, key: usize, folder: &str) -> Option<String> {
        match &self.layout {
            Layout::Projection { template: Some(_), .. } => Some(folder.to_owned()),
            _ => {
                let (name, value) = folder.split_once('=')?;
                let column = self.partition_keys.get(key)?;
                unescape_folder(name).eq_ignore_ascii_case(&column.name).then(|| unescape_folder(value))
            }
        }
    }
}
