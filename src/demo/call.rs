//! The calls that people and machines of the archive make: a small excerpt of AWS's interfaces with
//! the parameters that CloudTrail records for them.
//!
//! In the templates `<instance>` and its like stand for made-up identifiers, filled in for each
//! event.

use super::random::Random;

/// A call of an AWS interface.
#[derive(Debug)]
pub struct Call {
    /// The service, as the first label of its host name.
    pub service: &'static str,
    /// The event's name.
    pub name: &'static str,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// `requestParameters`, as a template of JSON.
    pub request: &'static str,
    /// `responseElements`, likewise.
    pub response: &'static str,
}

impl Call {
    /// Whether the service has one endpoint for all regions, which CloudTrail records in us-east-1.
    pub fn is_global(&self) -> bool {
        matches!(self.service, "iam" | "sts" | "signin" | "organizations")
    }
}

const fn read(service: &'static str, name: &'static str, request: &'static str) -> Call {
    Call { service, name, read_only: true, request, response: "null" }
}

const fn write(service: &'static str, name: &'static str, request: &'static str, response: &'static str) -> Call {
    Call { service, name, read_only: false, request, response }
}

/// What anybody does on any day.
pub const ORDINARY: &[Call] = &[
    read("ec2", "DescribeInstances", r#"{"instancesSet":{},"filterSet":{}}"#),
    read(
        "ec2",
        "DescribeInstanceStatus",
        r#"{"instancesSet":{"items":[{"instanceId":"<instance>"}]},"filterSet":{},"includeAllInstances":false}"#,
    ),
    read(
        "ec2",
        "DescribeSecurityGroups",
        r#"{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<group>"}]},"filterSet":{}}"#,
    ),
    read(
        "ec2",
        "DescribeVolumes",
        r#"{"volumeSet":{},"filterSet":{"items":[{"name":"attachment.instance-id","valueSet":{"items":[{"value":"<instance>"}]}}]}}"#,
    ),
    read("ec2", "DescribeSubnets", r#"{"subnetSet":{},"filterSet":{}}"#),
    read("ec2", "DescribeRouteTables", r#"{"routeTableIdSet":{},"filterSet":{}}"#),
    read("s3", "ListBuckets", r#"{"Host":"s3.amazonaws.com"}"#),
    read("s3", "GetBucketAcl", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.amazonaws.com","acl":""}"#),
    read("s3", "GetBucketLocation", r#"{"bucketName":"<bucket>","Host":"s3.amazonaws.com","location":""}"#),
    read(
        "s3",
        "GetBucketEncryption",
        r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.amazonaws.com","encryption":""}"#,
    ),
    read(
        "kms",
        "Decrypt",
        r#"{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"}}"#,
    ),
    read("kms", "DescribeKey", r#"{"keyId":"<uuid>"}"#),
    read("iam", "GetUser", "null"),
    read("iam", "ListRoles", r#"{"maxItems":1000}"#),
    read("iam", "GetRole", r#"{"roleName":"app-server"}"#),
    read("iam", "ListAttachedRolePolicies", r#"{"roleName":"app-server"}"#),
    read("sts", "GetCallerIdentity", "null"),
    read("logs", "DescribeLogGroups", r#"{"logGroupNamePrefix":"/aws/lambda/orders-","limit":50}"#),
    read("lambda", "ListFunctions20150331", r#"{"maxItems":50}"#),
    read("lambda", "GetFunction20150331v2", r#"{"functionName":"orders-<short>"}"#),
    read("rds", "DescribeDBInstances", r#"{"dBInstanceIdentifier":"orders"}"#),
    read("cloudformation", "DescribeStacks", r#"{"stackName":"orders-<short>"}"#),
    read("ssm", "GetParameter", r#"{"name":"/orders/database/host","withDecryption":true}"#),
    read("secretsmanager", "GetSecretValue", r#"{"secretId":"orders/database"}"#),
    read("dynamodb", "DescribeTable", r#"{"tableName":"orders"}"#),
    read("monitoring", "DescribeAlarms", r#"{"maxRecords":100}"#),
    read("autoscaling", "DescribeAutoScalingGroups", r#"{"autoScalingGroupNames":["orders"]}"#),
    read("elasticloadbalancing", "DescribeLoadBalancers", r#"{"pageSize":400}"#),
    read("cloudtrail", "DescribeTrails", r#"{"trailNameList":[],"includeShadowTrails":true}"#),
    write(
        "logs",
        "CreateLogStream",
        r#"{"logGroupName":"/aws/lambda/orders-<short>","logStreamName":"<uuid>"}"#,
        "null",
    ),
    write(
        "ec2",
        "RunInstances",
        r#"{"instancesSet":{"items":[{"imageId":"ami-<hex>","minCount":1,"maxCount":1}]},"instanceType":"t3.micro","monitoring":{"enabled":false}}"#,
        r#"{"requestId":"<uuid>","reservationId":"r-<hex>","ownerId":"111111111111","groupSet":{},"instancesSet":{"items":[{"instanceId":"<instance>","imageId":"ami-<hex>","instanceState":{"code":0,"name":"pending"}}]}}"#,
    ),
    write(
        "ec2",
        "CreateTags",
        r#"{"resourcesSet":{"items":[{"resourceId":"<instance>"}]},"tagSet":{"items":[{"key":"Name","value":"orders"}]}}"#,
        r#"{"requestId":"<uuid>","_return":true}"#,
    ),
];

/// What only the story has.
pub const UNUSUAL: &[Call] = &[
    write(
        "ec2",
        "CreateSnapshot",
        r#"{"volumeId":"vol-<hex>","description":"nightly"}"#,
        r#"{"requestId":"<uuid>","snapshotId":"snap-<hex>","volumeId":"vol-<hex>","status":"pending","encrypted":false}"#,
    ),
    write(
        "ec2",
        "ModifySnapshotAttribute",
        r#"{"snapshotId":"snap-<hex>","createVolumePermission":{"add":{"items":[{"userId":"999999999999"}]}},"attributeType":"CREATE_VOLUME_PERMISSION"}"#,
        r#"{"requestId":"<uuid>","_return":true}"#,
    ),
    write(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        r#"{"groupId":"<group>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#,
        r#"{"requestId":"<uuid>","_return":true}"#,
    ),
    write("cloudtrail", "StopLogging", r#"{"name":"arn:aws:cloudtrail:us-east-1:111111111111:trail/main"}"#, "null"),
    write(
        "s3",
        "PutBucketPolicy",
        r#"{"bucketName":"orders-backup","Host":"orders-backup.s3.amazonaws.com","policy":""}"#,
        "null",
    ),
    write(
        "iam",
        "CreateUser",
        r#"{"userName":"support-tmp"}"#,
        r#"{"user":{"path":"/","userName":"support-tmp","userId":"AIDA<upper>","arn":"arn:aws:iam::111111111111:user/support-tmp"}}"#,
    ),
    write(
        "iam",
        "CreateAccessKey",
        r#"{"userName":"support-tmp"}"#,
        r#"{"accessKey":{"userName":"support-tmp","accessKeyId":"AKIA<upper>","status":"Active"}}"#,
    ),
    write(
        "iam",
        "AttachUserPolicy",
        r#"{"userName":"support-tmp","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#,
        "null",
    ),
    write("signin", "ConsoleLogin", "null", r#"{"ConsoleLogin":"Success"}"#),
];

/// `AssumeRole`, whose parameters follow from the role.
pub const ASSUME_ROLE: Call = read("sts", "AssumeRole", "null");

/// The call of that name.
pub fn named(name: &str) -> &'static Call {
    ORDINARY.iter().chain(UNUSUAL).find(|call| call.name == name).expect("the story names calls of these lists")
}

/// A template with its identifiers made up; nothing for JSON's null.
pub fn fill(template: &str, random: &mut Random) -> Option<String> {
    if template == "null" {
        return None;
    }
    let mut text = String::with_capacity(template.len() + 64);
    let mut pieces = template.split('<');
    text.extend(pieces.next());
    for piece in pieces {
        let (name, rest) = piece.split_once('>').expect("every < of the templates has its >");
        match name {
            "instance" => text.push_str(&format!("i-0{}", random.hex(16))),
            "group" => text.push_str(&format!("sg-0{}", random.hex(16))),
            "hex" => text.push_str(&format!("0{}", random.hex(16))),
            "short" => text.push_str(random.pick::<&str>(&["api", "worker", "billing", "search"])),
            "bucket" => {
                text.push_str(random.pick::<&str>(&["orders-data", "orders-backup", "web-assets", "trail-bucket"]))
            }
            "uuid" => text.push_str(&random.uuid()),
            "upper" => text.push_str(&random.identifier("")),
            other => unreachable!("the templates hold no <{other}>"),
        }
        text.push_str(rest);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_json() {
        let mut random = Random::new(1);
        for call in ORDINARY.iter().chain(UNUSUAL) {
            for text in [call.request, call.response].iter().filter_map(|template| fill(template, &mut random)) {
                serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            }
        }
    }
}
