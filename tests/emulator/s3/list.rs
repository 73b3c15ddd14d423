//! ListObjectsV2: keys in order, folded at a delimiter, in pages.

use std::fmt::Write as _;

use super::Asked;
use super::error::S3Error;
use super::object::{etag, iso_time};
use super::xml::{DECLARATION, element};
use crate::emulator::Shared;
use crate::emulator::folders::Listed;
use crate::emulator::http::Response;

/// The most keys of a page.
const PAGE: usize = 1000;

/// What a listing shows: an object, or all that a common prefix stands for.
enum Item {
    Object(Listed),
    Prefix(String),
}

/// ListObjectsV2.
pub fn list(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let prefix = asked.query("prefix").unwrap_or_default();
    let delimiter = asked.query("delimiter").unwrap_or_default();
    let token = asked.query("continuation-token");
    let after = token.or(asked.query("start-after")).unwrap_or_default();
    let most = asked.query("max-keys").and_then(|most| most.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let mut items = folded(shared.folders.list(&asked.bucket, prefix), prefix, delimiter);
    items.retain(|item| name(item) > after);
    let truncated = items.len() > most;
    items.truncate(most);

    let mut body = element("Name", &asked.bucket) + &element("Prefix", &shown(asked, prefix));
    if !delimiter.is_empty() {
        body += &element("Delimiter", delimiter);
    }
    if let Some(token) = token {
        body += &element("ContinuationToken", token);
    }
    if let Some(encoding) = asked.query("encoding-type") {
        body += &element("EncodingType", encoding);
    }
    body += &element("MaxKeys", &most.to_string());
    body += &element("KeyCount", &items.len().to_string());
    body += &element("IsTruncated", &truncated.to_string());
    if let Some(last) = items.last().filter(|_| truncated) {
        body += &element("NextContinuationToken", name(last));
    }
    for item in &items {
        let _ = match item {
            Item::Object(object) => write!(
                body,
                "<Contents>{}{}{}{}{}</Contents>",
                element("Key", &shown(asked, &object.key)),
                element("LastModified", &iso_time(object.modified)),
                element("ETag", &etag(object.size, object.modified)),
                element("Size", &object.size.to_string()),
                element("StorageClass", if object.archived { "GLACIER" } else { "STANDARD" }),
            ),
            Item::Prefix(prefix) => {
                write!(body, "<CommonPrefixes>{}</CommonPrefixes>", element("Prefix", &shown(asked, prefix)))
            }
        };
    }
    let body = format!(
        "{DECLARATION}<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{body}</ListBucketResult>"
    );
    Ok(Response::new(200, "application/xml", body))
}

/// Objects with all those that share a prefix up to a delimiter as one.
fn folded(objects: Vec<Listed>, prefix: &str, delimiter: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for object in objects {
        let rest = &object.key[prefix.len()..];
        match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
            None => items.push(Item::Object(object)),
            Some(end) => {
                let common = object.key[..prefix.len() + end + delimiter.len()].to_owned();
                if items.last().is_none_or(|last| name(last) != common) {
                    items.push(Item::Prefix(common));
                }
            }
        }
    }
    items
}

fn name(item: &Item) -> &str {
    match item {
        Item::Object(object) => &object.key,
        Item::Prefix(prefix) => prefix,
    }
}

/// A key as the listing writes it: percent-encoded if that was asked for.
fn shown(asked: &Asked, key: &str) -> String {
    if asked.query("encoding-type") != Some("url") {
        return key.to_owned();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*' | b'/');
    key.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
