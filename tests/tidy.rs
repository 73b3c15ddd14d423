//! The test that keeps house: rooms import upwards only, each outside crate has its room, files say why they exist and
//! stay small, nothing half done, only the command line prints, and what the README shows is what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src`; each may import those before it. `chain` is `lib.rs`: the compiler as one function and what it
/// returns, which `run`, `explain` and `cli` take whole. It names `error`, which imports `source` only.
const ROOMS: &[&str] = &[
    "source",
    "render",
    "types",
    "constant",
    "spec",
    "catalog",
    "bind",
    "partition",
    "plan",
    "rewrite",
    "cost",
    "dag",
    "emit",
    "expand",
    "engine",
    "error",
    "chain",
    "run",
    "explain",
    "cli",
];

/// The room that stands alone: only `cli` calls it, and it imports nothing.
const ALONE: &str = "demo";

/// Outside crates that no room uses, and why they are listed.
const UNUSED_CRATES: &[(&str, &str)] =
    &[("hyper", "its features for the tests, or the tests would compile object_store and DataFusion once more")];

/// Outside crates that more than one room uses, and why.
const SHARED_CRATES: &[(&str, &[&str], &str)] = &[
    ("serde", &["*"], "derives on types where they stand"),
    ("serde_json", &["*"], "JSON is a type of the language, the format of records, and what `render` prints"),
    ("thiserror", &["*"], "derives the errors of every stage"),
    ("miette", &["*"], "derives the diagnostics of every stage; only `cli` renders them"),
    (
        "jiff",
        &["catalog", "partition", "constant", "cli", "demo"],
        "the calendar: keys of days, time functions, `--now`",
    ),
    ("tokio", &["engine", "run", "cli"], "the asynchronous part, from the runtime down to an engine"),
    ("futures", &["engine", "run"], "streams of batches and of statements"),
    ("csv", &["catalog", "cli"], "files that a spec brings in, rows for `explain`"),
    ("flate2", &["engine", "demo"], "archives are read here and written there"),
    (
        "sha2",
        &["catalog", "constant", "engine", "run"],
        "the identity of a file that a spec brings in, of a submission and of a run's plan, and the function `sha256`",
    ),
    (
        "crc32fast",
        &["constant", "engine", "run"],
        "the function `crc32`, blocks of Avro, lines of a ledger, and pauses that differ",
    ),
    ("base64", &["constant", "run"], "its functions, and portions in a ledger"),
    ("fancy_regex", &["constant", "engine"], "regular expressions of the language, and of the regex SerDe"),
];

/// Words that say a thing is not done.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "todo!", "unimplemented!", "dbg!"];

/// What prints.
const PRINTING: &[&str] = &["println!", "print!", "eprintln!", "eprint!"];

/// Places of the machine that a file was written on.
const MACHINE_PLACES: &[&str] = &["/work/", "/home/", "/root/", "/Users/", "/tmp/wt/"];

/// The most lines a file may have.
const LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below some folders with one of some endings, by their path from the root, with their text.
fn files(folders: &[&str], endings: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> =
        folders.iter().map(|folder| root().join(folder)).filter(|path| path.exists()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path).expect("text"));
        }
    }
    assert!(!found.is_empty());
    found
}

fn rust_files() -> BTreeMap<String, String> {
    files(&["src", "tests", "benches", "fuzz"], &[".rs"])
}

/// The room of a file of `src`.
fn room(path: &str) -> &str {
    let inside = path.strip_prefix("src/").expect("a file of src");
    let name = inside.split('/').next().expect("a first part");
    match name.strip_suffix(".rs").unwrap_or(name) {
        "lib" => "chain",
        "main" => "cli",
        room => room,
    }
}

