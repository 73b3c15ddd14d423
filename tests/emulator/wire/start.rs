//! StartQueryExecution: the checks in the order that was seen, then the token, then the quota.
//!
//! Order, texts and codes as measured on Athena in September 2026, except where the workgroup and the
//! missing output location stand among the checks, which was not measured.

use std::sync::Arc;

use serde_json::{Value, json};

use super::body::{Body, Member, Shape, optional, required};
use super::error::WireError;
use crate::emulator::Shared;
use crate::emulator::catalog::{CATALOG, TableName};
use crate::emulator::execution::{Compared, Execution, Failure, Registered, Request, begin};
use crate::emulator::statement::{Kind, Statement, echo, one_statement, put_in, read};
use crate::emulator::workgroup::Workgroup;

/// The longest text of a statement.
const TEXT_LIMIT: usize = 262_144;

/// The members of the request.
pub const MEMBERS: &[Member] = &[
    required("QueryString", Shape::Text(1, TEXT_LIMIT)),
    // The token's length is checked by its own rules.
    optional("ClientRequestToken", Shape::Text(0, usize::MAX)),
    optional(
        "QueryExecutionContext",
        Shape::Structure(&[optional("Database", Shape::Text(1, 255)), optional("Catalog", Shape::Text(1, 256))]),
    ),
    optional(
        "ResultConfiguration",
        Shape::Structure(&[
            optional("OutputLocation", Shape::Text(0, usize::MAX)),
            optional("ExpectedBucketOwner", Shape::Text(12, 12)),
            optional(
                "EncryptionConfiguration",
                Shape::Structure(&[
                    required("EncryptionOption", Shape::Text(1, 32)),
                    optional("KmsKey", Shape::Text(0, 2048)),
                ]),
            ),
            optional("AclConfiguration", Shape::Structure(&[required("S3AclOption", Shape::Text(1, 32))])),
        ]),
    ),
    optional("WorkGroup", Shape::Text(1, 128)),
    optional("ExecutionParameters", Shape::List(1, usize::MAX)),
    optional(
        "ResultReuseConfiguration",
        Shape::Structure(&[optional(
            "ResultReuseByAgeConfiguration",
            Shape::Structure(&[
                optional("Enabled", Shape::Flag),
                optional("MaxAgeInMinutes", Shape::Integer(0, 10_080)),
            ]),
        )]),
    ),
];

/// Takes a statement.
pub fn start(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let sent = body.text(&["QueryString"]).unwrap_or_default();
    let token = token(body)?;
    let wanted = output_location(body)?;
    let name = body.text(&["WorkGroup"]).unwrap_or("primary");
    let workgroup = shared.workgroup(name).ok_or_else(|| WireError::input("WorkGroup is not found."))?;
    if !workgroup.enabled {
        return Err(WireError::input(format!("WorkGroup {name} is disabled.")));
    }
    let output = output(&workgroup, wanted)?;
    let text = one_statement(sent)?;
    let parameters = body.list("ExecutionParameters");
    let bound = put_in(text, &parameters);
    let mut statement = read(&bound.text)?;
    if let Some((found, expected)) = bound.wrong_count {
        let reason = format!(
            "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected {expected} but found {found}"
        );
        statement.doomed = Some(Failure::new(2, 1100, reason));
    }
    check_names(shared, body, &statement)?;
    submit(shared, body, &workgroup, Submission { sent, text, token, output, parameters, statement })
}

/// A request that has passed its checks.
struct Submission<'a> {
    sent: &'a str,
    text: &'a str,
    token: &'a str,
    output: Option<String>,
    parameters: Vec<String>,
    statement: Statement,
}

