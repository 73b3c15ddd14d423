//! Trino's implicit coercions: which type two types meet in, and what turns into what by itself.
//!
//! One relation, `compatibility`, answers both questions, so they cannot disagree. The rules are
//! those that Trino 476 showed for every pair of thirty types; a test holds this file to them.

use super::{RowField, Type};

/// The longest `char`; an unbounded `varchar` that meets a `char` becomes one of this length.
pub(super) const LONGEST_CHAR: u32 = 65_536;

/// The type to which both types coerce, as in `coalesce(a, b)`; `None` if there is none.
///
/// [`Type::Opaque`] goes with everything and the result is opaque.
pub fn common_super_type(a: &Type, b: &Type) -> Option<Type> {
    compatibility(a, b).map(|(common, _)| common)
}

/// The type to which all these types coerce: that of `ARRAY[…]`, `IN (…)`, `CASE`, a set operation.
/// Of no types at all it is `unknown`.
pub fn common_super_type_of<'a>(types: impl IntoIterator<Item = &'a Type>) -> Option<Type> {
    types.into_iter().try_fold(Type::Unknown, |common, ty| common_super_type(&common, ty))
}

/// Whether a value of `from` turns into a `to` without being asked to.
pub fn can_coerce(from: &Type, to: &Type) -> bool {
    compatibility(from, to).is_some_and(|(_, coercible)| coercible)
}

/// Whether `=` and DISTINCT are defined on values of this type.
pub fn is_comparable(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => is_comparable(element),
        Type::Map(key, value) => is_comparable(key) && is_comparable(value),
        Type::Row(fields) => fields.iter().all(|field| is_comparable(&field.ty)),
        Type::Function(..) => false,
        Type::Named(name) => matches!(&**name, "bingtile" | "geometry" | "sphericalgeography"),
        _ => true,
    }
}

/// Whether `<` and ORDER BY are defined on values of this type.
pub fn is_orderable(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => is_orderable(element),
        Type::Row(fields) => fields.iter().all(|field| is_orderable(&field.ty)),
        Type::Map(..) | Type::Json | Type::Function(..) | Type::Named(_) => false,
        _ => true,
    }
}

/// The type in which both meet, and whether that is `to`, so that `from` coerces to it.
fn compatibility(from: &Type, to: &Type) -> Option<(Type, bool)> {
    match (from, to) {
        (Type::Opaque, _) | (_, Type::Opaque) => return Some((Type::Opaque, true)),
        (same, other) if same == other => return Some((to.clone(), true)),
        (Type::Unknown, _) => return Some((to.clone(), true)),
        (_, Type::Unknown) => return Some((from.clone(), false)),
        _ => {}
    }
    if let Some(common) = widened(from, to) {
        let coercible = common == *to;
        return Some((common, coercible));
    }
    match (from, to) {
        (Type::Array(from), Type::Array(to)) => {
            compatibility(from, to).map(|(element, coercible)| (Type::array(element), coercible))
        }
        (Type::Map(from_key, from_value), Type::Map(to_key, to_value)) => {
            let (key, key_coercible) = compatibility(from_key, to_key)?;
            let (value, value_coercible) = compatibility(from_value, to_value)?;
            Some((Type::map(key, value), key_coercible && value_coercible))
        }
        (Type::Row(from), Type::Row(to)) => row_compatibility(from, to),
        _ if same_family(from, to) => None,
        _ => {
            if let Some(lifted) = in_family_of(from, to) {
                return compatibility(&lifted, to);
            }
            let lifted = in_family_of(to, from)?;
            compatibility(from, &lifted).map(|(common, _)| (common, false))
        }
    }
}

/// Whether two types differ in their parameters at most.
fn same_family(a: &Type, b: &Type) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// Rows of one width meet field by field; a field keeps its name only if both agree on it.
fn row_compatibility(from: &[RowField], to: &[RowField]) -> Option<(Type, bool)> {
    if from.len() != to.len() {
        return None;
    }
    let mut all_coercible = true;
    let mut fields = Vec::with_capacity(from.len());
    for (from, to) in from.iter().zip(to) {
        let (ty, coercible) = compatibility(&from.ty, &to.ty)?;
        all_coercible &= coercible;
        fields.push(RowField { name: from.name.clone().filter(|name| to.name.as_ref() == Some(name)), ty });
    }
    Some((Type::Row(fields.into()), all_coercible))
}

