//! What Trino itself read for a statement: per scan its table, the partitions that were left, and the bytes.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What one scan of a table read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRead {
    /// The table's name.
    pub table: String,
    /// The key values of the partitions that its predicates left.
    pub partitions: Vec<Vec<String>>,
    /// Bytes, as stored.
    pub bytes: u64,
    /// Rows that its own filter left.
    pub rows: u64,
}

/// The scans of a query that has ended, from what the server tells of it.
pub fn scans(details: &Json) -> Vec<ScanRead> {
    // An operator is named after the plan's node that it ends with: a filter or projection over the scan.
    let mut nodes: BTreeMap<(u64, String), String> = BTreeMap::new();
    stages(&details["outputStage"], &mut nodes);
    let mut read: BTreeMap<(u64, String), (u64, u64)> = BTreeMap::new();
    for operator in list(&details["queryStats"]["operatorSummaries"]) {
        let stage = operator["stageId"].as_u64().unwrap_or_default();
        let node = operator["planNodeId"].as_str().unwrap_or_default().to_owned();
        if let Some(scan) = nodes.get(&(stage, node)) {
            let read = read.entry((stage, scan.clone())).or_default();
            read.0 += size(&operator["physicalInputDataSize"]);
            read.1 += operator["outputPositions"].as_u64().unwrap_or_default();
        }
    }
    let inputs = list(&details["inputs"]).iter().map(|input| {
        let text = |what: &str| input[what].as_str().unwrap_or_default().to_owned();
        let fragment = text("fragmentId").parse().expect("a number");
        let (bytes, rows) = read.get(&(fragment, text("planNodeId"))).copied().unwrap_or_default();
        ScanRead {
            table: text("table"),
            partitions: list(&input["connectorInfo"]["partitionIds"])
                .iter()
                .filter_map(Json::as_str)
                .map(key_values)
                .collect(),
            bytes,
            rows,
        }
    });
    inputs.collect()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// `108085B`.
fn size(json: &Json) -> u64 {
    json.as_str().and_then(|text| text.strip_suffix('B')).and_then(|number| number.parse().ok()).expect("bytes")
}

fn stages(stage: &Json, nodes: &mut BTreeMap<(u64, String), String>) {
    if let Some(id) = stage["plan"]["id"].as_str().and_then(|id| id.parse().ok()) {
        walk(&stage["plan"]["root"], id, &mut Vec::new(), nodes);
    }
    list(&stage["subStages"]).iter().for_each(|inner| stages(inner, nodes));
}

/// Notes every scan below a node by its own name and by those of the filters and projections right above it.
fn walk(json: &Json, stage: u64, above: &mut Vec<String>, nodes: &mut BTreeMap<(u64, String), String>) {
    match json {
        Json::Object(members) => {
            let before = above.len();
            if let (Some(kind), Some(id)) = (json["@type"].as_str(), json["id"].as_str()) {
                if kind != "filter" && kind != "project" && kind != "tableScan" {
                    above.clear();
                } else {
                    above.push(id.to_owned());
                }
                if kind == "tableScan" {
                    nodes.extend(above.iter().map(|name| ((stage, name.clone()), id.to_owned())));
                    above.clear();
                    return;
                }
            }
            members.values().for_each(|member| walk(member, stage, above, nodes));
            above.truncate(before);
        }
        Json::Array(elements) => elements.iter().for_each(|element| walk(element, stage, above, nodes)),
        _ => {}
    }
}

/// `region=a/day=2019%2F03%2F01` without the keys' names.
fn key_values(id: &str) -> Vec<String> {
    id.split('/').map(|part| unescaped(part.split_once('=').map_or(part, |(_, value)| value))).collect()
}

/// Hive's escapes in the names of folders: a percent sign and two hexadecimal digits.
pub fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("names are text")
}
