//! The policy of `explain --iam` is held against what a run asks for: a small reading of IAM's rules over the calls that
//! the emulator saw, the client's and those that Athena made for it. Every call is allowed, and nothing is allowed that no
//! example needs.
#![cfg(all(feature = "local", feature = "athena"))]

use std::collections::BTreeSet;

use serde_json::Value;

use crate::emulator::{Call, Options, Workgroup};
use crate::live::{Bench, NOW, examples};

/// The account of the emulator.
const ACCOUNT: &str = "111122223333";

/// Actions that are in a policy and that no example needs, each with what needs it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("athena:ListQueryExecutions", "a run that is resumed looks for submissions whose answer it never got"),
    ("athena:StopQueryExecution", "a run that is interrupted stops its queries"),
    ("s3:AbortMultipartUpload", "Athena writes large files in parts"),
    ("s3:ListBucketMultipartUploads", "Athena writes large files in parts"),
    ("s3:ListMultipartUploadParts", "Athena writes large files in parts"),
];

/// A policy, as IAM reads it.
struct Policy(Vec<Value>);

impl Policy {
    fn read(json: &[u8]) -> Self {
        let policy: Value = serde_json::from_slice(json).expect("a policy is JSON");
        assert_eq!(policy["Version"], "2012-10-17");
        let statements = policy["Statement"].as_array().expect("statements").clone();
        let ids: BTreeSet<&str> = statements.iter().filter_map(|statement| statement["Sid"].as_str()).collect();
        assert_eq!(ids.len(), statements.len(), "each statement has an id of its own");
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        Self(statements)
    }

    fn allows(&self, call: &Call) -> bool {
        self.0.iter().any(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            texts(&statement["Action"]).iter().any(|action| is_like(action, &call.action))
                && texts(&statement["Resource"]).iter().any(|resource| is_like(resource, &call.resource))
                && holds(&statement["Condition"], call)
        })
    }

    fn actions(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|statement| texts(&statement["Action"])).collect()
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// The one condition that these policies have: what a listing's keys begin with.
fn holds(condition: &Value, call: &Call) -> bool {
    let Value::Object(operators) = condition else { return true };
    operators.iter().all(|(operator, keys)| {
        assert_eq!(operator, "StringLike");
        let keys = keys.as_object().expect("keys of the condition");
        keys.iter().all(|(key, patterns)| {
            assert_eq!(key, "s3:prefix");
            let prefix = call.prefix.as_deref();
            prefix.is_some_and(|prefix| texts(patterns).iter().any(|pattern| is_like(pattern, prefix)))
        })
    })
}

/// Whether a text is like a pattern in which `*` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn patterns_are_read_as_iam_does() {
    for (pattern, text, is) in [
        ("a*c", "abc", true),
        ("a*c", "ac", true),
        ("a*c", "acd", false),
        ("a/*", "a/", true),
        ("a/*", "b/a/", false),
        ("a", "a", true),
        ("a", "ab", false),
        ("*/x/*", "r/x/y", true),
        ("ab*b", "ab", false),
    ] {
        assert_eq!(is_like(pattern, text), is, "{pattern} {text}");
    }
}

/// Runs an example under its policy; gives the actions of the policy and of the calls.
fn under_its_policy(bench: &Bench, spec: &str, more: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut arguments = vec!["explain", spec, "--now", NOW, "--iam", "--account", ACCOUNT, "--engine", "athena"];
    arguments.extend(more);
    let printed = bench.program.call(&arguments);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    let policy = Policy::read(&printed.stdout);
    let before = bench.emulator.calls().len();
    for command in ["explain", "run"] {
        let mut arguments = vec![command, spec, "--now", NOW, "--engine", "athena"];
        arguments.extend(more);
        let ended = bench.program.call(&arguments);
        assert!(matches!(ended.code, 0 | 10 | 11), "{spec}: {}", ended.stderr);
    }
    let calls = bench.emulator.calls().split_off(before);
    assert!(!calls.is_empty());
    for call in &calls {
        assert!(policy.allows(call), "{spec}: {call:?}\n{}", String::from_utf8_lossy(&printed.stdout));
    }
    (policy.actions(), calls.into_iter().map(|call| call.action).collect())
}

