//! S3 as far as a run needs it: writing small files, reading one, listing, and deleting what it made.
//!
//! Requests are signed and sent with object_store's parts, and put together here: a listing must say
//! in which storage class a file lies, a bucket may lie in another Region than the queries, and what is
//! written may have to be encrypted and to belong to a named account.

mod encryption;
mod location;
mod page;
mod request;

use futures::stream::{self, StreamExt, TryStreamExt};

pub use encryption::Encryption;
pub use location::Location;
pub use page::{Object, Page};
use request::Call;
pub use request::Sender;

use crate::catalog::with_slash;
use crate::engine::{EngineError, ErrorClass, StoredFile};

/// How many files are deleted side by side.
const SIDE_BY_SIDE: usize = 16;

/// S3.
#[derive(Debug)]
pub struct Store {
    sender: Sender,
    encryption: Option<Encryption>,
}

impl Store {
    /// S3 behind a sender.
    pub fn new(sender: Sender, encryption: Option<Encryption>) -> Self {
        Self { sender, encryption }
    }

    /// The account that asks, as far as its credentials tell.
    ///
    /// # Errors
    ///
    /// There are none.
    pub async fn account(&self) -> Result<Option<String>, EngineError> {
        self.sender.account().await
    }

    /// Writes a file, encrypted as the run was told.
    ///
    /// # Errors
    ///
    /// It cannot be written, or would have to be encrypted here.
    pub async fn put(&self, location: &str, body: Vec<u8>) -> Result<(), EngineError> {
        let place = file(location)?;
        let header = |value: &str| ("x-amz-server-side-encryption", value.to_owned());
        let headers = match &self.encryption {
            None => Vec::new(),
            Some(Encryption::SseS3) => vec![header("AES256")],
            Some(Encryption::SseKms(key)) => {
                vec![header("aws:kms"), ("x-amz-server-side-encryption-aws-kms-key-id", key.clone())]
            }
            Some(Encryption::CseKms(_)) => {
                let message = format!("{location} cannot be written: athplan does not encrypt files itself (CSE_KMS)");
                let help = "use SSE_KMS, or keep the rows in a table instead of a local file";
                return Err(EngineError::new(ErrorClass::Unsupported, message).with_help(help));
            }
        };
        let (bucket, key) = (place.bucket.as_str(), place.key.as_str());
        let call = Call { method: "PUT", bucket, key, headers, body, action: "s3:PutObject", ..Call::default() };
        self.sender.send(&call).await.map(|_| ())
    }

    /// A file's bytes.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    pub async fn get(&self, location: &str) -> Result<Vec<u8>, EngineError> {
        let place = file(location)?;
        let (bucket, key) = (place.bucket.as_str(), place.key.as_str());
        self.sender.send(&Call { method: "GET", bucket, key, action: "s3:GetObject", ..Call::default() }).await
    }

    /// A page of the files whose location begins with a prefix, in the order of their keys: behind a
    /// key, or behind the page that a token continues. With `folders`, what lies in folders below the
    /// prefix is not listed, the folders are.
    ///
    /// # Errors
    ///
    /// The bucket is not there, or cannot be listed.
    pub async fn page(
        &self,
        prefix: &Location,
        folders: bool,
        after: Option<&str>,
        token: Option<String>,
    ) -> Result<Page, EngineError> {
        let mut query = vec![("encoding-type", "url".to_owned()), ("list-type", "2".to_owned())];
        query.push(("prefix", prefix.key.clone()));
        query.extend(folders.then(|| ("delimiter", "/".to_owned())));
        match (token, after) {
            (Some(token), _) => query.push(("continuation-token", token)),
            (None, Some(after)) => query.push(("start-after", after.to_owned())),
            (None, None) => {}
        }
        let headers = vec![("x-amz-optional-object-attributes", "RestoreStatus".to_owned())];
        let bucket = prefix.bucket.as_str();
        let call = Call { method: "GET", bucket, query, headers, action: "s3:ListBucket", ..Call::default() };
        page::read(&self.sender.send(&call).await?)
    }

    /// Every file whose location begins with a prefix, in the order of their keys.
    ///
    /// # Errors
    ///
    /// As [`Store::page`].
    pub async fn list(&self, prefix: &Location) -> Result<Vec<Object>, EngineError> {
        let mut objects = Vec::new();
        let mut token = None;
        loop {
            let page = self.page(prefix, false, None, token).await?;
            objects.extend(page.objects);
            token = page.next;
            if token.is_none() {
                return Ok(objects);
            }
        }
    }

    /// Every file under a location, in the order of their names.
    ///
    /// # Errors
    ///
    /// As [`Store::page`].
    pub async fn files(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        let place = Location::parse(&with_slash(location))?;
        let objects = self.list(&place).await?;
        let file = |object: Object| StoredFile { location: place.uri(&object.key), bytes: object.bytes };
        Ok(objects.into_iter().map(file).collect())
    }

    /// Deletes every file under a location that lies strictly inside another, and says how many there were.
    ///
    /// # Errors
    ///
    /// It lies elsewhere, or cannot be deleted.
    pub async fn remove_inside(&self, location: &str, output: &str) -> Result<usize, EngineError> {
        let location = with_slash(location);
        let inside = location.strip_prefix(output).is_some_and(|rest| !rest.trim_matches('/').is_empty());
        if !inside {
            let message = format!("{location} is not deleted: it does not lie inside {output}");
            return Err(EngineError::new(ErrorClass::Statement, message));
        }
        self.remove(&Location::parse(&location)?).await
    }

    /// Deletes every file whose location begins with a prefix, and says how many there were.
    ///
    /// # Errors
    ///
    /// They cannot be listed, or one cannot be deleted.
    pub async fn remove(&self, prefix: &Location) -> Result<usize, EngineError> {
        let objects = self.list(prefix).await?;
        let count = objects.len();
        stream::iter(objects)
            .map(|object| async move {
                let (bucket, key) = (prefix.bucket.as_str(), object.key.as_str());
                let call = Call { method: "DELETE", bucket, key, action: "s3:DeleteObject", ..Call::default() };
                self.sender.send(&call).await
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .try_for_each(|_| async { Ok(()) })
            .await?;
        Ok(count)
    }
}

/// The location of one file.
fn file(location: &str) -> Result<Location, EngineError> {
    let place = Location::parse(location)?;
    if place.key.is_empty() || place.key.ends_with('/') {
        return Err(EngineError::new(ErrorClass::Statement, format!("'{location}' is no file's location")));
    }
    Ok(place)
}
