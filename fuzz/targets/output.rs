//! What attackers write into logs, shown: every format can be undone to the exact value, and neither a terminal nor
//! a spreadsheet gets anything that hides or that it would run (law 5).
#![no_main]

use athplan::cli::output::{csv as as_csv, json, table};
use athplan::constant::Value;
use athplan::emit::hidden;
use athplan::engine::ResultSet;
use athplan::types::Type;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let cells: Vec<&str> = text.split('\u{1}').collect();
    let columns = vec![(cells[0].to_owned(), Type::VARCHAR), ("other".to_owned(), Type::VARCHAR)];
    let rows: Vec<Vec<Value>> = cells.iter().map(|cell| vec![Value::varchar(cell), Value::varchar("x")]).collect();
    let result = ResultSet { columns, rows };

    let written = printed(|out| as_csv::write(&result, out));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_bytes());
    let lines: Vec<csv::StringRecord> = reader.records().map(|line| line.expect("it is CSV")).collect();
    assert_eq!(lines.len(), cells.len() + 1, "{written:?}");
    for (line, cell) in lines.iter().zip([cells[0]].iter().chain(&cells)) {
        let shown = &line[0];
        assert!(!shown.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{shown:?} is a formula");
        assert!(!shown.chars().any(|character| hidden(character) && !matches!(character, '\n' | '\t')), "{shown:?}");
        assert_eq!(&undone(shown.strip_prefix('\'').unwrap_or(shown)), cell);
    }

    let written = printed(|out| json::write(&result, out));
    assert_eq!(written.lines().count(), cells.len());
    assert!(!written.chars().any(|character| hidden(character) && character != '\n'), "{written:?}");
    for (line, cell) in written.lines().zip(&cells) {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).expect("it is JSON");
        let (name, value) = object.iter().next().expect("the first column");
        assert_eq!((name.as_str(), value.as_str()), (cells[0], Some(*cell)));
    }

    let written = printed(|out| table::write(&result, false, out));
    assert!(!written.chars().any(|character| hidden(character) && character != '\n'), "{written:?}");
});

fn printed(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out: Vec<u8> = Vec::new();
    write(&mut out).expect("memory takes all");
    String::from_utf8(out).expect("it is text")
}

/// What the documentation tells a reader of `\u{…}` to do.
fn undone(shown: &str) -> String {
    let mut pieces = shown.split("\\u{");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_once('}').expect("every escape is closed");
        let number = u32::from_str_radix(number, 16).expect("hexadecimal");
        text.push(char::from_u32(number).expect("a character"));
        text.push_str(rest);
    }
    text
}
