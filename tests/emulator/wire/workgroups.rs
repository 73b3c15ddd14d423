//! GetWorkGroup and ListWorkGroups, with the keys that were measured on Athena in September 2026; the
//! settings of managed results follow the service's model.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::body::Body;
use super::error::WireError;
use super::{page, timestamp};
use crate::emulator::Shared;
use crate::emulator::workgroup::Workgroup;

/// GetWorkGroup.
pub fn get(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let name = body.text(&["WorkGroup"]).unwrap_or_default();
    let workgroup = shared.workgroup(name).ok_or_else(|| WireError::input("WorkGroup is not found."))?;
    let mut members = Map::new();
    members.insert("Configuration".to_owned(), configuration(&workgroup));
    members.insert("CreationTime".to_owned(), timestamp(shared, 0.0));
    members.insert("Name".to_owned(), json!(workgroup.name));
    members.insert("State".to_owned(), json!(state(&workgroup)));
    if !workgroup.description.is_empty() {
        members.insert("Description".to_owned(), json!(workgroup.description));
    }
    Ok(json!({ "WorkGroup": members }))
}

fn configuration(workgroup: &Workgroup) -> Value {
    let result = workgroup.output.as_ref().map_or(json!({}), |output| json!({ "OutputLocation": output }));
    let mut configuration = json!({
        "EnableMinimumEncryptionConfiguration": false,
        "EnforceWorkGroupConfiguration": workgroup.enforced,
        "EngineVersion": engine_version(),
        "PublishCloudWatchMetricsEnabled": false,
        "RequesterPaysEnabled": false,
        "ResultConfiguration": result,
    });
    if let Value::Object(members) = &mut configuration {
        if let Some(cutoff) = workgroup.cutoff {
            members.insert("BytesScannedCutoffPerQuery".to_owned(), json!(cutoff));
        }
        if workgroup.managed {
            members.insert("ManagedQueryResultsConfiguration".to_owned(), json!({ "Enabled": true }));
        }
    }
    configuration
}

fn engine_version() -> Value {
    json!({ "SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3" })
}

fn state(workgroup: &Workgroup) -> &'static str {
    if workgroup.enabled { "ENABLED" } else { "DISABLED" }
}

/// ListWorkGroups: no token where nothing follows, since clients loop on an empty one.
pub fn list(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let mut workgroups = shared.workgroups.clone();
    workgroups.sort_by(|a, b| a.name.cmp(&b.name));
    let malformed = |token: &str| WireError::input(format!("The nextPageToken is malformed: {token}"));
    let (workgroups, next) = page(&workgroups, body, 50, malformed)?;
    let entry = |workgroup: &Workgroup| {
        json!({
            "CreationTime": timestamp(shared, 0.0),
            "Description": workgroup.description,
            "EngineVersion": engine_version(),
            "Name": workgroup.name,
            "State": state(workgroup),
        })
    };
    let mut answer = json!({ "WorkGroups": workgroups.iter().map(entry).collect::<Vec<_>>() });
    if let (Some(next), Value::Object(members)) = (next, &mut answer) {
        members.insert("NextToken".to_owned(), json!(next));
    }
    Ok(answer)
}
