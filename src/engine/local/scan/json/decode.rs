//! JSON objects into column builders, by the columns' declared types.
//!
//! An object is first cut into the raw texts of the fields that are wanted (the last of equal keys
//! wins); each is then decoded by its type. Fields that nobody wants are skipped, their syntax checked or not.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::hive_value::append_hive;
use super::lazy::members;
use super::scalar::{append_scalar, scalar_is_readable};
use super::text::{canonical, canonical_scalar, compact, unescape};
use crate::engine::local::ColumnBuilder;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// How JSON meets columns.
#[derive(Debug, Clone, Default)]
pub struct JsonRules {
    /// Keys match columns whatever their case.
    pub case_insensitive: bool,
    /// JSON text in a varchar column is rewritten as the OpenX SerDe does; otherwise it is compact
    /// and numbers stay as they are written.
    pub canonical_text: bool,
    /// A scalar where an array is declared is an array of one, and a list where a row is declared
    /// fills it by position, as with the OpenX SerDe; otherwise it is an error.
    pub lenient_shapes: bool,
    /// A value that is none of its column's type is an error, as with Hive's JSON SerDe, and so is a column that is
    /// there twice; keys of maps differ by case. Otherwise a scalar is NULL, and an object or array in a varchar
    /// column its text.
    pub strict: bool,
    /// A column `a_b` matches the key `a.b`.
    pub dots_in_keys: bool,
    /// Members of records that nobody wants are skipped by their brackets; otherwise their syntax is checked.
    pub lazy: bool,
    /// `mapping.column = key`: the key under which a column's values stand.
    pub mappings: HashMap<String, String>,
    /// Nobody looks behind the record.
    pub open_end: bool,
}

/// A value whose shape is none of its column's type, or text that is no JSON.
#[derive(Debug)]
pub struct Mismatch {
    /// What is wrong.
    pub message: String,
    /// Whether the text is no JSON at all.
    pub malformed: bool,
}

impl Mismatch {
    /// A value of the wrong shape.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), malformed: false }
    }
}

impl From<serde_json::Error> for Mismatch {
    fn from(error: serde_json::Error) -> Self {
        Self { message: format!("it is no JSON: {error}"), malformed: true }
    }
}

/// Decodes the objects of one shape: a table's records, or the values of a row type.
pub struct RecordDecoder {
    names: Names,
    /// Names with an underscore, which may match keys with dots.
    dotted: Names,
    fields: Vec<(String, Decoder)>,
    case_insensitive: bool,
    lenient: bool,
    lazy: bool,
    strict: bool,
    open_end: bool,
    /// A column that is there twice is an error; otherwise the last one counts.
    unique: bool,
}

/// Names, and the positions of the columns that have them. They are few: comparing a key with each of them, its length
/// first, is faster than hashing it, and every key of every record is looked for.
#[derive(Default)]
struct Names(Vec<(String, Vec<usize>)>);

impl Names {
    fn insert(&mut self, name: String, at: usize) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, positions)) => positions.push(at),
            None => self.0.push((name, vec![at])),
        }
    }

    /// The columns of a name. Where case says nothing the names are in lower case, and the key may be in any.
    fn get(&self, key: &str, case_insensitive: bool) -> Option<&[usize]> {
        let find = |equals: &dyn Fn(&str) -> bool| self.0.iter().find(|(name, _)| equals(name));
        let found = match () {
            () if !case_insensitive => find(&|name| name == key),
            () if key.is_ascii() => find(&|name| name.len() == key.len() && name.eq_ignore_ascii_case(key)),
            () => {
                let key = key.to_lowercase();
                find(&|name| name == key)
            }
        };
        found.map(|(_, positions)| positions.as_slice())
    }
}

