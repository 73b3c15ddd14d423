//! Classifying what a service answers with instead of doing what it was asked: by the error's type,
//! Athena's own code, and the words of the message.
//!
//! Athena gives one type and few codes to nearly every mistake, and not always the same code to the
//! same one; so the words decide, and the code only what the words leave open.

use crate::engine::{EngineError, ErrorClass};

/// An error as a service answers it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// The call, as a policy names it: `athena:StartQueryExecution`.
    pub action: &'a str,
    /// The error's type: `__type` of the body (`InvalidRequestException`), or S3's `Code`.
    pub kind: &'a str,
    /// `AthenaErrorCode`.
    pub code: Option<&'a str>,
    /// The message.
    pub message: &'a str,
    /// The status of the response.
    pub status: u16,
}

/// Types that say that what proves who asks is no longer valid.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired"];

/// Types that speak of who asks.
const CREDENTIALS: &[&str] = &[
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Types that speak of the Region.
const REGIONS: &[&str] =
    &["AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect", "TemporaryRedirect"];

/// Types that speak of what who asks may do.
const PERMISSION: &[&str] = &["AccessDenied", "AccessDeniedException", "AllAccessDisabled", "NotAuthorized"];

/// Types that speak of how much is asked.
const THROTTLED: &[&str] =
    &["RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException"];

/// The messages of Athena that do not speak of a statement, by words in them: a class, and a way out.
const MESSAGES: &[(&str, ErrorClass, &str)] = &[
    (
        "WorkGroup is not found",
        ErrorClass::Configuration,
        "name one with --workgroup; workgroups belong to a Region, so look whether --region is the right one too",
    ),
    (
        "WorkGroup is disabled",
        ErrorClass::Configuration,
        "enable it (aws athena update-work-group --state ENABLED), or name another with --workgroup",
    ),
    ("No output location provided", ErrorClass::Configuration, OUTPUT),
    ("outputLocation is not a valid S3 path", ErrorClass::Configuration, OUTPUT),
    (
        "Unable to verify/create output bucket",
        ErrorClass::Configuration,
        "the bucket of --output-location must be there, in the Region of --region, and writable",
    ),
    (
        "The S3 location provided to save your query results is invalid",
        ErrorClass::Configuration,
        "the bucket of --output-location must be there, in the Region of --region, and writable",
    ),
    ("QueryExecution ", ErrorClass::Lost, ""),
    ("Could not find results", ErrorClass::Lost, ""),
    ("Query has not yet finished", ErrorClass::Transient, ""),
];

/// The way out where it is another Region that knows who asks, or what is asked for.
const REGION: &str = "give the Region of the workgroup with --region (or AWS_REGION); with an endpoint of your own \
                      (AWS_ENDPOINT_URL…), the Region that it expects";

/// The way out where the clocks do not agree: signatures hold for some minutes.
const CLOCK: &str = "set the clock of this machine: AWS takes a request for some minutes around its own time";

/// Where the policy comes from.
pub const POLICY: &str = "`athplan explain --iam SPEC` prints the policy that a spec needs";

/// The way out where nobody answers.
pub const NETWORK: &str = "is the network there, and does it let AWS through? A proxy is taken from HTTPS_PROXY, an endpoint of \
                           your own from AWS_ENDPOINT_URL_ATHENA, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL";

/// The way out where a location for results is missing.
const OUTPUT: &str = "give --output-location s3://BUCKET/PREFIX/, or set a location in the workgroup";

/// The way out where nobody is known.
const LOG_IN: &str = "log in (aws sso login), name a profile with --profile or AWS_PROFILE, or set \
                      AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` says who you are";

/// Classifies an answer.
pub fn classify(answer: Answer<'_>) -> EngineError {
    let Answer { kind, message, .. } = answer;
    let said = if message.is_empty() { kind } else { super::text::without_tails(message) };
    let error = |class| EngineError::new(class, said.to_owned());
    if kind == "RequestTimeTooSkewed"
        || message.starts_with("Signature expired")
        || message.starts_with("Signature not yet")
    {
        let message = format!("AWS does not accept the time of the request: {said}");
        return EngineError::new(ErrorClass::Configuration, message).with_help(CLOCK);
    }
    if REGIONS.contains(&kind) || message.contains("Credential should be scoped to a valid region") {
        let message = format!("the request went to another Region than it was signed for: {said}");
        return EngineError::new(ErrorClass::Configuration, message).with_help(REGION);
    }
    if EXPIRED.contains(&kind) {
        return expired(said);
    }
    if CREDENTIALS.contains(&kind) {
        return credentials(&format!("AWS does not accept the credentials: {said}"));
    }
    if PERMISSION.contains(&kind) {
        return permission(answer);
    }
    if THROTTLED.contains(&kind) || answer.status == 429 || answer.status == 503 {
        return error(ErrorClass::Throttled);
    }
    if answer.status >= 500 || kind == "InternalServerException" || kind == "InternalError" {
        return error(ErrorClass::Transient);
    }
    match kind {
        "MetadataException" => return metadata(answer),
        "UnknownOperationException" | "SerializationException" => {
            let help = "what answers there is not Athena; look at AWS_ENDPOINT_URL_ATHENA and AWS_ENDPOINT_URL";
            return error(ErrorClass::Configuration).with_help(help);
        }
        _ => {}
    }
    if let Some((_, class, help)) = MESSAGES.iter().find(|(words, ..)| message.starts_with(words)) {
        let found = error(*class);
        return if help.is_empty() { found } else { found.with_help(*help) };
    }
    match answer.code {
        Some("QUERY_EXECUTION_NOT_FOUND" | "RESULT_NOT_FOUND") => error(ErrorClass::Lost),
        Some("DATACATALOG_NOT_FOUND") => {
            error(ErrorClass::Configuration).with_help("name a data catalog that exists with --data-catalog")
        }
        _ if message.contains("Member must have length less than or equal to 262144") => error(ErrorClass::Exhausted),
        _ => error(ErrorClass::Statement),
    }
}

/// An error of credentials, with what to do.
pub fn credentials(message: &str) -> EngineError {
    EngineError::new(ErrorClass::Credentials, message).with_help(LOG_IN)
}

/// Credentials that were good once.
fn expired(said: &str) -> EngineError {
    let help = "log in again (aws sso login), or get new ones the way that these were got; `aws sts \
                get-caller-identity` says whether they are taken";
    EngineError::new(ErrorClass::Credentials, format!("the credentials have expired: {said}")).with_help(help)
}

/// A denial: which action on what, so that it can be asked for.
fn permission(answer: Answer<'_>) -> EngineError {
    let message = answer.message;
    let denied = between(message, "perform: ", " ").unwrap_or(answer.action);
    let resource = between(message, "on resource: ", " ");
    let mut help = format!("ask for the permission {denied}");
    if let Some(resource) = resource {
        help.push_str(&format!(" on {resource}"));
    }
    help.push_str(&format!("; {POLICY}"));
    let said = if message.is_empty() { answer.kind } else { message };
    EngineError::new(ErrorClass::Permission, format!("{denied} is denied: {said}")).with_help(help)
}

/// A refusal of the data catalog, whose own error stands inside the message.
fn metadata(answer: Answer<'_>) -> EngineError {
    let inner = between(answer.message, "Error Code: ", ";").unwrap_or_default();
    let said = answer.message.to_owned();
    if PERMISSION.contains(&inner) {
        let denied = between(answer.message, "perform: ", " ")
            .unwrap_or("glue:GetDatabase, glue:GetTable, glue:GetTables and glue:GetPartitions");
        let resource = between(answer.message, "on resource: ", " ").unwrap_or("the database and its tables");
        let help = format!(
            "ask for {denied} on {resource}, its database and the catalog, and for access in Lake Formation if it guards \
             them; {POLICY}"
        );
        return EngineError::new(ErrorClass::Permission, said).with_help(help);
    }
    let status = between(answer.message, "Status Code: ", ";").and_then(|status| status.parse::<u16>().ok());
    match inner {
        _ if THROTTLED.contains(&inner) => EngineError::new(ErrorClass::Throttled, said),
        _ if status.is_some_and(|status| status >= 500) => EngineError::new(ErrorClass::Transient, said),
        _ => EngineError::new(ErrorClass::Statement, said),
    }
}

/// Whether the data catalog says that there is no such table or database.
pub fn is_missing_entity(error: &EngineError) -> bool {
    error.class == ErrorClass::Statement
        && (error.message.starts_with("Entity Not Found") || error.message.contains("EntityNotFoundException"))
}

/// The text behind some words, up to an end or the message's; none if the words do not stand there.
pub fn between<'a>(message: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(begin)?;
    let found = rest.split(end).next().unwrap_or(rest).trim_end_matches('.');
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{Answer, classify, is_missing_entity};
    use crate::engine::ErrorClass;

    fn invalid<'a>(code: &'a str, message: &'a str) -> Answer<'a> {
        let (action, kind) = ("athena:StartQueryExecution", "InvalidRequestException");
        Answer { action, kind, code: Some(code), message, status: 400 }
    }

    /// Messages of athena-wire, sections 1, 2, 5 and 9; the code is not the same on all days.
    #[test]
    fn every_refusal_has_its_class() {
        use ErrorClass::{Configuration, Lost, Statement, Transient};
        let cases = [
            ("INVALID_INPUT", "WorkGroup is not found.", Configuration),
            ("INVALID_INPUT", "WorkGroup is disabled.", Configuration),
            (
                "INVALID_INPUT",
                "No output location provided. You did not provide an output location for  your query results.",
                Configuration,
            ),
            ("INVALID_INPUT", "outputLocation is not a valid S3 path.", Configuration),
            ("INVALID_INPUT", "Unable to verify/create output bucket b", Configuration),
            ("DATACATALOG_NOT_FOUND", "Catalog 'x' does not exist", Configuration),
            ("MALFORMED_QUERY", "line 1:8: mismatched input 'EXTERNAL'. Expecting: 'MATERIALIZED'", Statement),
            ("MALFORMED_QUERY", "Queries of this type are not supported", Statement),
            ("INVALID_INPUT", "Queries of this type are not supported", Statement),
            ("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match", Statement),
            ("QUERY_EXECUTION_NOT_FOUND", "QueryExecution 1 was not found", Lost),
            ("RESULT_NOT_FOUND", "Could not find results", Lost),
            ("INVALID_QUERY_EXECUTION_STATE", "Query has not yet finished. Current state: RUNNING", Transient),
            (
                "INVALID_QUERY_EXECUTION_STATE",
                "Query did not finish successfully. Final query state: FAILED",
                Statement,
            ),
        ];
        for (code, message, class) in cases {
            let error = classify(invalid(code, message));
            assert_eq!((error.class, error.message.as_str()), (class, message));
            assert_eq!(error.help.is_some(), class == Configuration, "{message}");
        }
    }

    #[test]
    fn types_speak_of_credentials_permissions_and_rates() {
        use ErrorClass::{Configuration, Credentials, Permission, Throttled, Transient};
        let cases = [
            ("ExpiredTokenException", 400, Credentials),
            ("UnrecognizedClientException", 400, Credentials),
            ("InvalidSignatureException", 400, Credentials),
            ("RequestTimeTooSkewed", 403, Configuration),
            ("AuthorizationHeaderMalformed", 400, Configuration),
            ("AccessDeniedException", 400, Permission),
            ("AccessDenied", 403, Permission),
            ("TooManyRequestsException", 400, Throttled),
            ("ThrottlingException", 400, Throttled),
            ("SlowDown", 503, Throttled),
            ("InternalServerException", 500, Transient),
            ("UnknownOperationException", 400, Configuration),
            ("", 502, Transient),
        ];
        for (kind, status, class) in cases {
            let error = classify(Answer { action: "athena:GetQueryResults", kind, status, ..Answer::default() });
            assert_eq!(error.class, class, "{kind}");
            assert_eq!(error.help.is_some(), matches!(class, Credentials | Permission | Configuration), "{kind}");
        }
    }

    /// What is signed for another Region or at another time is signed by the right one all the same.
    #[test]
    fn signatures_tell_more_than_who_asks() {
        let signed = |message| Answer { kind: "InvalidSignatureException", message, ..invalid("", "") };
        let cases = [
            ("Credential should be scoped to a valid region.", ErrorClass::Configuration, "--region"),
            (
                "Signature expired: 20260917T080000Z is now earlier than 20260917T085500Z",
                ErrorClass::Configuration,
                "clock",
            ),
            ("The request signature we calculated does not match", ErrorClass::Credentials, "log in"),
        ];
        for (message, class, help) in cases {
            let error = classify(signed(message));
            assert_eq!(error.class, class, "{message}");
            assert!(error.help.is_some_and(|text| text.contains(help)), "{message}");
        }
        let expired = classify(Answer { kind: "ExpiredTokenException", message: "x", ..invalid("", "") });
        assert_eq!(expired.message, "the credentials have expired: x");
    }

    #[test]
    fn a_denial_names_what_to_ask_for() {
        let message = "User: arn:aws:iam::111111111111:user/bob is not authorized to perform: athena:GetWorkGroup on resource: \
                       arn:aws:athena:us-east-1:111111111111:workgroup/primary because no identity-based policy allows it";
        let error = classify(Answer { kind: "AccessDeniedException", message, ..invalid("", "") });
        assert!(error.message.starts_with("athena:GetWorkGroup is denied: User: arn:aws:iam::111111111111:user/bob"));
        let help = "ask for the permission athena:GetWorkGroup on arn:aws:athena:us-east-1:111111111111:workgroup/primary; \
             `athplan explain --iam SPEC` prints the policy that a spec needs";
        assert_eq!(error.help.as_deref(), Some(help));
        let bare = classify(Answer { kind: "AccessDeniedException", message: "", ..invalid("", "") });
        assert!(bare.help.is_some_and(|help| help.starts_with("ask for the permission athena:StartQueryExecution;")));
    }

    /// Athena-wire, section 8: a MetadataException alone does not say that something is missing.
    #[test]
    fn the_catalogs_own_error_stands_inside_the_message() {
        let metadata = |inner: &str, status: u16| {
            format!(
                "Entity (Service: AmazonDataCatalog; Status Code: {status}; Error Code: {inner}; Request ID: 1; Proxy: null)"
            )
        };
        let classified = |message: &str| {
            classify(Answer {
                action: "athena:GetTableMetadata",
                kind: "MetadataException",
                code: None,
                message,
                status: 400,
            })
        };
        let missing = classified(&metadata("EntityNotFoundException", 400));
        assert!(is_missing_entity(&missing));
        for (inner, status, class) in [
            ("AccessDeniedException", 400, ErrorClass::Permission),
            ("ThrottlingException", 400, ErrorClass::Throttled),
            ("InternalServiceException", 500, ErrorClass::Transient),
        ] {
            let error = classified(&metadata(inner, status));
            assert_eq!(error.class, class, "{inner}");
            assert!(!is_missing_entity(&error), "{inner}");
        }
    }
}
