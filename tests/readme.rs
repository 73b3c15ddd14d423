//! The README's blocks are run as they are written: commands of `sh` and indented blocks must succeed, and a `console`
//! block (`$ command`, then what it prints) must print just that.
#![cfg(feature = "local")]

use std::fs;
use std::path::Path;

use crate::program::{Program, copy_folder, filtered, words};

/// How the README writes calls of the program.
const CALLS: &[&str] = &["cargo run --release -- ", "cargo run -- ", "athplan "];

/// Commands that are left out, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("cargo test", "it runs this test"),
    ("cargo install", "it writes to the user's folders"),
];

/// A block of the README: what it is marked with, and its lines.
struct Block {
    mark: String,
    lines: Vec<String>,
}

/// The fenced and the indented blocks.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fence: Option<Block> = None;
    let mut indented = false;
    for line in text.lines() {
        if let Some(mark) = line.strip_prefix("```") {
            match fence.take() {
                Some(block) => blocks.push(block),
                None => fence = Some(Block { mark: mark.trim().to_owned(), lines: Vec::new() }),
            }
        } else if let Some(block) = &mut fence {
            block.lines.push(line.to_owned());
        } else if let Some(line) = line.strip_prefix("    ") {
            if !std::mem::replace(&mut indented, true) {
                blocks.push(Block { mark: "sh".to_owned(), lines: Vec::new() });
            }
            blocks.last_mut().expect("a block was begun").lines.push(line.to_owned());
            continue;
        }
        indented = false;
    }
    assert!(fence.is_none(), "a block is not closed");
    blocks
}

/// A command's arguments for the program; none if it is left out.
fn arguments(command: &str) -> Option<&str> {
    if LEFT_OUT.iter().any(|(left_out, _)| command.starts_with(left_out)) {
        return None;
    }
    let call = CALLS.iter().find_map(|call| command.strip_prefix(call));
    Some(call.unwrap_or_else(|| panic!("the README's command is none of the program: {command}")))
}

#[test]
fn the_readme_shows_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("README.md")).expect("the README");
    let program = Program::new();
    copy_folder(&root.join("examples"), &program.folder().join("examples"));
    let mut calls = 0;
    for block in blocks(&text) {
        match block.mark.as_str() {
            "sh" => {
                for arguments in block.lines.iter().filter_map(|line| arguments(line)) {
                    let ended = program.call(&words(arguments));
                    assert_eq!(ended.code, 0, "{arguments}\n{}", ended.stderr);
                    calls += 1;
                }
            }
            "console" => {
                let text = block.lines.join("\n");
                for part in text.split("$ ").filter(|part| !part.is_empty()) {
                    let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
                    let Some(arguments) = arguments(command) else { continue };
                    let ended = program.call(&words(arguments));
                    let stdout = String::from_utf8(ended.stdout).expect("results are text");
                    assert_eq!(filtered(&stdout).trim_end(), shown.trim_end(), "{command}\n{}", ended.stderr);
                    calls += 1;
                }
            }
            _ => {}
        }
    }
    assert!(calls > 0, "the README shows how to call the program");
}
