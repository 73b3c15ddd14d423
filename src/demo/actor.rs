//! Who makes calls: people, sessions of roles, AWS itself.

use super::clock::iso;
use super::random::Random;
use super::record::{Empty, SessionAttributes, SessionContext, SessionIssuer, UserIdentity};

/// The account whose trail the archive is.
pub const ACCOUNT: &str = "111111111111";

/// Somebody or something that makes calls, from one place with one program.
#[derive(Debug, PartialEq)]
pub struct Actor {
    /// What CloudTrail says of them.
    pub identity: UserIdentity,
    /// Their address; AWS's own services show their host name.
    pub address: String,
    /// Their program.
    pub agent: String,
}

impl Actor {
    /// A user of the account, with the long-lived key of that user.
    pub fn user(name: &str, address: &str, agent: &str) -> Self {
        let arn = format!("arn:aws:iam::{ACCOUNT}:user/{name}");
        let mut random = Random::of(&arn);
        let identity = UserIdentity {
            kind: "IAMUser",
            principal_id: Some(random.identifier("AIDA")),
            access_key_id: Some(random.identifier("AKIA")),
            arn: Some(arn),
            account_id: Some(ACCOUNT.to_owned()),
            user_name: Some(name.to_owned()),
            ..UserIdentity::default()
        };
        Self { identity, address: address.to_owned(), agent: agent.to_owned() }
    }

    /// The account's root user, who has no key.
    pub fn root(address: &str, agent: &str) -> Self {
        let identity = UserIdentity {
            kind: "Root",
            principal_id: Some(ACCOUNT.to_owned()),
            arn: Some(format!("arn:aws:iam::{ACCOUNT}:root")),
            account_id: Some(ACCOUNT.to_owned()),
            ..UserIdentity::default()
        };
        Self { identity, address: address.to_owned(), agent: agent.to_owned() }
    }

    /// An AWS service acting for itself.
    pub fn service(host: &'static str) -> Self {
        let identity = UserIdentity { kind: "AWSService", invoked_by: Some(host), ..UserIdentity::default() };
        Self { identity, address: host.to_owned(), agent: host.to_owned() }
    }

    /// A session of a role, which began at `since` and works with the temporary key `key`.
    pub fn session(role: &str, session: &str, key: &str, since: i64, address: &str, agent: &str) -> Self {
        let account = account_of(role);
        let name = name_of(role);
        let principal = principal_of(role);
        let identity = UserIdentity {
            kind: "AssumedRole",
            principal_id: Some(format!("{principal}:{session}")),
            arn: Some(session_arn(role, session)),
            account_id: Some(account.to_owned()),
            access_key_id: Some(key.to_owned()),
            session_context: Some(SessionContext {
                session_issuer: SessionIssuer {
                    kind: "Role",
                    principal_id: principal,
                    arn: role.to_owned(),
                    account_id: account.to_owned(),
                    user_name: name.to_owned(),
                },
                web_id_federation_data: Empty {},
                attributes: SessionAttributes { creation_date: iso(since), mfa_authenticated: "false" },
                ec2_role_delivery: session.starts_with("i-").then_some("2.0"),
            }),
            ..UserIdentity::default()
        };
        Self { identity, address: address.to_owned(), agent: agent.to_owned() }
    }
}

/// The account of a role's ARN.
pub fn account_of(role: &str) -> &str {
    role.split(':').nth(4).expect("the generator's roles are written as ARNs")
}

/// The name of a role, its path left away.
fn name_of(role: &str) -> &str {
    role.rsplit('/').next().expect("a split has at least one piece")
}

/// The identifier of a role.
pub fn principal_of(role: &str) -> String {
    Random::of(role).identifier("AROA")
}

/// What a session of a role is called.
pub fn session_arn(role: &str, session: &str) -> String {
    format!("arn:aws:sts::{}:assumed-role/{}/{session}", account_of(role), name_of(role))
}