/// A file's code without comments, texts and characters: what is left names things.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let skipped = match character {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            'r' if !code.ends_with(is_name) => raw_text(rest).unwrap_or(0),
            '"' => plain_text(rest),
            '\'' => character_literal(rest),
            _ => 0,
        };
        if skipped == 0 {
            code.push(character);
        }
        rest = &rest[skipped.max(character.len_utf8())..];
    }
    code
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The length of a text literal with its quotes.
fn plain_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a raw text literal, if one begins here.
fn raw_text(rest: &str) -> Option<usize> {
    let hashes = rest[1..].chars().take_while(|character| *character == '#').count();
    let body = rest.get(1 + hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = 1 + hashes + 1;
    Some(begin + body.find(&end).map_or(body.len(), |at| at + end.len()))
}

/// The length of a character literal; nothing for a lifetime.
fn character_literal(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => {
            let after = characters.next().map_or(0, |(at, escaped)| at + escaped.len_utf8());
            rest[after..].find('\'').map_or(0, |end| after + end + 1)
        }
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// The first names behind `crate::` in a file's code, those in braces included.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| is_name(before) || before == '$') {
            continue;
        }
        let tail = &code[at + prefix.len()..];
        if let Some(list) = tail.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => drop(found.insert(first_name(&std::mem::take(&mut name)))),
                    other if depth == 0 => name.push(other),
                    _ => {}
                }
            }
            found.insert(first_name(&name));
        } else {
            found.insert(first_name(tail));
        }
    }
    found.remove("");
    found
}

fn first_name(text: &str) -> String {
    text.trim_start().chars().take_while(|character| is_name(*character)).collect()
}

