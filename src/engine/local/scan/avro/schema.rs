//! Avro's schemas: JSON that names types and uses them by their names
//! (<https://avro.apache.org/docs/1.11.1/specification/#schema-declaration>).

use std::collections::HashMap;

use serde_json::Value;

/// Types nested deeper than this are refused.
const MAXIMUM_DEPTH: usize = 64;

/// A schema.
#[derive(Debug)]
pub struct Schema {
    /// What a file's values are.
    pub root: Kind,
    /// The types that have names; [`Kind::Named`] says which.
    named: Vec<Kind>,
}

/// A type.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    /// So many bytes.
    Fixed(usize),
    /// One of some words, which is only passed over.
    Enum,
    Array(Box<Kind>),
    Map(Box<Kind>),
    Union(Vec<Kind>),
    Record(Vec<Field>),
    /// Days since 1970.
    Date,
    /// Milliseconds since 1970, in UTC or without a zone.
    Milliseconds,
    /// An `int` or a `long` that means something that no column does, with the word for it.
    Other(&'static str),
    /// A decimal number of this scale in bytes.
    Decimal(i64),
    /// A type by its place among the named ones.
    Named(usize),
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Other names under which files may have it.
    pub aliases: Vec<String>,
    /// Its type.
    pub kind: Kind,
    /// What it is where a file lacks it; none: that is an error.
    pub default: Option<Value>,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let json: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
        let mut reader = Reader { places: HashMap::new(), named: Vec::new() };
        let root = reader.kind(&json, "", 0)?;
        let named = reader.named.into_iter().map(|kind| kind.unwrap_or(Kind::Null)).collect();
        Ok(Self { root, named })
    }

    /// A type that is not one by its place.
    pub fn resolved<'a>(&'a self, kind: &'a Kind) -> &'a Kind {
        match kind {
            Kind::Named(place) => self.named.get(*place).unwrap_or(&Kind::Null),
            other => other,
        }
    }
}

struct Reader {
    places: HashMap<String, usize>,
    /// None while a type is being read.
    named: Vec<Option<Kind>>,
}

impl Reader {
    fn kind(&mut self, json: &Value, space: &str, depth: usize) -> Result<Kind, String> {
        if depth > MAXIMUM_DEPTH {
            return Err(format!("is nested deeper than {MAXIMUM_DEPTH} levels"));
        }
        match json {
            Value::String(name) => self.by_name(name, space),
            Value::Array(branches) => {
                let branches = branches.iter().map(|branch| self.kind(branch, space, depth + 1));
                Ok(Kind::Union(branches.collect::<Result<_, _>>()?))
            }
            Value::Object(object) => {
                let text = |key: &str| object.get(key).and_then(Value::as_str);
                let word = object.get("type").ok_or("has an object without a type")?;
                let Value::String(word) = word else { return self.kind(word, space, depth + 1) };
                match word.as_str() {
                    "array" => {
                        let items = object.get("items").ok_or("has an array without items")?;
                        Ok(Kind::Array(Box::new(self.kind(items, space, depth + 1)?)))
                    }
                    "map" => {
                        let values = object.get("values").ok_or("has a map without values")?;
                        Ok(Kind::Map(Box::new(self.kind(values, space, depth + 1)?)))
                    }
                    "record" | "error" | "enum" | "fixed" => self.named(object, word, space, depth),
                    _ => Ok(logical(self.by_name(word, space)?, text("logicalType"), scale(object))),
                }
            }
            _ => Err("has a type that is no type".to_owned()),
        }
    }