/// The wider of two types that differ only in their numbers; `None` for types of two families.
fn widened(a: &Type, b: &Type) -> Option<Type> {
    Some(match (a, b) {
        (Type::Decimal(a_precision, a_scale), Type::Decimal(b_precision, b_scale)) => {
            let scale = *a_scale.max(b_scale);
            let whole = (a_precision - a_scale).max(b_precision - b_scale);
            Type::Decimal((whole + scale).min(38), scale)
        }
        (Type::Varchar(a), Type::Varchar(b)) => Type::Varchar(a.zip(*b).map(|(a, b)| a.max(b))),
        (Type::Char(a), Type::Char(b)) => Type::Char(*a.max(b)),
        (Type::Time(a), Type::Time(b)) => Type::Time(*a.max(b)),
        (Type::TimeWithTimeZone(a), Type::TimeWithTimeZone(b)) => Type::TimeWithTimeZone(*a.max(b)),
        (Type::Timestamp(a), Type::Timestamp(b)) => Type::Timestamp(*a.max(b)),
        (Type::TimestampWithTimeZone(a), Type::TimestampWithTimeZone(b)) => Type::TimestampWithTimeZone(*a.max(b)),
        _ => return None,
    })
}

/// The narrowest type of `like`'s family that holds every value of `source`; `like`'s own numbers
/// play no part. `None` if no value of `source` turns into that family by itself.
pub(super) fn in_family_of(source: &Type, like: &Type) -> Option<Type> {
    if same_family(source, like) {
        return Some(source.clone());
    }
    match (source, like) {
        (Type::Unknown, Type::Varchar(_)) => Some(Type::Varchar(Some(0))),
        (Type::Unknown, Type::Char(_)) => Some(Type::Char(0)),
        (Type::Unknown, Type::Decimal(..)) => Some(Type::Decimal(1, 0)),
        (Type::Unknown, Type::Time(_)) => Some(Type::Time(3)),
        (Type::Unknown, Type::TimeWithTimeZone(_)) => Some(Type::TimeWithTimeZone(3)),
        (Type::Unknown, Type::Timestamp(_)) => Some(Type::Timestamp(3)),
        (Type::Unknown, Type::TimestampWithTimeZone(_)) => Some(Type::TimestampWithTimeZone(3)),
        (Type::Unknown, _) => Some(like.clone()),
        (Type::TinyInt, Type::SmallInt | Type::Integer | Type::BigInt)
        | (Type::SmallInt, Type::Integer | Type::BigInt)
        | (Type::Integer, Type::BigInt)
        | (
            Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(..),
            Type::Real | Type::Double,
        )
        | (Type::Real, Type::Double) => Some(like.clone()),
        (Type::TinyInt, Type::Decimal(..)) => Some(Type::Decimal(3, 0)),
        (Type::SmallInt, Type::Decimal(..)) => Some(Type::Decimal(5, 0)),
        (Type::Integer, Type::Decimal(..)) => Some(Type::Decimal(10, 0)),
        (Type::BigInt, Type::Decimal(..)) => Some(Type::Decimal(19, 0)),
        (Type::Date, Type::Timestamp(_)) => Some(Type::Timestamp(0)),
        (Type::Date, Type::TimestampWithTimeZone(_)) => Some(Type::TimestampWithTimeZone(0)),
        (Type::Time(precision), Type::TimeWithTimeZone(_)) => Some(Type::TimeWithTimeZone(*precision)),
        (Type::Timestamp(precision), Type::TimestampWithTimeZone(_)) => Some(Type::TimestampWithTimeZone(*precision)),
        (Type::Varchar(length), Type::Char(_)) => {
            Some(Type::Char(length.map_or(LONGEST_CHAR, |length| length.min(LONGEST_CHAR))))
        }
        (Type::Varchar(_) | Type::Char(_), Type::Named(name)) => is_compiled_text(name).then(|| like.clone()),
        _ => None,
    }
}

/// Whether this names a type into which Trino compiles a text argument: a pattern, a JSON path, the
/// characters to trim. No column has such a type.
pub(super) fn is_compiled_text(name: &str) -> bool {
    matches!(name, "joniregexp" | "jsonpath" | "codepoints")
}
