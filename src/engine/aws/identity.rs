//! Who asks: where the credentials come from, how long they hold, and whose account it is.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where the credentials come from, in words.
    pub kind: &'static str,
    /// The last letters of the access key's id.
    pub key: String,
    /// When they end; none if they do not.
    pub end: Option<SystemTime>,
    /// The account.
    pub account: Option<String>,
}

/// What the SDK notes of a source, and the words for it; the first that was noted counts: a role that was assumed
/// with a profile's keys is the role.
const KINDS: &[(AwsCredentialFeature, &str)] = &[
    (AwsCredentialFeature::CredentialsStsAssumeRole, "an assumed role"),
    (AwsCredentialFeature::CredentialsStsAssumeRoleWebId, "a role by web identity"),
    (AwsCredentialFeature::CredentialsProfileSso, "single sign-on"),
    (AwsCredentialFeature::CredentialsSso, "single sign-on"),
    (AwsCredentialFeature::CredentialsProfileProcess, "a process"),
    (AwsCredentialFeature::CredentialsProcess, "a process"),
    (AwsCredentialFeature::CredentialsHttp, "the role of a container"),
    (AwsCredentialFeature::CredentialsImds, "the role of the machine"),
    (AwsCredentialFeature::CredentialsProfile, "the profile"),
    (AwsCredentialFeature::CredentialsEnvVars, "environment variables"),
];

impl Identity {
    /// Whose credentials these are.
    pub fn of(credentials: &Credentials) -> Self {
        let noted = credentials.get_property::<Vec<AwsCredentialFeature>>();
        let kind = noted.and_then(|noted| KINDS.iter().find(|(feature, _)| noted.contains(feature)));
        let key = credentials.access_key_id();
        let last = key.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        Self {
            kind: kind.map_or("the environment", |(_, words)| *words),
            key: key[last..].to_owned(),
            end: credentials.expiry(),
            account: credentials.account_id().map(|id| id.as_str().to_owned()).or_else(|| account_of(key)),
        }
    }
}

/// The account that the id of an access key tells: forty bits behind the first of its base32 text, as
/// GetAccessKeyInfo reads it (<https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>). Keys made
/// before 2019 are written otherwise, and tell none.
fn account_of(key: &str) -> Option<String> {
    let (kind, text) = key.split_at_checked(4)?;
    if !matches!(kind, "AKIA" | "ASIA") || text.len() != 16 || text < "Q" {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    };
    // Ten letters hold fifty bits, of which the account has those from the second to the forty-first.
    let bits = text.bytes().take(10).try_fold(0_u64, |bits, byte| Some((bits << 5) | digit(byte)?))?;
    Some(format!("{:012}", (bits >> 9) & ((1 << 40) - 1)))
}

#[cfg(test)]
mod tests {
    use super::{Identity, account_of};
    use aws_credential_types::Credentials;

    /// The example of the article that described it: "A short note on AWS KEY ID", 2023.
    #[test]
    fn a_key_tells_its_account() {
        assert_eq!(account_of("ASIAQNZGKIQY56JQ7WML").as_deref(), Some("029608264753"));
        for other in ["AKIATEST", "AKIAIOSFODNN7EXAMPLE", "", "ASIAQNZGKIQY56JQ7WM!é"] {
            assert_eq!(account_of(other), None, "{other}");
        }
    }

    #[test]
    fn of_a_key_only_the_end_is_shown() {
        let identity = Identity::of(&Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test"));
        assert_eq!((identity.key.as_str(), identity.kind), ("MPLE", "the environment"));
    }
}
