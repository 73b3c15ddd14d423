//! The parts of a URL as `java.net.URI` finds them, and what it rejects.
//!
//! RFC 2396, where characters beyond ASCII are allowed as they stand, and the authority may be empty
//! before a path. An authority that is no `user@host:port` is a registry's name and has no host.

use std::net::Ipv6Addr;

use crate::constant::EvalError;

/// A URL's parts, as they are written.
#[derive(Debug, Default)]
pub(super) struct Url<'a> {
    pub(super) scheme: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) port: Option<i32>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

const UNRESERVED: &str = "-_.!~*'()";
const IN_PATH: &str = ";/:@&=+$,";
const IN_QUERY: &str = ";/?:@&=+$,[]";
const IN_USER: &str = ";:&=+$,";
const IN_REGISTRY: &str = "$,;:@&=+";

/// Reads a URL; `None` if it is none.
pub(super) fn parse(text: &str) -> Result<Option<Url<'_>>, EvalError> {
    let mut url = Url::default();
    let (text, fragment) = match text.split_once('#') {
        Some((text, fragment)) => (text, Some(fragment)),
        None => (text, None),
    };
    url.fragment = fragment;
    if fragment.is_some_and(|fragment| !consists(fragment, IN_QUERY)) {
        return Ok(None);
    }
    let mut rest = text;
    if let Some(at) = text.find(['/', '?', ':']).filter(|at| text[*at..].starts_with(':')) {
        let scheme = &text[..at];
        let plain = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|other| other.is_ascii_alphanumeric() || "+-.".contains(other));
        if !plain {
            return Ok(None);
        }
        url.scheme = Some(scheme);
        rest = &text[at + 1..];
        if !rest.starts_with('/') {
            // An opaque URL, such as `mailto:a@b.c`, has no path and no query.
            return Ok((!rest.is_empty() && consists(rest, IN_QUERY)).then_some(url));
        }
    }
    if let Some((before, query)) = rest.split_once('?') {
        rest = before;
        url.query = Some(query);
        if !consists(query, IN_QUERY) {
            return Ok(None);
        }
    }
    if let Some(behind) = rest.strip_prefix("//") {
        let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
        rest = path;
        if authority.is_empty() {
            if path.is_empty() && url.query.is_none() && url.fragment.is_none() {
                return Ok(None);
            }
        } else if let Some((host, port)) = server(authority)? {
            (url.host, url.port) = (Some(host), port);
        } else if !consists(authority, IN_REGISTRY) {
            return Ok(None);
        }
    }
    url.path = rest;
    Ok(consists(rest, IN_PATH).then_some(url))
}

/// Whether a part consists of letters, digits, unreserved characters, escapes, text beyond ASCII, and
/// these others.
fn consists(part: &str, others: &str) -> bool {
    let mut characters = part.chars();
    while let Some(character) = characters.next() {
        let legal = match character {
            '%' => {
                let mut digit = || characters.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                digit() && digit()
            }
            _ if character.is_ascii() => {
                character.is_ascii_alphanumeric() || UNRESERVED.contains(character) || others.contains(character)
            }
            '\u{80}'..='\u{a0}' => false,
            _ => !character.is_whitespace(),
        };
        if !legal {
            return false;
        }
    }
    true
}

/// Host and port of `user@host:port`; `None` if it is not of that form.
fn server(authority: &str) -> Result<Option<(&str, Option<i32>)>, EvalError> {
    let (user, rest) = authority.split_once('@').unwrap_or(("", authority));
    if !consists(user, IN_USER) {
        return Ok(None);
    }
    let host = if let Some(behind) = rest.strip_prefix('[') {
        let inner = behind.split_once(']').map(|(inner, _)| inner);
        let inner = inner.filter(|inner| inner.parse::<Ipv6Addr>().is_ok());
        let inner = inner.ok_or_else(|| EvalError::refused("a URL with such an address in brackets"))?;
        &rest[..inner.len() + 2]
    } else {
        let host = rest.split(':').next().unwrap_or(rest);
        if !is_address(host) && !is_host_name(host) {
            return Ok(None);
        }
        host
    };
    let port = match rest[host.len()..].strip_prefix(':') {
        None if rest.len() == host.len() => None,
        None => return Ok(None),
        Some("") => None,
        Some(digits) => match digits.parse::<i32>() {
            Ok(port) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(port),
            _ => return Ok(None),
        },
    };
    Ok(Some((host, port)))
}

fn is_address(host: &str) -> bool {
    let numbers: Vec<&str> = host.split('.').collect();
    let is_byte = |number: &&str| {
        !number.is_empty()
            && number.bytes().all(|digit| digit.is_ascii_digit())
            && number.parse::<u32>().is_ok_and(|number| number < 256)
    };
    numbers.len() == 4 && numbers.iter().all(is_byte)
}

/// Labels of letters, digits and inner hyphens, the last one beginning with a letter if there are several.
fn is_host_name(host: &str) -> bool {
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let is_label = |label: &&str| {
        label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && label.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !label.ends_with('-')
    };
    let last_is_name = labels.last().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()));
    labels.iter().all(is_label) && (labels.len() == 1 || last_is_name)
}

/// Bytes as text, U+FFFD for each part that is none.
///
/// # Errors
///
/// Half a surrogate pair, which Java replaces in another way.
pub(super) fn as_text(bytes: Vec<u8>) -> Result<String, EvalError> {
    if bytes.windows(2).any(|pair| pair[0] == 0xED && pair[1] >= 0xA0) {
        return String::from_utf8(bytes).map_err(|_| EvalError::refused("a URL with escapes that are no text"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A part with its escapes decoded.
pub(super) fn decoded(part: &str) -> Result<String, EvalError> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(*byte);
        if *byte == b'%'
            && let Some((digits, behind)) = rest.split_at_checked(2)
        {
            let digit = |byte: u8| char::from(byte).to_digit(16).expect("the parser has checked the escapes");
            *bytes.last_mut().expect("it was just pushed") = (digit(digits[0]) * 16 + digit(digits[1])) as u8;
            rest = behind;
        }
    }
    as_text(bytes)
}
