//! Names of resources: ARNs, and which of them stand for a table.

use std::collections::BTreeSet;

use super::PolicySettings;
use super::folder::escaped;

/// Names of tables as a policy writes them, `database.table` or `table`, with `*` for a run's id.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeSet<(Option<String>, String)>);

impl Names {
    /// Adds a table of the database in which the run makes its own.
    pub fn insert(&mut self, name: String) {
        self.0.insert((None, name));
    }

    /// Adds a table by the name that a spec gives it.
    pub fn insert_named(&mut self, name: &str) {
        let (database, table) = match name.split_once('.') {
            Some((database, table)) => (Some(database.to_owned()), table),
            None => (None, name),
        };
        self.0.insert((database, table.to_owned()));
    }

    /// Adds all of others.
    pub fn extend(&mut self, others: &Names) {
        self.0.extend(others.0.iter().cloned());
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The database and the name of each, in order.
    pub fn qualified(&self, database: &str) -> BTreeSet<(String, String)> {
        let name = |(own, table): &(Option<String>, String)| {
            (own.clone().unwrap_or_else(|| database.to_owned()), table.clone())
        };
        self.0.iter().map(name).collect()
    }
}

/// Writes ARNs of one account and Region.
pub struct Arn {
    partition: &'static str,
    region: String,
    account: String,
}

impl Arn {
    /// ARNs as the settings say.
    pub fn new(settings: &PolicySettings) -> Self {
        let region = settings.region.clone().unwrap_or_else(|| "*".to_owned());
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
        let partition = match region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Self { partition, region, account: settings.account.clone().unwrap_or_else(|| "*".to_owned()) }
    }

    /// Something of Athena's.
    pub fn athena(&self, kind: &str, name: &str) -> String {
        self.regional("athena", &format!("{kind}/{name}"))
    }

    /// Something of the data catalog's.
    pub fn glue(&self, resource: &str) -> String {
        self.regional("glue", resource)
    }

    /// Tables with everything above them.
    pub fn tables(&self, names: &BTreeSet<(String, String)>) -> Vec<String> {
        let databases: BTreeSet<&String> = names.iter().map(|(database, _)| database).collect();
        let databases = databases.into_iter().map(|database| self.glue(&format!("database/{database}")));
        let tables = names.iter().map(|(database, table)| self.glue(&format!("table/{database}/{table}")));
        [self.glue("catalog")].into_iter().chain(databases).chain(tables).collect()
    }

    /// A key of the Key Management Service.
    pub fn key(&self, id: &str) -> String {
        self.regional("kms", &format!("key/{id}"))
    }

    /// A bucket, or objects in it; their key is a pattern already.
    pub fn s3(&self, bucket: &str, key: Option<&str>) -> String {
        let bucket = escaped(bucket);
        match key {
            None => format!("arn:{}:s3:::{bucket}", self.partition),
            Some(key) => format!("arn:{}:s3:::{bucket}/{key}", self.partition),
        }
    }

    fn regional(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }
}