enum Decoder {
    /// What is none of the type's is NULL; true: an array or object is a text that is none either.
    Scalar(Type, bool),
    /// By the rules of Hive's SerDe.
    Hive(Type),
    /// `varchar` and `char`, and what becomes of JSON in them.
    Text(Type, JsonText),
    /// True: anything but an array becomes an array of one.
    Array(Box<Decoder>, bool),
    /// The keys' type; whether keys that differ in case alone are equal, and whether a blank text is a NULL map.
    Map(Type, Box<Decoder>, bool, bool),
    Row(RecordDecoder),
}

/// What becomes of an object, an array or a number in a varchar column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonText {
    /// Compact, numbers as they are written.
    Compact,
    /// Rewritten as the OpenX SerDe does.
    Canonical,
}

impl RecordDecoder {
    /// A decoder of the columns wanted.
    ///
    /// # Errors
    ///
    /// A column has a type that JSON files are not read into.
    pub fn new<'a>(
        columns: impl IntoIterator<Item = (&'a str, &'a Type)>,
        rules: &JsonRules,
    ) -> Result<Self, EngineError> {
        let fold = |name: &str| if rules.case_insensitive { name.to_lowercase() } else { name.to_owned() };
        let mut decoder = Self {
            names: Names::default(),
            dotted: Names::default(),
            fields: Vec::new(),
            case_insensitive: rules.case_insensitive,
            lenient: rules.lenient_shapes,
            lazy: rules.lazy,
            strict: rules.strict,
            open_end: rules.open_end,
            unique: false,
        };
        for (at, (name, ty)) in columns.into_iter().enumerate() {
            let key = rules.mappings.get(name).map_or(name, String::as_str);
            decoder.names.insert(fold(key), at);
            if rules.dots_in_keys && name.contains('_') {
                decoder.dotted.insert(fold(name), at);
            }
            decoder.fields.push((name.to_owned(), Decoder::new(ty, rules)?));
        }
        Ok(decoder)
    }

    /// The same decoder, to which a column that is there twice is an error if the rules are strict: so it is for
    /// records, and is not for the rows within them.
    pub fn of_records(mut self) -> Self {
        self.unique = self.strict;
        self
    }

    /// Appends an object's fields, one value to each builder.
    ///
    /// # Errors
    ///
    /// The text is no JSON, which is found before anything is appended; or a value has the wrong
    /// shape.
    pub fn append(&self, raw: &str, builders: &mut [ColumnBuilder]) -> Result<(), Mismatch> {
        let found = if self.lenient && raw.starts_with('[') {
            let mut values = items(serde_json::from_str(raw)?)?.into_iter().map(Some).collect::<Vec<_>>();
            values.resize(self.fields.len(), None);
            values
        } else if self.lazy {
            let mut found = vec![None; self.fields.len()];
            members(raw, |key| self.positions(key), |(positions, _), value| fill(&mut found, positions, value))?;
            found
        } else {
            let mut deserializer = serde_json::Deserializer::from_str(raw);
            let found = deserializer.deserialize_map(Fields(self))?;
            if !self.open_end {
                deserializer.end()?;
            }
            found
        };
        for (((name, decoder), value), builder) in self.fields.iter().zip(found).zip(builders) {
            match value {
                Some(value) if value.get() != "null" => {
                    // Something may have been appended by now, so that the text must not be tried another way.
                    decoder.append(value, builder).map_err(|mismatch| Mismatch {
                        message: format!("{name}: {}", mismatch.message),
                        malformed: false,
                    })?;
                }
                _ => builder.append_null(),
            }
        }
        Ok(())
    }

    /// The fields of a key, and whether it is by dots that stand for underscores.
    fn positions(&self, key: &str) -> Option<(&[usize], bool)> {
        if let Some(found) = self.names.get(key, self.case_insensitive) {
            return Some((found, false));
        }
        if self.dotted.0.is_empty() || !key.contains('.') {
            return None;
        }
        self.dotted.get(&key.replace('.', "_"), self.case_insensitive).map(|found| (found, true))
    }
}

