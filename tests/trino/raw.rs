//! The raw form of a spec: what FOREACH means, said as `CROSS JOIN LATERAL`, statement by statement, without anything
//! that athplan makes of it.
//!
//! It works on the text alone, so that no mistake of the parser or the planner is repeated here.

use std::collections::BTreeMap;

/// The statements of a spec, without comments, in order.
pub fn statements(spec: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for piece in pieces(spec) {
        match piece {
            Piece::Comment => found.last_mut().expect("there is one").push(' '),
            Piece::Quoted(text) => found.last_mut().expect("there is one").push_str(text),
            Piece::Plain(';') => found.push(String::new()),
            Piece::Plain(character) => found.last_mut().expect("there is one").push(character),
        }
    }
    found.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// A statement with values in the places of its parameters, each given as SQL.
pub fn with_parameters(statement: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut name: Option<String> = None;
    for piece in pieces(statement).chain([Piece::Comment]) {
        match (piece, name.as_mut()) {
            (Piece::Plain(character), Some(name)) if character.is_alphanumeric() || character == '_' => {
                name.push(character);
                continue;
            }
            // A colon that no name follows stands between a key of JSON_OBJECT and its value.
            (_, Some(found)) if found.is_empty() => {
                text.push(':');
                name = None;
            }
            (_, Some(found)) => {
                text.push_str(values.get(found.as_str()).unwrap_or_else(|| panic!("no value of :{found}")));
                name = None;
            }
            _ => {}
        }
        match piece {
            Piece::Plain(':') => name = Some(String::new()),
            Piece::Plain(character) => text.push(character),
            Piece::Quoted(quoted) => text.push_str(quoted),
            Piece::Comment => {}
        }
    }
    text
}

/// Whether a statement brings a local file in.
pub fn is_file(statement: &str) -> bool {
    word(statement, "AS").is_none() && word(statement, "FROM").is_some()
}

/// `CREATE TEMPORARY TABLE t (columns) FROM 'file'` with the file's values in the statement.
pub fn file_table(statement: &str, read: impl Fn(&str) -> String) -> String {
    let (head, rest) = statement.split_once('(').expect("columns");
    let (columns, file) = rest.split_at(closing(rest));
    let name = head.split_whitespace().last().expect("a name");
    let file = file.split('\'').nth(1).expect("a file's name");
    let mut reader = csv::Reader::from_reader(std::io::Cursor::new(read(file)));
    let columns: Vec<(&str, &str)> =
        columns.split(',').map(|column| column.trim().split_once(' ').expect("a name and a type")).collect();
    let header = reader.headers().expect("a header").clone();
    let names: Vec<&str> = header.iter().collect();
    let value =
        |text: &str| if text.is_empty() { "NULL".to_owned() } else { format!("'{}'", text.replace('\'', "''")) };
    let rows: Vec<String> = reader
        .records()
        .map(|row| format!("({})", row.expect("a row").iter().map(value).collect::<Vec<_>>().join(", ")))
        .chain([format!("({})", vec!["NULL"; names.len()].join(", "))])
        .collect();
    let typed: Vec<String> =
        columns.iter().map(|(name, ty)| format!("CAST(\"{name}\" AS {ty}) AS \"{name}\"")).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    // The last row is there for a file without rows, and is left out again.
    format!(
        "CREATE TABLE {name} AS SELECT {} FROM (VALUES {}) AS file ({}) LIMIT {}",
        typed.join(", "),
        rows.join(", "),
        quoted.join(", "),
        rows.len() - 1
    )
}

/// The statement with every FOREACH said as a lateral join.
pub fn lateral(statement: &str) -> String {
    said(statement, &mut 0)
}

fn said(text: &str, names: &mut usize) -> String {
    let Some(at) = word(text, "FOREACH") else { return text.to_owned() };
    let rest = text[at + "FOREACH".len()..].trim_start();
    let (row, rest) = rest.split_once(char::is_whitespace).expect("a row's name");
    let rest = rest.trim_start();
    let driver = rest[2..].trim_start();
    assert!(rest[..2].eq_ignore_ascii_case("in") && driver.starts_with('('), "{text}");
    let end = closing(&driver[1..]);
    let behind = &driver[1 + end + 1..];
    let body_end = closing(behind);
    let (body, tail) = behind.split_at(body_end);
    *names += 1;
    let alias = format!("lateral_{names}");
    let body = unwrapped(body.trim());
    let (list, body) = lifted(row, body, &alias).unwrap_or_else(|| (format!("{alias}.*"), body.to_owned()));
    let (driver, body) = (said(&driver[1..=end], names), said(&body, names));
    let before = &text[..at];
    format!(
        "{before}SELECT {list} FROM ({driver}) AS {row} CROSS JOIN LATERAL ({body}) AS {alias}{}",
        said(tail, names)
    )
}

/// Trino refuses a body whose select list holds the row's own columns. As they stand there, they stand as well in the
/// list outside: that list, and the body without them. None where a column has no name, or the order of columns counts.
fn lifted(row: &str, body: &str, alias: &str) -> Option<(String, String)> {
    if ["ORDER", "UNION", "INTERSECT", "EXCEPT", "FOREACH", "DISTINCT"].iter().any(|taken| word(body, taken).is_some())
    {
        return None;
    }
    let items = body.strip_prefix("SELECT ")?;
    let from = at_top(items, "FROM")?;
    let (mut outside, mut inside, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for item in listed(&items[..from]) {
        let (value, name) = match at_top(item, "AS") {
            Some(at) => (item[..at].trim(), item[at + 2..].trim()),
            None => (item, item.rsplit('.').next()?),
        };
        if !name.chars().all(is_name) || names.contains(&name) {
            return None;
        }
        names.push(name);
        match value.strip_prefix(row).and_then(|rest| rest.strip_prefix('.')) {
            Some(column) if column.chars().all(is_name) => outside.push(format!("{value} AS {name}")),
            _ => {
                outside.push(format!("{alias}.{name}"));
                inside.push(item);
            }
        }
    }
    if inside.is_empty() {
        inside.push("1 AS judged");
    }
    Some((outside.join(", "), format!("SELECT {} {}", inside.join(", "), &items[from..])))
}

/// The items of a list.
fn listed(text: &str) -> Vec<&str> {
    let (mut items, mut depth, mut from, mut at) = (Vec::new(), 0_usize, 0, 0);
    for piece in pieces(text) {
        match piece {
            Piece::Plain('(' | '[') => depth += 1,
            Piece::Plain(')' | ']') => depth -= 1,
            Piece::Plain(',') if depth == 0 => {
                items.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
        at += length(piece);
    }
    items.push(text[from..].trim());
    items
}

/// The first place of a word outside quotes and parentheses.
fn at_top(text: &str, wanted: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + word(&text[from..], wanted)?;
        let depth = pieces(&text[..at]).fold(0_i32, |depth, piece| match piece {
            Piece::Plain('(') => depth + 1,
            Piece::Plain(')') => depth - 1,
            _ => depth,
        });
        if depth == 0 {
            return Some(at);
        }
        from = at + wanted.len();
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// A query without parentheses around all of it.
fn unwrapped(query: &str) -> &str {
    match query.strip_prefix('(') {
        Some(inner) if closing(inner) + 1 == inner.len() => inner[..inner.len() - 1].trim(),
        _ => query,
    }
}

/// Where the parenthesis is closed that was opened before the text, or where the text ends.
fn closing(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    for piece in pieces(text) {
        match piece {
            Piece::Plain('(') => depth += 1,
            Piece::Plain(')') if depth == 0 => return at,
            Piece::Plain(')') => depth -= 1,
            _ => {}
        }
        at += length(piece);
    }
    text.len()
}

/// The first place of a word outside quotes.
fn word(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    for piece in pieces(text) {
        let begins = matches!(piece, Piece::Plain(_)) && !text[..at].ends_with(is_name);
        if begins
            && let Some(found) = text.get(at..at + wanted.len())
            && found.eq_ignore_ascii_case(wanted)
            && !text[at + wanted.len()..].starts_with(is_name)
        {
            return Some(at);
        }
        at += length(piece);
    }
    None
}

#[derive(Debug, Clone, Copy)]
enum Piece<'t> {
    /// A text or a name with its quotes.
    Quoted(&'t str),
    Comment,
    Plain(char),
}

fn length(piece: Piece<'_>) -> usize {
    match piece {
        Piece::Quoted(text) => text.len(),
        Piece::Plain(character) => character.len_utf8(),
        Piece::Comment => panic!("comments were taken out"),
    }
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let character = rest.chars().next()?;
        let (piece, length) = match character {
            '\'' | '"' => {
                let end = rest[1..].find(character).map_or(rest.len(), |at| at + 2);
                (Piece::Quoted(&rest[..end]), end)
            }
            '-' if rest.starts_with("--") => (Piece::Comment, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (Piece::Comment, rest.find("*/").map_or(rest.len(), |at| at + 2)),
            other => (Piece::Plain(other), other.len_utf8()),
        };
        rest = &rest[length..];
        Some(piece)
    })
}

#[test]
fn a_foreach_is_said_as_a_lateral_join() {
    let spec = "-- FOREACH in a comment;\nCREATE TABLE t AS FOREACH k IN (SELECT ')' AS a FROM d) (SELECT k.a, ';' AS b, (SELECT k.c FROM y) AS c FROM x);\nSELECT :n, 'FOREACH :n'";
    let found = statements(spec);
    assert_eq!(
        lateral(&found[0]),
        "CREATE TABLE t AS SELECT k.a AS a, lateral_1.b, lateral_1.c FROM (SELECT ')' AS a FROM d) AS k CROSS JOIN LATERAL \
         (SELECT ';' AS b, (SELECT k.c FROM y) AS c FROM x) AS lateral_1"
    );
    let values = BTreeMap::from([("n".to_owned(), "7".to_owned())]);
    assert_eq!(with_parameters(&found[1], &values), "SELECT 7, 'FOREACH :n'");
    assert_eq!(
        lateral("SELECT * FROM (FOREACH a IN (VALUES 1) FOREACH b IN (VALUES 2) SELECT 3) q"),
        "SELECT * FROM (SELECT lateral_1.* FROM (VALUES 1) AS a CROSS JOIN LATERAL (SELECT lateral_2.* FROM (VALUES 2) AS b CROSS JOIN LATERAL (SELECT 3) AS lateral_2) AS lateral_1) q"
    );
}
