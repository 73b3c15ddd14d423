//! `s3://bucket/key`, taken apart.

use crate::engine::{EngineError, ErrorClass};

/// A bucket and a key, or the beginning of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The key, or what keys begin with.
    pub key: String,
}

impl Location {
    /// Takes a location apart. A key with `.` or `..` between slashes is refused: S3 takes it as it
    /// stands, and everything on the way there does not.
    ///
    /// # Errors
    ///
    /// It is no location of S3.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let wrong = |why: &str| {
            let help = "a location is written s3://BUCKET/PREFIX/";
            EngineError::new(ErrorClass::Configuration, format!("the location '{text}' {why}")).with_help(help)
        };
        let rest = text.strip_prefix("s3://").ok_or_else(|| wrong("does not begin with s3://"))?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if bucket.is_empty() || !bucket.bytes().all(letter) || bucket.starts_with('.') {
            return Err(wrong("names no bucket"));
        }
        if has_dots(key) {
            return Err(wrong("has a segment of dots alone"));
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The location of a key in the same bucket.
    pub fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

/// Whether a key has a segment of dots alone, which everything on the way to S3 takes for a way to another key.
pub fn has_dots(key: &str) -> bool {
    key.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// A text as a part of a URL: everything but letters, digits and `-._~` as `%XX`; slashes too, unless
/// they are kept.
pub fn percent_encoded(text: &str, keeps_slashes: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            b'/' if keeps_slashes => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A text of a listing, its `%XX` undone, and `+` for a blank; none if it is no UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let code = digit(rest.next())? * 16 + digit(rest.next())?;
                bytes.push(u8::try_from(code).ok()?);
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{Location, has_dots, percent_decoded, percent_encoded};

    #[test]
    fn a_location_has_a_bucket_and_a_key() {
        let location = Location::parse("s3://b-1.x/a/b c/").expect("well formed");
        assert_eq!((location.bucket.as_str(), location.key.as_str()), ("b-1.x", "a/b c/"));
        assert_eq!(Location::parse("s3://b").expect("a bucket").key, "");
        for wrong in ["b/a", "s3:///a", "s3://b/../a", "s3://b/a/./c", "s3://b?x/a", "s3://../a", "https://b/a"] {
            assert!(Location::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_that_would_be_another_on_its_way_is_known() {
        assert!(["..", "a/../b", "./a", "a/.", "a/..", "../"].into_iter().all(has_dots));
        assert!(!["", "a..b/c.", "...", ".a/b..", "a//b"].into_iter().any(has_dots));
    }

    #[test]
    fn urls_and_listings_write_keys_in_another_way() {
        let key = "a b/+é\u{1}~/k=v";
        assert_eq!(percent_encoded(key, true), "a%20b/%2B%C3%A9%01~/k%3Dv");
        assert_eq!(percent_encoded("a/b", false), "a%2Fb");
        assert_eq!(percent_decoded(&percent_encoded(key, false)).as_deref(), Some(key));
        assert_eq!(percent_decoded("a+b").as_deref(), Some("a b"));
        assert_eq!((percent_decoded("%f"), percent_decoded("%FF")), (None, None));
    }
}