#[test]
fn a_room_imports_the_rooms_above_it_only() {
    let mut wrong = Vec::new();
    for (path, text) in files(&["src"], &[".rs"]) {
        let own = room(&path);
        // The crate's root declares every room and uses what its chain needs.
        let names = if own == "chain" { root_uses(&code(&text)) } else { imports(&code(&text)) };
        for name in names {
            let other = if ROOMS.contains(&name.as_str()) || name == ALONE { name.as_str() } else { "chain" };
            let place = |room: &str| ROOMS.iter().position(|known| *known == room);
            let allowed = match (own, other) {
                (ALONE, _) => false,
                (_, ALONE) => own == "cli",
                _ => place(own).expect("every room is listed") >= place(other).expect("every room is listed"),
            };
            if !allowed && own != other {
                wrong.push(format!("{path}: {own} imports {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rooms that the crate's root uses, not those that it only declares.
fn root_uses(code: &str) -> BTreeSet<String> {
    let rooms = ROOMS.iter().chain([&ALONE]).filter(|room| {
        let path = format!("{room}::");
        code.match_indices(&path).any(|(at, _)| !code[..at].ends_with(is_name))
    });
    rooms.map(|room| (*room).to_owned()).collect()
}

#[test]
fn every_room_is_listed() {
    let listed: BTreeSet<&str> = ROOMS.iter().copied().chain([ALONE]).collect();
    let sources = files(&["src"], &[".rs"]);
    let found: BTreeSet<&str> = sources.keys().map(|path| room(path)).collect();
    assert_eq!(found, listed);
}

#[test]
fn each_outside_crate_has_its_room() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let (_, from_dependencies) = manifest.split_once("[dependencies]").expect("dependencies");
    let (dependencies, _) = from_dependencies.split_once("[dev-dependencies]").expect("tests have dependencies");
    let crates: Vec<String> = dependencies
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| match name.trim() {
            // The package is named after the algorithm as it is written, its library is not.
            "md-5" => "md5".to_owned(),
            name => name.replace('-', "_"),
        })
        .collect();
    let mut rooms: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files(&["src"], &[".rs"]) {
        let code = code(&text);
        for name in &crates {
            let used = code
                .match_indices(&format!("{name}::"))
                .any(|(at, _)| !code[..at].ends_with(|before: char| is_name(before) || before == ':'));
            if used {
                rooms.entry(name).or_default().insert(room(&path).to_owned());
            }
        }
    }
    let mut wrong = Vec::new();
    for name in &crates {
        let listed = UNUSED_CRATES.iter().any(|(unused, _)| unused == name);
        let Some(found) = rooms.get(name.as_str()).filter(|_| !listed) else {
            if !listed || rooms.contains_key(name.as_str()) {
                wrong.push(format!("{name} is used {}", if listed { "after all" } else { "nowhere" }));
            }
            continue;
        };
        match SHARED_CRATES.iter().find(|(shared, ..)| shared == name) {
            Some((_, ["*"], reason)) => println!("{name}: everywhere, {reason}"),
            Some((_, allowed, reason)) => {
                println!("{name}: {}, {reason}", allowed.join(", "));
                let allowed: BTreeSet<String> = allowed.iter().map(|room| (*room).to_owned()).collect();
                if *found != allowed {
                    wrong.push(format!("{name} is used in {found:?}, listed for {allowed:?}"));
                }
            }
            None if found.len() > 1 => wrong.push(format!("{name} is used in {found:?}")),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_why_it_exists_and_is_small() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        if !text.starts_with("//! ") {
            wrong.push(format!("{path} does not open with //!"));
        }
        let lines = text.lines().count();
        if lines > LINES {
            wrong.push(format!("{path} has {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_half_done() {
    let mut wrong = Vec::new();
    let everything = files(
        &["src", "tests", "benches", "fuzz", "grammar", "examples"],
        &[".rs", ".md", ".sql", ".ebnf", ".toml", "run"],
    );
    for (path, text) in everything.iter().filter(|(path, _)| path.as_str() != "tests/tidy.rs") {
        for word in UNFINISHED {
            let stands = text.match_indices(word).any(|(at, _)| !text[..at].ends_with(is_name));
            if stands {
                wrong.push(format!("{path}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_command_line_prints() {
    let mut wrong = Vec::new();
    for (path, text) in files(&["src"], &[".rs"]) {
        let own_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        if room(&path) == "cli" || own_test {
            continue;
        }
        let code = code(&text);
        for word in PRINTING {
            if code.match_indices(word).any(|(at, _)| !code[..at].ends_with(is_name)) {
                wrong.push(format!("{path}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_names_a_place_of_the_machine_it_was_written_on() {
    let mut wrong = Vec::new();
    let endings = [".rs", ".md", ".sql", ".ebnf", ".toml", ".snap", ".tsv", ".lock", "run"];
    let everything = files(
        &[
            "src",
            "tests",
            "benches",
            "fuzz",
            "grammar",
            "examples",
            "snapshots",
            ".ci",
            "README.md",
            "CHANGELOG.md",
            "Cargo.toml",
        ],
        &endings,
    );
    for (path, text) in everything.iter().filter(|(path, _)| path.as_str() != "tests/tidy.rs") {
        wrong.extend(
            MACHINE_PLACES.iter().filter(|place| text.contains(**place)).map(|place| format!("{path}: {place}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_fuzz_targets_use_the_same_versions() {
    let packages = |path: &str| -> BTreeMap<String, BTreeSet<String>> {
        let text = fs::read_to_string(root().join(path)).expect("a lock file");
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in text.split("[[package]]").skip(1) {
            let value = |key: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")));
                line.expect("a package has a name and a version").trim_matches('"').to_owned()
            };
            found.entry(value("name")).or_default().insert(value("version"));
        }
        found
    };
    let own = packages("Cargo.lock");
    let mut wrong = Vec::new();
    for (name, versions) in packages("fuzz/Cargo.lock") {
        if let Some(known) = own.get(&name)
            && !versions.is_subset(known)
        {
            wrong.push(format!("{name} is {versions:?} in fuzz/Cargo.lock and {known:?} in Cargo.lock"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn code_is_told_from_comments_and_texts() {
    let text = "use crate::{plan::{Plan, Step}, run};\n// crate::cli\nlet a = \"crate::cli \\\" \"; let b: &'a str = r#\"crate::\"cli\"#;\nlet c = '\"'; crate::emit::sql(); let d = '\\''; $crate::dag";
    let found = imports(&code(text));
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["emit", "plan", "run"]);
}
