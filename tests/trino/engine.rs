//! An engine that is a real Trino, for athplan's own `run`: every statement goes to the server, and what it was, gave
//! and read is kept.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::SystemTime;

use athplan::constant::{Value, cast};
use athplan::engine::{
    Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, StoredFile, Submission,
};
use athplan::types::{Type, parse_type};
use serde_json::Value as Json;

use super::client::{Answer, Client, Refusal};
use super::reads::{ScanRead, scans};
use super::tables::Definitions;

/// What Trino says where a table without rows is to lie on a file system.
const NO_FOLDER: &str = "External table location does not exist";

/// A statement that was submitted.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its token, which holds the statement's name.
    pub token: String,
    /// Its text as athplan wrote it.
    pub sql: String,
    /// What kind it is.
    pub kind: Kind,
    /// What Trino said of the query, unchanged, when it was asked whether it is valid.
    pub valid: Result<(), Refusal>,
    /// What became of it.
    pub ended: Result<Answer, Refusal>,
    /// What it read, scan by scan.
    pub scans: Vec<ScanRead>,
}

/// The engine.
pub struct Judge {
    client: Client,
    definitions: Mutex<Definitions>,
    /// Where `s3://` lies.
    folder: PathBuf,
    asked: Mutex<Vec<Asked>>,
}

impl Judge {
    /// Over a folder that holds buckets; what Trino calls it is in the definitions.
    pub fn new(client: Client, definitions: Definitions, folder: PathBuf) -> Self {
        Self { client, definitions: Mutex::new(definitions), folder, asked: Mutex::default() }
    }

    /// What was submitted, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panicked").clone()
    }

    fn path(&self, location: &str) -> PathBuf {
        self.folder.join(location.strip_prefix("s3://").expect("locations are of S3"))
    }

    /// Stores no rows: on a file system, unlike on S3, a table needs a folder, which no file has made.
    fn store_nothing(&self, stored: &str) -> Result<Answer, Refusal> {
        let location = stored.split("external_location = '").nth(1).and_then(|rest| rest.split('\'').next());
        let location = location.expect("steps are stored at a place");
        let inside = location.strip_prefix(&self.definitions.lock().expect("nobody panicked").placed("s3://"));
        fs::create_dir_all(self.folder.join(inside.expect("it is the test's"))).expect("the folder is the test's");
        let (head, query) = stored.split_once("\nAS ").expect("a query follows");
        let answer = self.client.run(query)?;
        let columns: Vec<String> = answer.columns.iter().map(|(name, ty)| format!("\"{name}\" {ty}")).collect();
        let (table, with) = head.split_once("WITH").expect("a table is placed");
        self.client.run(&format!("{table} ({}) WITH {with}", columns.join(", ")))?;
        Ok(answer)
    }

    /// The query in a statement, and what makes Trino store its rows.
    fn stored(&self, sql: &str, number: usize) -> (String, String) {
        let definitions = self.definitions.lock().expect("nobody panicked");
        if let Some(query) = sql.strip_prefix("UNLOAD (\n") {
            let (query, target) = query.rsplit_once("\n) TO '").expect("UNLOAD says where to");
            let (location, with) = target.split_once("' WITH (").expect("UNLOAD says how");
            let location = definitions.placed(location);
            let stored =
                format!("CREATE TABLE unloaded_{number} WITH (external_location = '{location}', {with}\nAS {query}");
            return (query.to_owned(), stored);
        }
        (sql.to_owned(), definitions.placed(sql))
    }

    fn ask(&self, submission: &Submission, number: usize) -> Asked {
        let sql = &submission.sql;
        let (valid, ended) = match submission.kind {
            Kind::Definition => {
                let said = self.definitions.lock().expect("nobody panicked").said(sql);
                let ended = said.iter().try_fold(Answer::default(), |_, statement| self.client.run(statement));
                (Ok(()), ended)
            }
            Kind::Query => (self.validate(sql), self.client.run(sql)),
            Kind::Store => {
                let (query, stored) = self.stored(sql, number);
                let valid = self.validate(&query);
                let ended = match self.client.run(&stored) {
                    Err(refusal) if refusal.message == NO_FOLDER => self.store_nothing(&stored),
                    ended => ended,
                };
                (valid, ended)
            }
        };
        let read = ended.as_ref().ok().filter(|answer| !answer.id.is_empty() && submission.kind != Kind::Definition);
        let scans = read.map(|answer| scans(&self.client.details(&answer.id))).unwrap_or_default();
        Asked { token: submission.token.clone(), sql: sql.clone(), kind: submission.kind, valid, ended, scans }
    }

    fn validate(&self, sql: &str) -> Result<(), Refusal> {
        self.client.run(&format!("EXPLAIN (TYPE VALIDATE) {sql}")).map(|_| ())
    }
}

