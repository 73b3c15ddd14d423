//! Hostile texts through the one renderer of literals and through Trino: they come back as they were.

use athplan::constant::Value;
use athplan::emit::literal;
use athplan::types::Type;
use serde_json::Value as Json;

use super::client::Client;
use super::subject::Random;
use super::tally::Tally;

/// How many texts.
const TEXTS: usize = 10_000;

/// How many in one statement.
const BATCH: usize = 250;

/// Pieces that texts are made of: what ends a string or a line, hides, turns writing round, or looks like an escape.
const PIECES: &[&str] = &[
    "'",
    "''",
    "\"",
    "\\",
    "\\\\",
    "\0",
    "\u{1}",
    "\t",
    "\n",
    "\r\n",
    "\u{b}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{202a}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{2069}",
    "\u{feff}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{f8ff}",
    "\u{fdd0}",
    "\u{fffd}",
    "\u{ffff}",
    "\u{10000}",
    "\u{1f600}",
    "\u{e0001}",
    "\u{10ffff}",
    "U&'",
    "U&\"",
    "\\202E",
    "\\+01F600",
    "\\000G",
    "UESCAPE '!'",
    "!0041",
    "--",
    "/*",
    "*/",
    ";",
    "$1",
    "${name}",
    "%",
    "_",
    "X'00'",
    ":p",
    "?",
    "é",
    "e\u{301}",
    "ß",
    "中",
    "a",
    "Z",
    "0",
    " ",
    "  ",
    "SELECT 1",
    "NULL",
    "\u{300}",
    "{\"a\":1}",
    "=cmd|' /C calc'!A0",
];

fn text(random: &mut Random) -> String {
    let count = match random.below(50) {
        0 => 2_000,
        1 => 0,
        _ => 1 + random.below(12),
    };
    let mut text = String::new();
    for _ in 0..count {
        if random.below(4) == 0 {
            // Any character there is, those beside the surrogates too.
            text.extend(char::from_u32(u32::try_from(random.below(0x11_0000)).expect("21 bits")));
        } else {
            text.push_str(random.one::<&str>(PIECES));
        }
    }
    text
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn hostile_texts_come_back_unchanged() {
    let client = Client::connect();
    let mut random = Random(5);
    let mut tally = Tally::new("literals");
    let mut left = TEXTS;
    while left > 0 {
        let mut texts = Vec::new();
        let mut rows = Vec::new();
        while texts.len() < BATCH.min(left) && rows.iter().map(String::len).sum::<usize>() < 300_000 {
            let text = text(&mut random);
            // A varchar of the text's own length and of a greater one, and a char without the blanks at its end.
            let length = u32::try_from(text.chars().count()).expect("short");
            let write = |text: &str, ty: Type| literal(&Value::varchar(text), &ty).expect("texts have literals");
            let plain = write(&text, Type::VARCHAR);
            let wide = write(&text, Type::Varchar(Some(length + 7)));
            rows.push(format!("({}, {plain}, {wide}, length({plain}))", texts.len()));
            texts.push(text);
        }
        let sql = format!("SELECT * FROM (VALUES {}) AS t (n, plain, wide, length) ORDER BY n", rows.join(",\n"));
        let answer = client.run(&sql).unwrap_or_else(|refusal| panic!("{refusal}\n{sql}"));
        assert_eq!(answer.rows.len(), texts.len());
        for (row, text) in answer.rows.iter().zip(&texts) {
            let length = text.chars().count();
            assert_eq!(row[1], Json::String(text.clone()), "as varchar");
            assert_eq!(row[2], Json::String(text.clone()), "as varchar({})", length + 7);
            assert_eq!(row[3].as_u64(), Some(length as u64), "{text:?}");
        }
        left -= texts.len();
        tally.add("texts", texts.len());
        tally.add("statements", 1);
        tally.add("bytes of SQL", sql.len());
    }
    tally.print();
}