fn fold(key: &str, case_insensitive: bool) -> Cow<'_, str> {
    if case_insensitive && key.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        Cow::Owned(key.to_lowercase())
    } else {
        Cow::Borrowed(key)
    }
}

impl Decoder {
    fn new(ty: &Type, rules: &JsonRules) -> Result<Self, EngineError> {
        Ok(match ty {
            scalar if rules.strict && scalar_is_readable(scalar) => Self::Hive(scalar.clone()),
            Type::Varchar(_) | Type::Char(_) => {
                let text = if rules.canonical_text { JsonText::Canonical } else { JsonText::Compact };
                Self::Text(ty.clone(), text)
            }
            Type::Array(element) => Self::Array(Box::new(Self::new(element, rules)?), rules.lenient_shapes),
            Type::Map(key, value) if key.is_text() => Self::Map(
                (**key).clone(),
                Box::new(Self::new(value, rules)?),
                rules.case_insensitive && !rules.strict,
                !rules.strict,
            ),
            Type::Row(fields) => {
                let names = fields.iter().map(|field| (field.name.as_deref().unwrap_or(""), &field.ty));
                Self::Row(RecordDecoder::new(names, rules)?)
            }
            scalar if scalar_is_readable(scalar) => Self::Scalar(scalar.clone(), rules.lenient_shapes),
            other => {
                let message = format!("the embedded engine does not read JSON into columns of type {other}");
                return Err(EngineError::new(ErrorClass::Unsupported, message));
            }
        })
    }

    /// Appends a value that is not `null`.
    fn append(&self, value: &RawValue, builder: &mut ColumnBuilder) -> Result<(), Mismatch> {
        let raw = value.get();
        let first = raw.as_bytes().first().copied().unwrap_or_default();
        match (self, builder) {
            (Self::Text(ty, json), builder) => {
                let text = match (first, json) {
                    (b'"', _) => unescape(raw),
                    (b'{' | b'[', JsonText::Canonical) => {
                        let mut text = String::with_capacity(raw.len());
                        canonical(value, &mut text, 0)?;
                        Cow::Owned(text)
                    }
                    (b'{' | b'[', JsonText::Compact) => compact(raw),
                    (_, JsonText::Canonical) => canonical_scalar(raw),
                    (_, JsonText::Compact) => Cow::Borrowed(raw),
                };
                append_scalar(builder, ty, &text);
            }
            (Self::Hive(ty), builder) => append_hive(builder, ty, raw)?,
            (Self::Scalar(ty, lenient), builder) => match first {
                b'{' | b'[' if !lenient || *ty != Type::Boolean => {
                    return Err(Mismatch::new(format!("{} where {ty} is declared", kind(first))));
                }
                b'"' => drop(append_scalar(builder, ty, &unescape(raw))),
                _ => drop(append_scalar(builder, ty, raw)),
            },
            (Self::Array(element, lenient), ColumnBuilder::List(list)) => {
                if *lenient && raw == "\"\"" {
                    list.append_null();
                    return Ok(());
                }
                let values = match first {
                    b'[' => items(value)?,
                    _ if *lenient => vec![value],
                    _ => return Err(Mismatch::new(format!("{} where an array is declared", kind(first)))),
                };
                for value in values {
                    element.append_nullable(value, &mut list.items)?;
                }
                list.end_row().map_err(|error| Mismatch::new(error.message))?;
            }
            (Self::Map(key_type, decoder, case_insensitive, blank), ColumnBuilder::Map(map)) => {
                if *blank && is_blank_text(raw) {
                    map.append_null();
                    return Ok(());
                }
                if first != b'{' {
                    return Err(Mismatch::new(format!("{} where a map is declared", kind(first))));
                }
                for (key, value) in entries(value, *case_insensitive)? {
                    append_scalar(&mut map.keys, key_type, &key);
                    decoder.append_nullable(value, &mut map.values)?;
                }
                map.end_row().map_err(|error| Mismatch::new(error.message))?;
            }
            (Self::Row(decoder), ColumnBuilder::Struct(parts)) => {
                if !decoder.strict && is_blank_text(raw) {
                    parts.parts.iter_mut().for_each(ColumnBuilder::append_null);
                } else if first == b'{' || (first == b'[' && decoder.lenient) {
                    decoder.append(raw, &mut parts.parts)?;
                } else {
                    return Err(Mismatch::new(format!("{} where a row is declared", kind(first))));
                }
                parts.end_row();
            }
            (_, builder) => builder.append_null(),
        }
        Ok(())
    }

