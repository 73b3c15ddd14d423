//! The `.metadata` file beside a result: a protobuf message of the statement's columns.
//!
//! Fields as measured on Athena in September 2026: 1 the query's id, 2 the kind of change, 3 the number
//! of rows changed, 4 for each column 1 catalog, 4 name, 5 label, 6 type, 7 precision, 8 scale,
//! 9 nullable, 10 case sensitive; 7, 8 and 10 are absent for some types.

use super::Column;

/// The message for a statement.
pub fn message(id: &str, update: Option<(&str, u64)>, columns: &[Column]) -> Vec<u8> {
    let mut message = Vec::new();
    text(&mut message, 1, id);
    if let Some((kind, rows)) = update {
        text(&mut message, 2, kind);
        number(&mut message, 3, rows);
    }
    for column in columns {
        let mut inner = Vec::new();
        text(&mut inner, 1, "hive");
        text(&mut inner, 4, &column.name);
        text(&mut inner, 5, &column.name);
        text(&mut inner, 6, column.ty);
        let (has_precision, has_scale, has_case) = match column.ty {
            "boolean" | "interval day to second" | "interval year to month" => (false, false, true),
            "date" => (false, true, true),
            "array" | "map" | "row" | "json" | "uuid" | "ipaddress" | "string" | "unknown" => (false, false, false),
            _ => (true, true, true),
        };
        if has_precision {
            number(&mut inner, 7, u64::from(column.precision));
        }
        if has_scale {
            number(&mut inner, 8, u64::from(column.scale));
        }
        number(&mut inner, 9, 3);
        if has_case {
            number(&mut inner, 10, u64::from(column.is_case_sensitive()));
        }
        bytes(&mut message, 4, &inner);
    }
    message
}

fn text(message: &mut Vec<u8>, field: u8, text: &str) {
    bytes(message, field, text.as_bytes());
}

fn bytes(message: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    message.push(field << 3 | 2);
    varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

fn number(message: &mut Vec<u8>, field: u8, number: u64) {
    message.push(field << 3);
    varint(message, number);
}

fn varint(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        message.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    message.push(number as u8);
}