#[test]
fn a_policy_allows_what_a_run_asks_and_no_more() {
    let bench = Bench::new(Options::default());
    let (mut allowed, mut asked) = (BTreeSet::new(), BTreeSet::new());
    for (_, spec) in examples() {
        let spec = spec.to_string_lossy().into_owned();
        let before = bench.emulator.calls().len();
        let arguments = ["explain", &spec, "--now", NOW, "--iam", "--output-location", "s3://out/athplan"];
        assert_eq!(bench.program.call(&arguments).code, 0);
        assert_eq!(bench.emulator.calls().len(), before, "the policy of declared tables needs no access");
        let (more_allowed, more_asked) = under_its_policy(&bench, &spec, &["--output-location", "s3://out/athplan"]);
        allowed.extend(more_allowed);
        asked.extend(more_asked);
    }
    let elsewhere: BTreeSet<String> = ELSEWHERE.iter().map(|(action, _)| (*action).to_owned()).collect();
    let idle: Vec<&String> = allowed.difference(&asked).filter(|action| !elsewhere.contains(*action)).collect();
    assert!(idle.is_empty(), "no example needs {idle:?}");
    let idle: Vec<&String> = elsewhere.intersection(&asked).collect();
    assert!(idle.is_empty(), "an example needs {idle:?}, which then is no exception");
}

/// What only the account knows is asked for: the location of the workgroup, tables that exist.
#[test]
fn what_the_spec_does_not_say_comes_from_the_account() {
    let workgroups = vec![Workgroup::enforcing("primary", "s3://out/group/")];
    let bench = Bench::new(Options { workgroups, ..Options::default() });
    let spec = format!("{}/01-bobs-devops-keys/spec.sql", crate::live::EXAMPLES);
    under_its_policy(&bench, &spec, &[]);
    let location = "s3://trail-bucket/AWSLogs/111111111111/CloudTrail/us-east-1/";
    bench.execute(&format!(
        "CREATE EXTERNAL TABLE registered (records array<struct<eventname:string>>) PARTITIONED BY (day string) \
         ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{location}'"
    ));
    bench.execute(&format!("ALTER TABLE registered ADD PARTITION (day = 'x') LOCATION '{location}2019/03/05/'"));
    bench.program.file("live.sql", "SELECT count(*) AS n FROM registered WHERE day = 'x';");
    under_its_policy(&bench, "live.sql", &["--region", "us-east-1"]);
}

/// A policy to read: two Regions and some days of one table, a local file, the output and its key.
#[test]
fn the_policy_of_an_example() {
    let mut program = crate::program::Program::new();
    program.variable("AWS_EC2_METADATA_DISABLED", "true");
    let spec = format!("{}/02-parameters-and-indicators/spec.sql", crate::live::EXAMPLES);
    let call = ["explain", &spec, "--now", NOW, "--iam", "--output-location", "s3://my-bucket/athplan"];
    let narrow =
        ["--region", "us-gov-west-1", "--account", ACCOUNT, "--database", "logs", "--encryption", "SSE_KMS=k1"];
    let ended = program.call(&[&call[..], &narrow].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    crate::cli::held("policy", &String::from_utf8(ended.stdout).expect("text"));
    let ended = program.call(&call);
    assert!(String::from_utf8_lossy(&ended.stdout).contains("arn:aws:athena:*:*:workgroup/primary"));
    let nowhere = program.call(&[&call[..5], &["--region", "us-east-1"]].concat());
    assert!(nowhere.stderr.contains("--output-location is given"), "{}", nowhere.stderr);
    program.file("wrong.sql", "SELECT nope FROM (VALUES 1) AS v(n);");
    let wrong = program.call(&["explain", "wrong.sql", "--iam"]);
    assert_eq!(wrong.code, 3, "a wrong spec is said before AWS is asked: {}", wrong.stderr);
}