    fn append_nullable(&self, value: &RawValue, builder: &mut ColumnBuilder) -> Result<(), Mismatch> {
        if value.get() == "null" {
            builder.append_null();
            return Ok(());
        }
        self.append(value, builder)
    }
}

/// A string of nothing but white space, which the SerDes take for an empty row or a NULL map.
fn is_blank_text(raw: &str) -> bool {
    raw.starts_with('"') && unescape(raw).trim().is_empty()
}

/// What a value is, by its first character.
pub fn kind(first: u8) -> &'static str {
    match first {
        b'{' => "an object",
        b'[' => "an array",
        b'"' => "a string",
        b't' | b'f' => "a boolean",
        _ => "a number",
    }
}

/// The items of an array.
///
/// # Errors
///
/// The text is no array.
pub fn items(raw: &RawValue) -> Result<Vec<&RawValue>, Mismatch> {
    Ok(serde_json::from_str(raw.get())?)
}

/// The entries of an object in their order; of equal keys only the last one counts.
///
/// # Errors
///
/// The text is no object.
pub fn entries(raw: &RawValue, case_insensitive: bool) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Mismatch> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    let all = deserializer.deserialize_map(Entries)?;
    let mut last: HashMap<String, usize> = HashMap::with_capacity(all.len());
    for (at, (key, _)) in all.iter().enumerate() {
        last.insert(fold(key, case_insensitive).into_owned(), at);
    }
    let counts = |at: usize, key: &str| last.get(fold(key, case_insensitive).as_ref()) == Some(&at);
    let entries = all.into_iter().enumerate().filter(|(at, (key, _))| counts(*at, key));
    Ok(entries.map(|(_, entry)| entry).collect())
}

/// Reads an object's wanted fields as raw text.
struct Fields<'a>(&'a RecordDecoder);

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = vec![None; self.0.fields.len()];
        // What stands under a key with dots counts only where the name itself is no key.
        let mut by_dots: Vec<(usize, &RawValue)> = Vec::new();
        // Half a surrogate pair is no error in a key, as it is none in a value.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let Some((positions, dotted)) = self.0.positions(&unescape(key.get())) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value: &RawValue = map.next_value()?;
            for at in positions {
                if dotted {
                    by_dots.push((*at, value));
                } else if let Some(slot) = found.get_mut(*at)
                    && slot.replace(value).is_some()
                    && self.0.unique
                {
                    return Err(serde::de::Error::custom("a column is there twice"));
                }
            }
        }
        for (at, value) in by_dots.into_iter().rev() {
            if let Some(slot) = found.get_mut(at) {
                slot.get_or_insert(value);
            }
        }
        Ok(found)
    }
}

/// Puts a value where it belongs; the last of several with one key stays.
fn fill<'r>(found: &mut [Option<&'r RawValue>], positions: &[usize], value: &'r RawValue) {
    for at in positions {
        if let Some(slot) = found.get_mut(*at) {
            *slot = Some(value);
        }
    }
}

/// Reads all of an object's entries as raw text.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        // Half a surrogate pair is no error in a key, as it is none in a value.
        while let Some((key, value)) = map.next_entry::<&RawValue, _>()? {
            entries.push((unescape(key.get()), value));
        }
        Ok(entries)
    }
}
