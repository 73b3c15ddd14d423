//! What a Trino engine is made with.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::engine::aws::Encryption;
use crate::types::Dialect;

/// How many statements run side by side if nobody says: a Trino has queues of its own, and this is what one of a
/// few machines works at without filling them.
pub const SLOTS: usize = 16;

/// How a Trino engine runs.
#[derive(Debug, Clone)]
pub struct TrinoOptions {
    /// Where the coordinator answers: `https://trino.example.com`.
    pub server: String,
    /// A file of the certificates (PEM) of the authorities that may vouch for the server; none: the system's.
    pub ca_file: Option<PathBuf>,
    /// Who asks.
    pub user: String,
    /// What proves it.
    pub authentication: Authentication,
    /// The catalog that names without one belong to: one of the Hive connector's.
    pub catalog: String,
    /// The schema that names without one belong to, in which the run's own tables are made.
    pub schema: String,
    /// The location under which the run writes, ending in `/`.
    pub output: Option<String>,
    /// Whose SQL the statements are.
    pub dialect: Dialect,
    /// The Region of S3; none: `AWS_REGION` or the profile's.
    pub region: Option<String>,
    /// The profile of the AWS configuration; none: `AWS_PROFILE`, or `default`.
    pub profile: Option<String>,
    /// Where S3 answers; none: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or the profile's.
    pub s3_endpoint: Option<String>,
    /// How files that athplan itself writes are encrypted; none: as the bucket says.
    pub encryption: Option<Encryption>,
    /// The account that must own the output's bucket.
    pub expected_bucket_owner: Option<String>,
    /// How many statements run side by side; none: [`SLOTS`].
    pub slots: Option<usize>,
    /// How long a second takes, by which pauses and patience are counted: a second, unless a test stands there.
    pub second: Duration,
}

/// What proves who asks. It is never shown, and never written down.
#[derive(Clone, PartialEq, Eq)]
pub enum Authentication {
    /// Nothing: the server believes every name.
    None,
    /// A password, with the user's name (basic authentication).
    Password(String),
    /// A JSON web token.
    Token(String),
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Authentication::None => "None",
            Authentication::Password(_) => "Password(…)",
            Authentication::Token(_) => "Token(…)",
        })
    }
}

impl TrinoOptions {
    /// An engine of a server's catalog `hive` and schema `default`, all else as the environment says.
    pub fn new(server: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            server: server.into(),
            ca_file: None,
            user: user.into(),
            authentication: Authentication::None,
            catalog: "hive".to_owned(),
            schema: "default".to_owned(),
            output: None,
            dialect: Dialect::default(),
            region: None,
            profile: None,
            s3_endpoint: None,
            encryption: None,
            expected_bucket_owner: None,
            slots: None,
            second: Duration::from_secs(1),
        }
    }
}
