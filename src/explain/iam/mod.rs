//! The permissions that a plan needs on Athena, as an IAM policy that allows these and no others.
//!
//! Athena reads the catalog and S3 with the permissions of whoever asks, so the policy names what Athena
//! does for the plan's statements beside what athplan asks for itself. What each statement of DDL needs of
//! Glue is as documented
//! (<https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html>): the action
//! on the table and on everything above it, the database and the catalog.

mod folder;
mod own;
mod read;
mod resource;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Compiled;
use own::Own;
use read::Read;
use resource::{Arn, Names};

/// What a policy depends on besides the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySettings {
    /// The Region; none: any, which the policy writes as `*`.
    pub region: Option<String>,
    /// The account; none: any, which the policy writes as `*`.
    pub account: Option<String>,
    /// The workgroup.
    pub workgroup: String,
    /// The data catalog, if not Athena's own.
    pub catalog: Option<String>,
    /// The database for tables named without one, in which the run makes its own.
    pub database: String,
    /// The locations that are written to, each ending in `/`: the run's, and the workgroup's if that is
    /// where results go.
    pub outputs: Vec<String>,
    /// The key with which the output is encrypted: its id, its ARN, or `alias/NAME`.
    pub key: Option<String>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: Vec<Allowed>,
}

/// A statement of a policy: actions that are allowed on resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Allowed {
    sid: String,
    effect: &'static str,
    action: Vec<String>,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>,
}

/// What every run asks of its workgroup. The history is read to find what became of a submission whose
/// answer was lost.
const WORKGROUP: &[&str] = &[
    "athena:BatchGetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetWorkGroup",
    "athena:ListQueryExecutions",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
];

/// What is done with files of the output. Large files are written in parts.
const OUTPUT_FILES: &[&str] =
    &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

/// The least that lets somebody explain and run a plan.
pub fn policy(compiled: &Compiled, settings: &PolicySettings) -> Policy {
    let arn = Arn::new(settings);
    let read = Read::of(compiled);
    let own = Own::of(&compiled.plan);
    let mut statement = vec![allowed("Workgroup", WORKGROUP, [arn.athena("workgroup", &settings.workgroup)])];
    statement.extend(catalog(settings, &arn, &read, &own));
    statement.extend(glue(settings, &arn, &read, &own));
    statement.extend(logs(&arn, &read));
    statement.extend(output(settings, &arn));
    statement.extend(settings.key.as_deref().map(|key| encryption(&arn, key)));
    Policy { version: "2012-10-17", statement }
}

fn allowed(sid: &str, actions: &[&str], resources: impl IntoIterator<Item = String>) -> Allowed {
    let action = actions.iter().map(|action| (*action).to_owned()).collect();
    let resource = resources.into_iter().collect();
    Allowed { sid: sid.to_owned(), effect: "Allow", action, resource, condition: BTreeMap::new() }
}

impl Allowed {
    /// The same under a condition.
    fn only_if(mut self, operator: &'static str, key: &'static str, values: Vec<String>) -> Self {
        self.condition.entry(operator).or_default().insert(key, values);
        self
    }
}

/// What athplan asks the data catalog itself: the tables that exist, and whether a deliverable is there.
fn catalog(settings: &PolicySettings, arn: &Arn, read: &Read, own: &Own) -> Option<Allowed> {
    let named = settings.catalog.as_deref().filter(|name| !name.eq_ignore_ascii_case(DEFAULT_CATALOG));
    let mut actions = Vec::new();
    // Queries over a catalog that is not Athena's own look it up
    // (<https://docs.aws.amazon.com/athena/latest/ug/datacatalogs-example-policies.html>).
    actions.extend(named.map(|_| "athena:GetDataCatalog"));
    if !read.existing.is_empty() || !own.kept.is_empty() {
        actions.push("athena:GetTableMetadata");
    }
    let resource = arn.athena("datacatalog", named.unwrap_or(DEFAULT_CATALOG));
    (!actions.is_empty()).then(|| allowed("DataCatalog", &actions, [resource]))
}

/// The catalog that names without one belong to.
const DEFAULT_CATALOG: &str = "AwsDataCatalog";