impl Engine for Judge {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        // One after the other: the judge is not in a hurry, and numbers are positions.
        let mut asked = self.asked.lock().expect("nobody panicked");
        let number = asked.len();
        asked.push(self.ask(submission, number));
        Ok(QueryId(number.to_string()))
    }

    async fn find(&self, _sql: &str, _since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        Ok(None)
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        let asked = self.asked.lock().expect("nobody panicked");
        let status = |id: &QueryId| match &asked[position(id)].ended {
            Ok(answer) => Status { bytes_scanned: answer.bytes, ..Status::new(State::Succeeded) },
            Err(refusal) => Status::new(State::Failed(EngineError::new(ErrorClass::Statement, refusal.to_string()))),
        };
        Ok(ids.iter().map(status).collect())
    }

    async fn wait(&self, _ids: &[QueryId]) {}

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        let asked = self.asked.lock().expect("nobody panicked");
        let answer = asked[position(id)].ended.as_ref().expect("only a query that succeeded is asked for its rows");
        let told = |at: usize, text: &str| columns.get(at).cloned().or_else(|| parse_type(text)).expect("a type");
        let types: Vec<Type> = answer.columns.iter().enumerate().map(|(at, (_, ty))| told(at, ty)).collect();
        let names = answer.columns.iter().map(|(name, _)| name.clone());
        let row = |row: &Vec<Json>| row.iter().zip(&types).map(|(json, ty)| value(json, ty)).collect();
        Ok(ResultSet { columns: names.zip(types.clone()).collect(), rows: answer.rows.iter().map(row).collect() })
    }

    async fn cancel(&self, _id: &QueryId) -> Result<(), EngineError> {
        Ok(())
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        let path = self.path(location);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is the test's");
        fs::write(path, bytes).expect("the folder is the test's");
        Ok(())
    }

    async fn list(&self, _location: &str) -> Result<Vec<StoredFile>, EngineError> {
        Ok(Vec::new())
    }

    async fn remove(&self, _location: &str) -> Result<usize, EngineError> {
        Ok(0)
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        Ok(self.definitions.lock().expect("nobody panicked").place_of(table))
    }

    fn slots(&self, _kind: Kind) -> usize {
        2
    }
}

fn position(id: &QueryId) -> usize {
    id.0.parse().expect("ids are positions")
}

/// A value of the protocol.
fn value(json: &Json, ty: &Type) -> Value {
    match (json, ty) {
        (Json::Null, _) => Value::Null,
        (Json::Bool(truth), _) => Value::Boolean(*truth),
        (Json::Number(number), _) if ty.is_integer() => Value::Integer(number.as_i64().expect("it fits")),
        (Json::Number(number), _) => Value::Double(number.as_f64().expect("it fits")),
        (Json::String(text), Type::Varchar(_)) => Value::varchar(text.as_str()),
        (Json::String(text), Type::Json) => Value::Json(text.as_str().into()),
        (Json::String(text), _) => cast(&Value::varchar(text.as_str()), &Type::VARCHAR, ty).expect("Trino wrote it"),
        (Json::Array(elements), Type::Array(element)) => {
            Value::Array(elements.iter().map(|json| value(json, element)).collect())
        }
        (Json::Array(values), Type::Row(fields)) => {
            Value::Row(values.iter().zip(fields.iter()).map(|(json, field)| value(json, &field.ty)).collect())
        }
        (other, ty) => panic!("no statement of the judge yields {ty}: {other}"),
    }
}
