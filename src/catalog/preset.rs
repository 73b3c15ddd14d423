//! Tables that athplan brings along: `USING cloudtrail`, and `USING cloudtrail_lines` for the same records one a line,
//! which any engine reads (`jq -c '.Records[]'` writes them so).
//!
//! Columns, SerDe and layout are those of Athena's documentation
//! (<https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html>);
//! the keys are region and day, and account if LOCATION lies above the accounts. Files lie under
//! their delivery day, which is never before the event
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>),
//! hence the slack.

use super::table::Column;
use crate::types::Type;

/// The SerDe of Hive's own JSON tables.
pub const JSON_SERDE: &str = "org.apache.hive.hcatalog.data.JsonSerDe";

/// The SerDe of files that hold one record a line.
pub const LINES_SERDE: &str = "org.openx.data.jsonserde.JsonSerDe";

/// The input format that takes `{"Records": […]}` apart.
pub const CLOUDTRAIL_INPUT: &str = "com.amazon.emr.cloudtrail.CloudTrailInputFormat";

/// The output format that Athena's documentation declares beside it.
pub const TEXT_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";

/// The presets' names.
pub const NAMES: &[&str] = &[CLOUDTRAIL, CLOUDTRAIL_LINES];

/// CloudTrail's own files.
pub const CLOUDTRAIL: &str = "cloudtrail";

/// CloudTrail's records, one a line, in the same folders.
pub const CLOUDTRAIL_LINES: &str = "cloudtrail_lines";

/// The commercial Regions
/// (<https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>). A Region
/// that is missing here is found when a listing shows its folder.
pub const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What a preset says of keys and properties, for a LOCATION that ends in `/`.
pub struct Preset {
    /// The partition keys' names, all strings.
    pub keys: &'static [&'static str],
    /// Table properties, which the user's override.
    pub properties: Vec<(String, String)>,
}

/// The CloudTrail preset; none if the location ends in neither `AWSLogs/[organisation/]` nor
/// `AWSLogs/[organisation/]account/CloudTrail/`.
pub fn cloudtrail(location: &str) -> Option<Preset> {
    let folders: Vec<&str> = location.trim_end_matches('/').rsplit('/').take(4).collect();
    let above_accounts = match folders.as_slice() {
        ["CloudTrail", account, "AWSLogs", ..] if is_account(account) => false,
        ["CloudTrail", account, organisation, "AWSLogs"] if is_account(account) && is_organisation(organisation) => {
            false
        }
        ["AWSLogs", ..] => true,
        [organisation, "AWSLogs", ..] if is_organisation(organisation) => true,
        _ => return None,
    };
    let (keys, folders): (&'static [&'static str], _) = if above_accounts {
        (&["account", "region", "day"], "${account}/CloudTrail/${region}/${day}/")
    } else {
        (&["region", "day"], "${region}/${day}/")
    };
    let mut properties = vec![("projection.enabled".to_owned(), "true".to_owned())];
    let mut property = |key: &str, value: &str| properties.push((key.to_owned(), value.to_owned()));
    if above_accounts {
        property("projection.account.type", "injected");
    }
    property("projection.region.type", "enum");
    property("projection.region.values", &REGIONS.join(","));
    property("projection.day.type", "date");
    property("projection.day.format", "yyyy/MM/dd");
    property("projection.day.range", "2013/11/01,NOW");
    property("projection.day.interval", "1");
    property("projection.day.interval.unit", "DAYS");
    property("storage.location.template", &format!("{location}{folders}"));
    property("athplan.time.column", "eventtime");
    property("athplan.time.format", "iso8601");
    property("athplan.time.keys", "day=yyyy/MM/dd");
    property("athplan.time.slack", "1 hour");
    Some(Preset { keys, properties })
}

fn is_account(folder: &str) -> bool {
    folder.len() == 12 && folder.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_organisation(folder: &str) -> bool {
    folder.starts_with("o-")
        && folder.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The columns of a CloudTrail table.
pub fn cloudtrail_columns() -> Vec<Column> {
    let text = || Type::VARCHAR;
    let texts = |names: &[&'static str]| Type::row(names.iter().map(|name| (*name, Type::VARCHAR)));
    let issuer = texts(&["type", "principalid", "arn", "accountid", "username"]);
    let federation =
        Type::row([("federatedprovider", text()), ("attributes", Type::map(Type::VARCHAR, Type::VARCHAR))]);
    let session = Type::row([
        ("attributes", texts(&["mfaauthenticated", "creationdate"])),
        ("sessionissuer", issuer),
        ("ec2roledelivery", text()),
        ("webidfederationdata", federation),
    ]);
    let identity = Type::row([
        ("type", text()),
        ("principalid", text()),
        ("arn", text()),
        ("accountid", text()),
        ("invokedby", text()),
        ("accesskeyid", text()),
        ("username", text()),
        ("onbehalfof", texts(&["userid", "identitystorearn"])),
        ("sessioncontext", session),
    ]);
    let columns = [
        ("eventversion", text()),
        ("useridentity", identity),
        ("eventtime", text()),
        ("eventsource", text()),
        ("eventname", text()),
        ("awsregion", text()),
        ("sourceipaddress", text()),
        ("useragent", text()),
        ("errorcode", text()),
        ("errormessage", text()),
        ("requestparameters", text()),
        ("responseelements", text()),
        ("additionaleventdata", text()),
        ("requestid", text()),
        ("eventid", text()),
        ("readonly", text()),
        ("resources", Type::array(texts(&["arn", "accountid", "type"]))),
        ("eventtype", text()),
        ("apiversion", text()),
        ("recipientaccountid", text()),
        ("serviceeventdetails", text()),
        ("sharedeventid", text()),
        ("vpcendpointid", text()),
        ("vpcendpointaccountid", text()),
        ("eventcategory", text()),
        ("addendum", texts(&["reason", "updatedfields", "originalrequestid", "originaleventid"])),
        ("sessioncredentialfromconsole", text()),
        ("edgedevicedetails", text()),
        ("tlsdetails", texts(&["tlsversion", "ciphersuite", "clientprovidedhostheader"])),
    ];
    columns.into_iter().map(|(name, ty)| Column { name: name.to_owned(), ty, comment: None }).collect()
}