fn glue(settings: &PolicySettings, arn: &Arn, read: &Read, own: &Own) -> Vec<Allowed> {
    let in_database = |names: &Names| names.qualified(&settings.database);
    let mut tables: Names = own.all();
    tables.extend(&read.existing);
    let databases = in_database(&tables);
    let mut statements = Vec::new();
    if !databases.is_empty() {
        // Athena looks the database `default` up too, whatever a statement names.
        let names: BTreeSet<&str> =
            databases.iter().map(|(database, _)| database.as_str()).chain(["default"]).collect();
        let databases = names.into_iter().map(|database| arn.glue(&format!("database/{database}")));
        let resources = [arn.glue("catalog")].into_iter().chain(databases);
        statements.push(allowed("Databases", &["glue:GetDatabase"], resources));
    }
    let mut on = |sid: &str, actions: &[&str], names: &Names| {
        if !names.is_empty() && !actions.is_empty() {
            statements.push(allowed(sid, actions, arn.tables(&in_database(names))));
        }
    };
    on("TableDefinitions", &["glue:GetTable"], &tables);
    on("TablePartitions", &["glue:GetPartition", "glue:GetPartitions"], &{
        let mut with_partitions = own.partitioned.clone();
        with_partitions.extend(&read.registered);
        with_partitions
    });
    on("MakeTables", &["glue:CreateTable"], &own.all());
    on("DropTables", &["glue:DeleteTable"], &own.private);
    on("RegisterPartitions", &["glue:BatchCreatePartition"], &own.extended);
    on("DropPartitions", &["glue:DeletePartition"], &own.emptied);
    statements
}

/// What Athena and athplan read of the logs.
fn logs(arn: &Arn, read: &Read) -> Vec<Allowed> {
    if read.files.is_empty() {
        return Vec::new();
    }
    let objects = read.files.iter().map(|(bucket, key)| arn.s3(bucket, Some(key)));
    let mut statements = vec![allowed("ReadLogs", &["s3:GetObject"], objects)];
    for (number, (bucket, prefixes)) in (1..).zip(&read.listed) {
        let prefixes = prefixes.iter().cloned().collect();
        let listing = allowed(&format!("ListLogs{number}"), &["s3:ListBucket"], [arn.s3(bucket, None)]);
        statements.push(listing.only_if("StringLike", "s3:prefix", prefixes));
    }
    let buckets = read.listed.keys().map(|bucket| arn.s3(bucket, None));
    statements.push(allowed("LocateLogs", &["s3:GetBucketLocation"], buckets));
    statements
}

/// What is done under the locations that are written to, and nowhere else.
fn output(settings: &PolicySettings, arn: &Arn) -> Vec<Allowed> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for location in &settings.outputs {
        let (bucket, key) = folder::taken_apart(location);
        let keys = files.entry(bucket.to_owned()).or_default();
        let key = format!("{}*", folder::escaped(key));
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if files.is_empty() {
        return Vec::new();
    }
    let objects = files.iter().flat_map(|(bucket, keys)| keys.iter().map(|key| arn.s3(bucket, Some(key))));
    let mut statements = vec![allowed("OutputFiles", OUTPUT_FILES, objects)];
    for (number, (bucket, keys)) in (1..).zip(&files) {
        let listing = allowed(&format!("ListOutput{number}"), &["s3:ListBucket"], [arn.s3(bucket, None)]);
        statements.push(listing.only_if("StringLike", "s3:prefix", keys.clone()));
    }
    let buckets = files.keys().map(|bucket| arn.s3(bucket, None));
    let actions = ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"];
    statements.push(allowed("LocateOutput", &actions, buckets));
    statements
}

/// Using the key that the output is encrypted with. An alias is no resource: the key behind it is, whichever
/// it is (<https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html>).
fn encryption(arn: &Arn, key: &str) -> Allowed {
    let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    match key.rsplit_once("alias/") {
        Some((_, alias)) => allowed("OutputKey", &actions, [arn.key("*")]).only_if(
            "ForAnyValue:StringEquals",
            "kms:ResourceAliases",
            vec![format!("alias/{alias}")],
        ),
        None if key.starts_with("arn:") => allowed("OutputKey", &actions, [key.to_owned()]),
        None => allowed("OutputKey", &actions, [arn.key(key)]),
    }
}
