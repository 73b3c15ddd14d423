//! Where a partition's files lie: from key values to a location, and from a path back to key values.
//!
//! A location is LOCATION's template with its placeholders filled in
//! (<https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html>), or Hive's
//! `key=value/` folders, in which Hive escapes some characters as `%XX`.

use super::pattern::Pattern;
use super::table::{Layout, Projection, Table, Template, TemplatePart};

/// The folder Hive gives to NULL and to the empty string.
const DEFAULT_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// A placeholder names no partition key.
    Unknown(String),
    /// A partition key has no placeholder.
    Missing(usize),
    /// Two placeholders stand side by side, so that no path says where one value ends.
    Adjacent(String),
    /// `${` without `}`.
    Open,
}

impl Template {
    /// Cuts a template at its placeholders; a `/` is added at the end if there is none.
    ///
    /// # Errors
    ///
    /// A placeholder without key, a key without placeholder, or placeholders side by side.
    pub fn new(text: &str, keys: &[&str]) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once("${") {
            let (name, behind) = tail.split_once('}').ok_or(TemplateError::Open)?;
            if before.is_empty() && !parts.is_empty() {
                return Err(TemplateError::Adjacent(name.to_owned()));
            }
            let key = keys.iter().position(|key| key.eq_ignore_ascii_case(name));
            let key = key.ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
            parts.push(TemplatePart::Text(before.to_owned()));
            parts.push(TemplatePart::Key(key));
            rest = behind;
        }
        let end = if rest.ends_with('/') { rest.to_owned() } else { format!("{rest}/") };
        parts.push(TemplatePart::Text(end));
        match (0..keys.len()).find(|key| !parts.contains(&TemplatePart::Key(*key))) {
            Some(missing) => Err(TemplateError::Missing(missing)),
            None => Ok(Template { parts }),
        }
    }

    /// The location for some key values, one for each key.
    pub fn render(&self, values: &[String]) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text) => text.as_str(),
                TemplatePart::Key(key) => values.get(*key).map_or("", String::as_str),
            })
            .collect()
    }

    /// The text before the first placeholder.
    pub fn prefix(&self) -> &str {
        match self.parts.first() {
            Some(TemplatePart::Text(text)) => text,
            _ => "",
        }
    }

    /// The key values of the folder in which a path lies; none if it lies in none. `separators` says
    /// for each key how many `/` its values have.
    fn matches(&self, path: &str, separators: &[usize]) -> Option<Vec<String>> {
        let mut values: Vec<Option<&str>> = vec![None; separators.len()];
        let mut rest = path;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            rest = match part {
                TemplatePart::Text(text) => rest.strip_prefix(text.as_str())?,
                TemplatePart::Key(key) => {
                    let Some(TemplatePart::Text(behind)) = parts.peek() else { return None };
                    let end = value_end(rest, behind, *separators.get(*key)?)?;
                    let (value, tail) = rest.split_at(end);
                    let slot = values.get_mut(*key)?;
                    if value.is_empty() || slot.is_some_and(|before| before != value) {
                        return None;
                    }
                    *slot = Some(value);
                    tail
                }
            };
        }
        values.into_iter().map(|value| value.map(str::to_owned)).collect()
    }
}

/// The length of a value with so many `/` that is followed by some text.
fn value_end(rest: &str, behind: &str, separators: usize) -> Option<usize> {
    rest.match_indices(behind).map(|(at, _)| at).find(|at| rest[..*at].matches('/').count() == separators)
}

impl Table {
    /// The location of a partition, ending in `/`, for one value per key.
    pub fn partition_location(&self, values: &[String]) -> String {
        match &self.layout {
            Layout::Flat => self.storage.location.clone(),
            Layout::Projection { template: Some(template), .. } => template.render(values),
            Layout::Projection { template: None, .. } => self.hive_location(values),
            Layout::Registered(entries) => entries
                .iter()
                .find(|entry| entry.values == values)
                .and_then(|entry| entry.location.as_deref())
                .map_or_else(|| self.hive_location(values), with_slash),
        }
    }

    /// The key values of the partition in which a file lies; none if it lies in none of them.
    pub fn partition_of(&self, path: &str) -> Option<Vec<String>> {
        match &self.layout {
            Layout::Flat => path.starts_with(&self.storage.location).then(Vec::new),
            Layout::Projection { template: Some(template), keys } => {
                template.matches(path, &keys.iter().map(separators).collect::<Vec<_>>())
            }
            Layout::Projection { template: None, .. } => self.hive_values(path),
            Layout::Registered(entries) => entries
                .iter()
                .filter(|entry| entry.location.as_deref().is_some_and(|at| path.starts_with(&with_slash(at))))
                .max_by_key(|entry| entry.location.as_deref().map_or(0, str::len))
                .map(|entry| entry.values.clone())
                .or_else(|| self.hive_values(path)),
        }
    }

    /// The text with which every partition's location begins, as far as the layout says.
    pub fn listing_prefix(&self) -> &str {
        match &self.layout {
            Layout::Projection { template: Some(template), .. } => template.prefix(),
            _ => &self.storage.location,
        }
    }

    fn hive_location(&self, values: &[String]) -> String {
        let mut location = self.storage.location.clone();
        for (key, value) in self.partition_keys.iter().zip(values) {
            location.push_str(&escape_folder(&key.name));
            location.push('=');
            location.push_str(&if value.is_empty() { DEFAULT_PARTITION.to_owned() } else { escape_folder(value) });
            location.push('/');
        }
        location
    }

    fn hive_values(&self, path: &str) -> Option<Vec<String>> {
        let mut folders = path.strip_prefix(&self.storage.location)?.split('/');
        self.partition_keys
            .iter()
            .map(|key| {
                let (name, value) = folders.next()?.split_once('=')?;
                unescape_folder(name).eq_ignore_ascii_case(&key.name).then(|| unescape_folder(value))
            })
            .collect::<Option<Vec<String>>>()
            .filter(|_| folders.next().is_some())
    }
}

/// How many `/` the values of a key have.
fn separators(projection: &Projection) -> usize {
    match projection {
        Projection::Date { format, .. } => Pattern::new(format).map_or(0, |pattern| pattern.separators()),
        Projection::Enum(values) => values.first().map_or(0, |value| value.matches('/').count()),
        Projection::Integer { .. } | Projection::Injected => 0,
    }
}

/// A location that ends in `/`.
pub fn with_slash(location: &str) -> String {
    if location.is_empty() || location.ends_with('/') { location.to_owned() } else { format!("{location}/") }
}

/// A name or value as Hive writes it in a folder's name.
pub fn escape_folder(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(letter) {
            escaped.push_str(&format!("%{:02X}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// What a folder's name says, its `%XX` undone.
pub fn unescape_folder(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('%') {
        plain.push_str(before);
        let code = tail.get(..2).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(u8::is_ascii);
        rest = if let Some(code) = code {
            plain.push(char::from(code));
            &tail[2..]
        } else {
            plain.push('%');
            tail
        };
    }
    plain.push_str(rest);
    plain
}