fn submit(
    shared: &Arc<Shared>,
    body: &Body,
    workgroup: &Workgroup,
    submission: Submission<'_>,
) -> Result<Value, WireError> {
    let Submission { sent, text, token, output, parameters, statement } = submission;
    let catalog = body.text(&["QueryExecutionContext", "Catalog"]);
    let database = body.text(&["QueryExecutionContext", "Database"]);
    let compared = Compared([
        Some(sent.to_owned()),
        catalog.map(str::to_owned),
        database.map(str::to_owned),
        // Where the workgroup decides, it is the same place whether it is asked for or not.
        if workgroup.enforced {
            output.clone()
        } else {
            body.text(&["ResultConfiguration", "OutputLocation"]).map(str::to_owned)
        },
    ]);
    let echo = echo(text, &statement);
    let statement = Arc::new(statement);
    let kind = statement.kind;
    let quota = if kind.takes_dml_slot() { shared.quotas.dml } else { shared.quotas.ddl };
    let has_room = |active: &[Arc<Execution>]| {
        let same = |execution: &&Arc<Execution>| execution.statement.kind.takes_dml_slot() == kind.takes_dml_slot();
        quota.is_none_or(|quota| active.iter().filter(same).count() < quota)
    };
    let make = |id: String| {
        let location = output.as_ref().map(|output| format!("{output}{}", kind.result_key(&id)));
        let request = Request {
            query: echo.query,
            catalog: catalog.map(str::to_lowercase),
            database: echo.database.or(database.map(str::to_owned)),
            workgroup: workgroup.name.clone(),
            parameters,
            output,
            location,
            owner: body.text(&["ResultConfiguration", "ExpectedBucketOwner"]).map(str::to_owned),
            encryption: body.value(&["ResultConfiguration", "EncryptionConfiguration"]).cloned(),
        };
        Execution::new(id, statement, request, shared.clock.now())
    };
    match shared.executions.register(token, compared, has_room, make) {
        Registered::New(execution) => {
            let id = execution.id.clone();
            begin(shared, execution);
            Ok(json!({ "QueryExecutionId": id }))
        }
        Registered::Known(id) => Ok(json!({ "QueryExecutionId": id })),
        Registered::Mismatch => {
            Err(WireError::invalid("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match"))
        }
        Registered::Refused => Err(WireError::too_many()),
    }
}

fn token(body: &Body) -> Result<&str, WireError> {
    let token = body.text(&["ClientRequestToken"]).unwrap_or_default();
    if token.is_empty() {
        return Err(WireError::input("clientRequestToken is null or empty"));
    }
    let length = token.chars().count();
    let violated = |bound: &str| {
        WireError::input(format!(
            "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have \
             length {bound}"
        ))
    };
    if length < 32 {
        return Err(violated("greater than or equal to 32"));
    }
    if length > 128 {
        return Err(violated("less than or equal to 128"));
    }
    if token.len() > 128 {
        return Err(WireError::input("clientRequestToken exceeds maximum allowed length 128"));
    }
    Ok(token)
}

fn output_location(body: &Body) -> Result<Option<String>, WireError> {
    let Some(location) = body.text(&["ResultConfiguration", "OutputLocation"]) else { return Ok(None) };
    let bucket = location.strip_prefix("s3://").map(|path| path.split('/').next().unwrap_or_default());
    match bucket {
        Some(bucket) if !bucket.is_empty() => Ok(Some(format!("{}/", location.trim_end_matches('/')))),
        _ => Err(WireError::input("outputLocation is not a valid S3 path.")),
    }
}

/// Where the results go; none where Athena keeps them.
fn output(workgroup: &Workgroup, wanted: Option<String>) -> Result<Option<String>, WireError> {
    if workgroup.managed {
        return Ok(None);
    }
    let output =
        if workgroup.enforced { workgroup.output.clone() } else { wanted.or_else(|| workgroup.output.clone()) };
    match output {
        Some(output) => Ok(Some(output)),
        None => Err(WireError::input(
            "No output location provided. You did not provide an output location for  your query results. Either \
             specify an S3 bucket location or enable Athena managed query results in your workgroup settings.",
        )),
    }
}

/// What of Hive's statements is refused at once: another catalog, and things that are not there to be
/// described.
fn check_names(shared: &Shared, body: &Body, statement: &Statement) -> Result<(), WireError> {
    let Some(name) = &statement.name else { return Ok(()) };
    let parts: Vec<String> = name.parts.iter().map(|(part, _)| part.clone()).collect();
    if let [catalog, _, _] = parts.as_slice()
        && catalog != CATALOG
        && !statement.kind.is_query()
    {
        let message = format!("Catalog '{catalog}' does not exist");
        return Err(WireError::invalid("DATACATALOG_NOT_FOUND", message));
    }
    let context = body.text(&["QueryExecutionContext", "Database"]);
    let is_missing = || shared.catalog.entry(&TableName::resolve(&parts, context)).is_none();
    if matches!(statement.kind, Kind::Describe | Kind::ShowColumns) && is_missing() {
        return Err(WireError::input(shared.entity_not_found()));
    }
    Ok(())
}
