//! A page of a listing: ListObjectsV2, with the storage classes that Athena skips.

use serde::Deserialize;

use super::location::percent_decoded;
use crate::engine::{EngineError, ErrorClass};

/// Classes whose objects must be restored before anything reads them
/// (<https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html>). An object that S3
/// Intelligent-Tiering has archived says so nowhere in a listing.
const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub bytes: u64,
    /// Whether it lies in an archive.
    pub is_archived: bool,
    /// Whether it was restored from there, and can be read for a while: Athena does so only where a table says
    /// that it should.
    pub is_restored: bool,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The objects, in the order of their keys.
    pub objects: Vec<Object>,
    /// With a delimiter: the beginnings of keys that have one behind them, each ending in it.
    pub folders: Vec<String>,
    /// What asks for the next page.
    pub next: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    #[serde(default)]
    encoding_type: Option<String>,
    #[serde(default)]
    contents: Vec<Contents>,
    #[serde(default)]
    common_prefixes: Vec<CommonPrefix>,
    #[serde(default)]
    next_continuation_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    #[serde(default)]
    storage_class: Option<String>,
    #[serde(default)]
    restore_status: Option<RestoreStatus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RestoreStatus {
    #[serde(default)]
    restore_expiry_date: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CommonPrefix {
    prefix: String,
}

/// Reads a page.
///
/// # Errors
///
/// It is no listing.
pub fn read(body: &[u8]) -> Result<Page, EngineError> {
    let wrong = |why: &dyn std::fmt::Display| {
        EngineError::new(ErrorClass::Transient, format!("S3 answered a listing that cannot be read: {why}"))
    };
    let text = std::str::from_utf8(body).map_err(|error| wrong(&error))?;
    let listing: Listing = quick_xml::de::from_str(text).map_err(|error| wrong(&error))?;
    let is_encoded = listing.encoding_type.as_deref() == Some("url");
    let plain = |text: String| {
        if is_encoded { percent_decoded(&text).ok_or_else(|| wrong(&format!("the key {text}"))) } else { Ok(text) }
    };
    let object = |contents: Contents| {
        let class = contents.storage_class.unwrap_or_default();
        let is_restored = contents.restore_status.is_some_and(|status| status.restore_expiry_date.is_some());
        let is_archived = ARCHIVES.contains(&class.as_str());
        Ok(Object { key: plain(contents.key)?, bytes: contents.size, is_archived, is_restored })
    };
    Ok(Page {
        objects: listing.contents.into_iter().map(object).collect::<Result<_, _>>()?,
        folders: listing.common_prefixes.into_iter().map(|common| plain(common.prefix)).collect::<Result<_, _>>()?,
        next: listing.next_continuation_token,
    })
}

#[cfg(test)]
mod tests {
    use super::{Object, read};

    #[test]
    fn keys_folders_and_archived_objects_are_read() {
        let body = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a/</Prefix><KeyCount>4</KeyCount>
<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
<Contents><Key>a/b%20c%2F1</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>"x"</ETag><Size>7</Size>
<StorageClass>STANDARD</StorageClass></Contents>
<CommonPrefixes><Prefix>a/x/</Prefix></CommonPrefixes>
<Contents><Key>a/2</Key><Size>8</Size><StorageClass>GLACIER</StorageClass></Contents>
<Contents><Key>a/3</Key><Size>0</Size><StorageClass>GLACIER_IR</StorageClass></Contents>
<Contents><Key>a/4</Key><Size>9</Size><StorageClass>DEEP_ARCHIVE</StorageClass>
<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2024-01-01T00:00:00Z</RestoreExpiryDate></RestoreStatus></Contents>
<CommonPrefixes><Prefix>a/y/</Prefix></CommonPrefixes><NextContinuationToken>t+1/=</NextContinuationToken></ListBucketResult>"#;
        let page = read(body.as_bytes()).expect("a listing");
        let object = |key: &str, bytes, is_archived, is_restored| Object {
            key: key.to_owned(),
            bytes,
            is_archived,
            is_restored,
        };
        let objects = [
            object("a/b c/1", 7, false, false),
            object("a/2", 8, true, false),
            object("a/3", 0, false, false),
            object("a/4", 9, true, true),
        ];
        assert_eq!(page.objects, objects);
        assert_eq!(page.folders, ["a/x/", "a/y/"]);
        assert_eq!(page.next.as_deref(), Some("t+1/="));
        let empty = "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>";
        assert_eq!(read(empty.as_bytes()).expect("a listing"), super::Page::default());
        assert!(read(b"<html>").is_err());
    }
}
