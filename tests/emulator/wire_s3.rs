//! S3 by the wire, as its documentation has it: objects, ranges, listings, parts, errors.

use super::client::{Received, send};
use super::{Emulator, Options};

/// An emulator with an empty bucket `b`.
fn emulator() -> Emulator {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("b");
    emulator
}

async fn s3(emulator: &Emulator, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Received {
    send(&emulator.s3_url(), method, path, headers, body).await.expect("the connection holds")
}

/// The texts of a document's elements.
fn texts(document: &str, name: &str) -> Vec<String> {
    super::s3::texts(document, name)
}

/// Objects come back as they were written, whole, in part, or described.
#[tokio::test]
async fn objects_are_written_and_read() {
    let emulator = emulator();
    let put = s3(&emulator, "PUT", "/b/folder/a%20b%2Bc", &[("Content-Type", "text/plain")], b"0123456789").await;
    assert_eq!(put.status, 200);
    assert_eq!(std::fs::read(emulator.bucket("b").join("folder/a b+c")).expect("it was written"), b"0123456789");
    let got = s3(&emulator, "GET", "/b/folder/a%20b%2Bc", &[], b"").await;
    assert_eq!((got.status, got.body.as_slice()), (200, &b"0123456789"[..]));
    assert_eq!(got.headers["etag"], put.headers["etag"]);
    assert_eq!(got.headers["content-type"], "text/plain");
    assert!(got.headers["last-modified"].ends_with(" GMT"));
    let head = s3(&emulator, "HEAD", "/b/folder/a%20b%2Bc", &[], b"").await;
    assert_eq!((head.status, head.headers["content-length"].as_str(), head.body.len()), (200, "10", 0));
    for (range, part, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let got = s3(&emulator, "GET", "/b/folder/a%20b%2Bc", &[("Range", range)], b"").await;
        assert_eq!(
            (got.status, got.text().as_str(), got.headers["content-range"].as_str()),
            (206, part, content_range)
        );
    }
    assert_eq!(s3(&emulator, "GET", "/b/folder/a%20b%2Bc", &[("Range", "bytes=10-")], b"").await.status, 416);
    let once = s3(&emulator, "PUT", "/b/folder/a%20b%2Bc", &[("If-None-Match", "*")], b"x").await;
    assert_eq!(once.status, 412);
    let copied = s3(&emulator, "PUT", "/b/copy", &[("x-amz-copy-source", "/b/folder/a%20b%2Bc")], b"").await;
    assert_eq!((copied.status, texts(&copied.text(), "ETag").len()), (200, 1));
    assert_eq!(s3(&emulator, "GET", "/b/copy", &[], b"").await.text(), "0123456789");
}

/// Deleting what is not there is no error; folders that are empty go.
#[tokio::test]
async fn objects_are_deleted() {
    let emulator = emulator();
    for key in ["x/1", "x/y/2", "x/y/a%26b", "z"] {
        s3(&emulator, "PUT", &format!("/b/{key}"), &[], b"x").await;
    }
    assert_eq!(s3(&emulator, "DELETE", "/b/z", &[], b"").await.status, 204);
    assert_eq!(s3(&emulator, "DELETE", "/b/z", &[], b"").await.status, 204);
    let document = "<Delete><Object><Key>x/y/2</Key></Object><Object><Key>x/y/a&amp;b</Key></Object></Delete>";
    let deleted = s3(&emulator, "POST", "/b?delete", &[], document.as_bytes()).await;
    assert_eq!((deleted.status, texts(&deleted.text(), "Key")), (200, vec!["x/y/2".to_owned(), "x/y/a&b".to_owned()]));
    assert_eq!(emulator.objects("b", ""), ["x/1"]);
    assert!(!emulator.bucket("b").join("x/y").exists());
}

/// Keys in order, folded at a delimiter, in pages; archived objects say so.
#[tokio::test]
async fn listings_have_pages_and_prefixes() {
    let emulator = emulator();
    for key in ["a/1", "a/2", "b", "c/d/3", "folder/"] {
        s3(&emulator, "PUT", &format!("/b/{key}"), &[], b"xy").await;
    }
    emulator.archive("s3://b/a/2");
    let all = s3(&emulator, "GET", "/b?list-type=2", &[], b"").await.text();
    assert_eq!(texts(&all, "Key"), ["a/1", "a/2", "b", "c/d/3", "folder/"]);
    assert_eq!(texts(&all, "StorageClass"), ["STANDARD", "GLACIER", "STANDARD", "STANDARD", "STANDARD"]);
    assert_eq!(texts(&all, "Size")[0], "2");
    assert_eq!(texts(&all, "LastModified")[0].len(), "2023-07-10T12:00:00.000Z".len());
    assert_eq!((texts(&all, "IsTruncated"), texts(&all, "KeyCount")), (vec!["false".to_owned()], vec!["5".to_owned()]));
    let folded = s3(&emulator, "GET", "/b/?list-type=2&delimiter=%2F&prefix=", &[], b"").await.text();
    assert_eq!(texts(&folded, "Key"), ["b"]);
    let prefixes = texts(&folded, "CommonPrefixes").join(" ");
    assert_eq!(prefixes, "<Prefix>a/</Prefix> <Prefix>c/</Prefix> <Prefix>folder/</Prefix>");
    let below = s3(&emulator, "GET", "/b?list-type=2&prefix=c%2Fd", &[], b"").await.text();
    assert_eq!(texts(&below, "Key"), ["c/d/3"]);

    let (mut keys, mut token) = (Vec::new(), String::new());
    loop {
        let path = format!("/b?list-type=2&max-keys=2{token}");
        let page = s3(&emulator, "GET", &path, &[], b"").await.text();
        keys.extend(texts(&page, "Key"));
        match texts(&page, "NextContinuationToken").first() {
            Some(next) => token = format!("&continuation-token={}", next.replace('/', "%2F")),
            None => break,
        }
    }
    assert_eq!(keys, texts(&all, "Key"));
    let archived = s3(&emulator, "GET", "/b/a/2", &[], b"").await;
    assert_eq!((archived.status, texts(&archived.text(), "Code")), (403, vec!["InvalidObjectState".to_owned()]));
}

/// Parts become one object when the upload is complete, and nothing when it is not.
#[tokio::test]
async fn uploads_have_parts() {
    let emulator = emulator();
    let begin = || async {
        let begun = s3(&emulator, "POST", "/b/large?uploads", &[], b"").await;
        texts(&begun.text(), "UploadId").remove(0)
    };
    let first = begin().await;
    for (number, part) in [(2, "world"), (1, "hello ")] {
        let path = format!("/b/large?partNumber={number}&uploadId={first}");
        assert!(s3(&emulator, "PUT", &path, &[], part.as_bytes()).await.headers.contains_key("etag"));
    }
    assert!(emulator.objects("b", "").is_empty());
    let done = s3(&emulator, "POST", &format!("/b/large?uploadId={first}"), &[], b"<CompleteMultipartUpload/>").await;
    assert_eq!(done.status, 200);
    assert_eq!(s3(&emulator, "GET", "/b/large", &[], b"").await.text(), "hello world");
    let second = begin().await;
    assert_eq!(emulator.open_uploads(), 1);
    assert_eq!(s3(&emulator, "DELETE", &format!("/b/large?uploadId={second}"), &[], b"").await.status, 204);
    assert_eq!(emulator.open_uploads(), 0);
    let gone = s3(&emulator, "PUT", &format!("/b/large?partNumber=1&uploadId={second}"), &[], b"x").await;
    assert_eq!((gone.status, texts(&gone.text(), "Code")), (404, vec!["NoSuchUpload".to_owned()]));
}

/// Errors are documents; what does not exist is told apart.
#[tokio::test]
async fn errors_name_their_codes() {
    let emulator = emulator();
    for (method, path, status, code) in [
        ("GET", "/b/missing", 404, "NoSuchKey"),
        ("GET", "/b/../escape", 404, "NoSuchKey"),
        ("GET", "/missing/key", 404, "NoSuchBucket"),
        ("GET", "/missing?list-type=2", 404, "NoSuchBucket"),
        ("PUT", "/b/%2e%2e/escape", 400, "InvalidArgument"),
        ("PATCH", "/b/x", 405, "MethodNotAllowed"),
    ] {
        let received = s3(&emulator, method, path, &[], b"").await;
        assert_eq!(
            (received.status, texts(&received.text(), "Code")),
            (status, vec![code.to_owned()]),
            "{method} {path}"
        );
    }
    let head = s3(&emulator, "HEAD", "/b/missing", &[], b"").await;
    assert_eq!((head.status, head.body.len()), (404, 0));
    let located = s3(&emulator, "GET", "/b?location", &[], b"").await;
    assert_eq!((located.status, texts(&located.text(), "LocationConstraint")), (200, vec![String::new()]));
    assert_eq!(s3(&emulator, "HEAD", "/b", &[], b"").await.headers["x-amz-bucket-region"], "us-east-1");
}