    fn named(
        &mut self,
        object: &serde_json::Map<String, Value>,
        word: &str,
        space: &str,
        depth: usize,
    ) -> Result<Kind, String> {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let name = text("name").ok_or("has a type without its name")?;
        let (space, name) = match name.rsplit_once('.') {
            Some((space, name)) => (space.to_owned(), name),
            None => (text("namespace").unwrap_or(space).to_owned(), name),
        };
        let place = self.named.len();
        self.named.push(None);
        self.places.insert(full(&space, name), place);
        let kind = match word {
            "enum" => Kind::Enum,
            "fixed" => {
                let size = object.get("size").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
                logical(Kind::Fixed(size.ok_or("has a fixed without its size")?), text("logicalType"), scale(object))
            }
            _ => {
                let fields = object.get("fields").and_then(Value::as_array).ok_or("has a record without fields")?;
                let fields = fields.iter().map(|field| self.field(field, &space, depth));
                Kind::Record(fields.collect::<Result<_, _>>()?)
            }
        };
        if let Some(slot) = self.named.get_mut(place) {
            *slot = Some(kind);
        }
        Ok(Kind::Named(place))
    }

    fn field(&mut self, json: &Value, space: &str, depth: usize) -> Result<Field, String> {
        let name = json.get("name").and_then(Value::as_str).ok_or("has a field without a name")?;
        let kind = json.get("type").ok_or_else(|| format!("has a field {name} without a type"))?;
        let aliases = json.get("aliases").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Field {
            name: name.to_owned(),
            aliases: aliases.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            kind: self.kind(kind, space, depth + 1)?,
            default: json.get("default").cloned(),
        })
    }

    fn by_name(&self, name: &str, space: &str) -> Result<Kind, String> {
        Ok(match name {
            "null" => Kind::Null,
            "boolean" => Kind::Boolean,
            "int" => Kind::Int,
            "long" => Kind::Long,
            "float" => Kind::Float,
            "double" => Kind::Double,
            "bytes" => Kind::Bytes,
            "string" => Kind::String,
            _ => {
                let place = self.places.get(&full(space, name)).or_else(|| self.places.get(name));
                Kind::Named(*place.ok_or_else(|| format!("uses {name}, which is no type"))?)
            }
        })
    }
}

fn full(space: &str, name: &str) -> String {
    if space.is_empty() || name.contains('.') { name.to_owned() } else { format!("{space}.{name}") }
}

fn scale(object: &serde_json::Map<String, Value>) -> i64 {
    object.get("scale").and_then(Value::as_i64).unwrap_or(0)
}

/// What a type means beyond itself; a meaning that nobody knows changes nothing.
fn logical(kind: Kind, meaning: Option<&str>, scale: i64) -> Kind {
    match (kind, meaning) {
        (Kind::Int, Some("date")) => Kind::Date,
        (Kind::Long, Some("timestamp-millis" | "local-timestamp-millis")) => Kind::Milliseconds,
        (Kind::Long, Some("timestamp-micros" | "local-timestamp-micros")) => Kind::Other("timestamp-micros"),
        (Kind::Long, Some("timestamp-nanos" | "local-timestamp-nanos")) => Kind::Other("timestamp-nanos"),
        (Kind::Bytes, Some("decimal")) => Kind::Decimal(scale),
        (kind, _) => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Schema};

    #[test]
    fn names_are_found_in_their_spaces() {
        let text = r#"{"type": "record", "name": "a.b.Top", "fields": [
            {"name": "one", "type": {"type": "record", "name": "Inner", "fields": [{"name": "again", "type": ["null", "Top"]}]}},
            {"name": "two", "type": "a.b.Inner"}, {"name": "three", "type": {"type": "array", "items": "Inner"}}]}"#;
        let schema = Schema::parse(text).expect("a schema");
        let Kind::Record(fields) = schema.resolved(&schema.root) else { panic!("{schema:?}") };
        assert!(matches!(schema.resolved(&fields[1].kind), Kind::Record(_)));
    }

    #[test]
    fn what_is_no_schema_says_so() {
        let deep = format!("{}\"int\"{}", "[".repeat(100), "]".repeat(100));
        for text in ["", "{}", "\"nothing\"", r#"{"type": "array"}"#, r#"{"type": "record", "name": "x"}"#, &deep] {
            assert!(Schema::parse(text).is_err(), "{text}");
        }
    }
}
