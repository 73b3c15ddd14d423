//! Regular expressions of SerDes, which Java reads, as the library reads them: Java's classes of characters are those
//! of ASCII unless told otherwise, and some escapes mean something else or nothing.

use std::fmt::Write as _;

use fancy_regex::Regex;

/// What `\d` and its like stand for in Java, within brackets.
const CLASSES: &[(char, &str)] = &[('d', "0-9"), ('w', "0-9A-Za-z_"), ('s', r"\t\n\x0B\f\r\x20")];

/// Java's named classes of ASCII, and how they are called here.
const NAMED: &[(&str, &str)] = &[
    ("Lower", "lower"),
    ("Upper", "upper"),
    ("ASCII", "ascii"),
    ("Alpha", "alpha"),
    ("Digit", "digit"),
    ("Alnum", "alnum"),
    ("Punct", "punct"),
    ("Graph", "graph"),
    ("Print", "print"),
    ("Blank", "blank"),
    ("Cntrl", "cntrl"),
    ("XDigit", "xdigit"),
    ("Space", "space"),
];

/// Between a character of a word and one of none.
const BOUNDARY: &str = "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
const NO_BOUNDARY: &str = "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

/// Any character but those that end a line.
const ANY: &str = r"[^\n\r\x{85}\x{2028}\x{2029}]";

/// Compiles an expression of Java's.
///
/// # Errors
///
/// It is none, or asks for something that the library reads otherwise.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translated(pattern)?).map_err(|error| error.to_string())
}

fn translated(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    // How many brackets are open.
    let mut depth = 0usize;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        rest = behind;
        match first {
            '\\' => rest = escape(behind, depth > 0, &mut out)?,
            '.' if depth == 0 => out.push_str(ANY),
            '(' if depth == 0 => {
                flags(behind)?;
                out.push('(');
            }
            '[' => {
                depth += 1;
                out.push('[');
                // A bracket that comes first within brackets closes none.
                let negated = rest.strip_prefix('^');
                out.push_str(if negated.is_some() { "^" } else { "" });
                rest = negated.unwrap_or(rest);
                if let Some(behind) = rest.strip_prefix(']') {
                    out.push_str(r"\]");
                    rest = behind;
                }
            }
            ']' => {
                depth = depth.saturating_sub(1);
                out.push(']');
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Writes what a backslash and what follows it mean; gives what is left.
fn escape<'a>(behind: &'a str, bracketed: bool, out: &mut String) -> Result<&'a str, String> {
    let Some(letter) = behind.chars().next() else { return Err("a backslash ends it".to_owned()) };
    let rest = &behind[letter.len_utf8()..];
    if let Some((_, class)) = CLASSES.iter().find(|(known, _)| *known == letter.to_ascii_lowercase()) {
        let negated = if letter.is_ascii_uppercase() { "^" } else { "" };
        let _ =
            if bracketed && negated.is_empty() { write!(out, "{class}") } else { write!(out, "[{negated}{class}]") };
        return Ok(rest);
    }
    match letter {
        'b' if !bracketed => out.push_str(BOUNDARY),
        'B' if !bracketed => out.push_str(NO_BOUNDARY),
        'Z' => out.push_str(r"\z"),
        '<' | '>' => out.push(letter),
        'Q' => {
            let (quoted, rest) = rest.split_once(r"\E").unwrap_or((rest, ""));
            for character in quoted.chars() {
                let _ = write!(out, r"\x{{{:x}}}", u32::from(character));
            }
            return Ok(rest);
        }
        'p' | 'P' => {
            let name = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let known = name.and_then(|(name, rest)| Some((NAMED.iter().find(|(java, _)| *java == name)?, rest)));
            let Some(((_, class), rest)) = known else {
                if name.is_some_and(|(name, _)| name.starts_with("java") || name.starts_with("In")) {
                    return Err(format!("the class \\p{rest} is unknown"));
                }
                out.extend(['\\', letter]);
                return Ok(rest);
            };
            let negated = if letter == 'P' { "^" } else { "" };
            let _ = if bracketed { write!(out, "[:{negated}{class}:]") } else { write!(out, "[[:{negated}{class}:]]") };
            return Ok(rest);
        }
        'h' | 'H' | 'v' | 'V' | 'R' | 'X' | 'G' | 'N' | 'K' | 'c' | '0' => {
            return Err(format!("the embedded engine does not read the escape \\{letter} in it"));
        }
        _ => out.extend(['\\', letter]),
    }
    Ok(rest)
}

/// Refuses flags that mean something else here.
fn flags(behind: &str) -> Result<(), String> {
    let Some(flags) = behind.strip_prefix('?') else { return Ok(()) };
    let flags: String = flags.chars().take_while(|flag| flag.is_ascii_alphabetic() || *flag == '-').collect();
    if flags.contains(['U', 'd', 'u', 'x']) {
        return Err(format!("the embedded engine does not read the flags (?{flags}) in it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn expressions_mean_what_java_means() {
        for (pattern, text, matches) in [
            (r"^\d$", "٣", false),
            (r"^[\d\-x]+$", "1-x", true),
            (r"^\w$", "é", false),
            (r"^[\W]$", "é", true),
            (r"^[^\s]+$", "a\u{a0}b", true),
            (r"\bé", "é", false),
            (r"^.$", "\u{2028}", false),
            (r"^[.]$", "x", false),
            (r"^\<a\>$", "<a>", true),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"^[\p{Alpha}_]+\P{Alpha}$", "ab_é", true),
            (r"^[^]a]$", "]", false),
        ] {
            let matched = compile(pattern).expect(pattern).is_match(text).expect("it ends");
            assert_eq!(matched, matches, "{pattern} {text}");
        }
        for pattern in [r"\h", "(?U)a", "a\\", "("] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
