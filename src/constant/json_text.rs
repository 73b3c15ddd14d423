//! JSON text as Trino's writer lays it out.

use std::fmt::Write;

/// Writes a text as a JSON string, in quotes; characters beyond the first plane as two escapes, as
/// Trino's writer of whole documents spells them.
pub(crate) fn write_string(out: &mut String, text: &str) {
    write(out, text, true);
}

/// Writes a text as a JSON string whose only escapes are the needed ones: so Trino writes the JSON
/// inside an array or map that was cast from JSON.
pub(crate) fn write_inner_string(out: &mut String, text: &str) {
    write(out, text, false);
}

fn write(out: &mut String, text: &str, escape_planes: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c if escape_planes && c > '\u{FFFF}' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
