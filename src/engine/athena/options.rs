//! What an Athena engine is made with.

use std::time::Duration;

use crate::engine::aws::Encryption;

/// The workgroup that every account has.
pub const PRIMARY: &str = "primary";

/// The least that any Region grants an account, of running and waiting statements together
/// (<https://docs.aws.amazon.com/general/latest/gr/athena.html>).
pub(super) const LEAST_QUOTA: usize = 20;

/// How an Athena engine runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AthenaOptions {
    /// The Region; none: `AWS_REGION` or the profile's.
    pub region: Option<String>,
    /// The profile of the AWS configuration; none: `AWS_PROFILE`, or `default`.
    pub profile: Option<String>,
    /// Where Athena answers, if not where its Region says; none: `AWS_ENDPOINT_URL_ATHENA`,
    /// `AWS_ENDPOINT_URL`, or the profile's.
    pub athena_endpoint: Option<String>,
    /// Where S3 answers; none: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or the profile's.
    pub s3_endpoint: Option<String>,
    /// The workgroup.
    pub workgroup: String,
    /// The data catalog that names without one belong to; none: Athena's own, `AwsDataCatalog`.
    pub catalog: Option<String>,
    /// The database that names without one belong to, in which the run's own tables are made.
    pub database: String,
    /// The location under which the run writes, ending in `/`; none: the workgroup's.
    pub output: Option<String>,
    /// How what is written is encrypted; none: as the bucket says.
    pub encryption: Option<Encryption>,
    /// The account that must own the output's bucket: a bucket of another's is never written to.
    pub expected_bucket_owner: Option<String>,
    /// How many statements run side by side; none: [`LEAST_QUOTA`].
    pub slots: Option<usize>,
    /// How long a single query's state is left alone before it is asked for again.
    pub pause: Duration,
    /// How long a second of AWS takes, by which pauses before a request is sent again are counted: a second, unless an
    /// emulator with a quicker clock stands there.
    pub second: Duration,
}

impl AthenaOptions {
    /// An engine of a database, in the workgroup that every account has, all else as the environment
    /// says.
    pub fn new(database: impl Into<String>) -> Self {
        Self {
            region: None,
            profile: None,
            athena_endpoint: None,
            s3_endpoint: None,
            workgroup: PRIMARY.to_owned(),
            catalog: None,
            database: database.into(),
            output: None,
            encryption: None,
            expected_bucket_owner: None,
            slots: None,
            pause: Duration::from_millis(500),
            second: Duration::from_secs(1),
        }
    }

    /// How many statements run side by side.
    pub fn slots(&self) -> usize {
        self.slots.unwrap_or(LEAST_QUOTA).max(1)
    }
}
