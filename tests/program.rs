//! The built program, called as a user calls it: in a folder of its own, with an environment that decides
//! nothing by chance. What differs from run to run is filtered by one small table.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder to call the program in.
pub struct Program {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a call came to.
pub struct Ended {
    /// The exit code.
    pub code: u8,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl Program {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for temporary files"), environment: Vec::new() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders above it.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is ours");
        fs::write(path, content).expect("the folder is ours");
        self
    }

    /// Sets a variable for the calls that follow.
    pub fn variable(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The command of a call.
    fn command<A: AsRef<str>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_athplan"));
        command
            .args(arguments.iter().map(AsRef::as_ref))
            .current_dir(self.folder())
            .env_clear()
            .env("LANG", "C.UTF-8")
            .env("TMPDIR", std::env::temp_dir())
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the program and does not wait for it; what it says is kept until somebody does.
    #[cfg(any(feature = "athena", feature = "trino"))]
    pub fn start<A: AsRef<str>>(&self, arguments: &[A]) -> std::process::Child {
        let pipe = std::process::Stdio::piped;
        self.command(arguments).stdout(pipe()).stderr(pipe()).spawn().expect("the program was built")
    }

    /// Calls the program.
    pub fn call<A: AsRef<str>>(&self, arguments: &[A]) -> Ended {
        self.call_with(arguments, &[])
    }

    /// Calls the program with more variables for this call alone.
    pub fn call_with<A: AsRef<str>>(&self, arguments: &[A], more: &[(&str, &str)]) -> Ended {
        let output = self.command(arguments).envs(more.iter().copied()).output().expect("the program was built");
        let code = output.status.code().and_then(|code| u8::try_from(code).ok());
        Ended {
            code: code.unwrap_or_else(|| panic!("the program was killed: {:?}", output.status)),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("messages are text"),
        }
    }

    /// The command, the exit code and both streams as one text.
    pub fn transcript(&self, command: &str) -> String {
        let ended = self.call(&words(command));
        let stdout = String::from_utf8(ended.stdout).expect("results are text");
        let mut text = format!("$ athplan {command}\nexit code {}\n", ended.code);
        for (name, stream) in [("stdout", stdout.as_str()), ("stderr", ended.stderr.as_str())] {
            if !stream.is_empty() {
                text.push_str(&format!("--- {name}\n{}", filtered(stream)));
                if !text.ends_with('\n') {
                    text.push_str("[no line end]\n");
                }
            }
        }
        text
    }
}

/// A command line taken apart: words between blanks, single quotes hold blanks.
pub fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for character in command.chars() {
        match character {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// What differs from run to run or from one version of a file format's writer to the next, and what stands for it.
const FILTERS: &[(&str, &str)] = &[
    (r"\S+ \S+ in \d+ ms\b", "[bytes] in [time]"),
    (r"\S+ \S+ read:", "[bytes] read:"),
    (r"(\b|__)r[0-9a-z]{10}\b", "${1}[run]"),
    (r"/\.tmp\w{6}/", "/[folder]/"),
    (r"127\.0\.0\.1:\d+", "[address]"),
    (r"doctor/\d{19}/", "doctor/[time]/"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[id]"),
];

/// A stream without what differs from run to run. Statements that run side by side end in any order: lines of
/// progress that follow one another are sorted.
pub fn filtered(stream: &str) -> String {
    let mut text = stream.replace(&*std::env::temp_dir().to_string_lossy(), "[temp]");
    for (pattern, replacement) in FILTERS {
        let pattern = regex::Regex::new(pattern).expect("a filter is a pattern");
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    for progress in lines.chunk_by_mut(|left, right| is_progress(left) && is_progress(right)) {
        progress.sort_unstable();
    }
    lines.concat()
}

fn is_progress(line: &str) -> bool {
    line.ends_with("in [time]\n")
}

/// A folder of data that is not part of the project, in `../shared/data` or where `ATHPLAN_SHARED` says; none, with a
/// line that says so, if it is absent.
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let shared = std::env::var_os("ATHPLAN_SHARED").map_or(beside, PathBuf::from).join(path);
    if shared.is_dir() {
        return Some(shared);
    }
    println!("skipped: {} is not there", shared.display());
    None
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("the entry has a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}
