//! How files are encrypted on their way into S3.

/// How Athena encrypts what it writes, and athplan with it
/// (<https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// By S3, with its own keys.
    SseS3,
    /// By S3, with a key of the Key Management Service.
    SseKms(String),
    /// By Athena, before S3 sees it, with a key of the Key Management Service.
    CseKms(String),
}

impl std::str::FromStr for Encryption {
    type Err = String;

    /// `SSE_S3`, `SSE_KMS=KEY` or `CSE_KMS=KEY`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, key) = text.split_once('=').map_or((text, None), |(name, key)| (name, Some(key)));
        match (name.to_ascii_uppercase().as_str(), key) {
            ("SSE_S3", None) => Ok(Encryption::SseS3),
            ("SSE_KMS", Some(key)) if !key.is_empty() => Ok(Encryption::SseKms(key.to_owned())),
            ("CSE_KMS", Some(key)) if !key.is_empty() => Ok(Encryption::CseKms(key.to_owned())),
            _ => Err("expected SSE_S3, SSE_KMS=KEY or CSE_KMS=KEY".to_owned()),
        }
    }
}
