//! A server that speaks the client protocol: statements are answered as a test has written, page by page, and requests
//! go wrong as it says.

use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::emulator::http::{Reply, Request, Response, serve};

/// What a statement is answered with.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Columns, and rows page by page.
    Rows(Vec<(&'static str, &'static str)>, Vec<Vec<Value>>),
    /// A statement that yields nothing but a kind.
    Done(&'static str),
    /// A failure: name, type, message, and line and column.
    Fails(&'static str, &'static str, String, Option<(u32, u32)>),
    /// It goes on for ever, until somebody stops it.
    Runs,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before anything was done.
    Cut,
    /// The connection is cut when it was done.
    Lost,
    /// A status that says nothing of the query.
    Status(u16),
    /// The answer is somewhere else.
    Elsewhere(&'static str),
    /// The server starts anew: it has forgotten every query.
    Restart,
}

/// A query of the server's.
#[derive(Debug, Clone)]
struct Query {
    pages: Vec<Value>,
    runs: bool,
    stopped: bool,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `POST`, `GET` or `DELETE`.
    pub method: String,
    /// The statement, if it is one.
    pub body: String,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct State {
    /// Answers by words in the statement; the first that is there counts.
    answers: Vec<(String, Answer)>,
    queries: BTreeMap<String, Query>,
    faults: VecDeque<Fault>,
    seen: Vec<Seen>,
    posted: usize,
    /// Where the server says that it is, if not where it is.
    elsewhere: Option<String>,
}

/// The server as a test holds it; dropped, it stops.
pub struct Server {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one that answers every statement with nothing.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a listener can be nonblocking");
        let address = listener.local_addr().expect("a listener has an address");
        let state: Arc<Mutex<State>> = Arc::default();
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is nonblocking");
                tokio::select! {
                    never = serve(listener, move |request| answered(Arc::clone(&shared), address, request)) => match never {},
                    _ = stopped => {}
                }
            });
        });
        Self { state, address, stop: Some(stop), thread: Some(thread) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers statements that hold some words.
    pub fn answer(&self, words: &str, answer: Answer) -> &Self {
        self.state().answers.insert(0, (words.to_owned(), answer));
        self
    }

    /// Lets the next requests go wrong, one after the other.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) -> &Self {
        self.state().faults.extend(faults);
        self
    }

    /// Lets it say that it is elsewhere.
    pub fn says_it_is_at(&self, address: &str) {
        self.state().elsewhere = Some(address.to_owned());
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// The statements so far, those that were lost on their way too, but for what every session is begun with.
    pub fn statements(&self) -> Vec<String> {
        self.posts().into_iter().map(|seen| seen.body).collect()
    }

    /// The requests that brought them.
    pub fn posts(&self) -> Vec<Seen> {
        let is_statement = |seen: &Seen| seen.method == "POST" && !seen.body.starts_with("SHOW SESSION");
        self.seen().into_iter().filter(is_statement).collect()
    }

    /// The ids of queries that somebody has stopped.
    pub fn stopped(&self) -> usize {
        self.state().queries.values().filter(|query| query.stopped).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // If the thread has gone already, there is nothing to stop.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn answered(state: Arc<Mutex<State>>, address: SocketAddr, request: Request) -> Reply {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let fault = if request.path == "/v1/info" { None } else { state.faults.pop_front() };
    match fault {
        Some(Fault::Cut) => return Reply::Cut,
        Some(Fault::Status(status)) => return Reply::Answer(Response::new(status, "text/plain", "not now")),
        Some(Fault::Elsewhere(place)) => return Reply::Answer(Response::empty(307).with("location", place)),
        Some(Fault::Restart) => state.queries.clear(),
        Some(Fault::Lost) | None => {}
    }
    let answer = state.answer(address, &request);
    if fault == Some(Fault::Lost) { Reply::Cut } else { Reply::Answer(answer) }
}

impl State {
    fn answer(&mut self, address: SocketAddr, request: &Request) -> Response {
        let headers = request.headers.iter();
        self.seen.push(Seen {
            method: request.method.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            headers: headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect(),
        });
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["v1", "info"]) => page(&json!({"nodeVersion": {"version": "476"}, "starting": false})),
            ("POST", ["v1", "statement"]) => {
                let sql = String::from_utf8_lossy(&request.body).into_owned();
                self.post(address, &sql)
            }
            ("GET", ["v1", "statement", id, token]) => match (self.queries.get(*id), token.parse::<usize>()) {
                (Some(query), Ok(_)) if query.stopped => page(&stopped(id)),
                (Some(query), Ok(_)) if query.runs => {
                    page(&self.at(address, id, &json!({"stats": running()}), Some(0)))
                }
                (Some(query), Ok(at)) if at < query.pages.len() => {
                    let next = (at + 1 < query.pages.len()).then_some(at + 1);
                    page(&self.at(address, id, &query.pages[at], next))
                }
                _ => Response::new(404, "text/plain", "Query not found"),
            },
            ("DELETE", ["v1", "statement", id, _]) => match self.queries.get_mut(*id) {
                Some(query) => {
                    query.stopped = true;
                    Response::empty(204)
                }
                None => Response::new(404, "text/plain", "Query not found"),
            },
            _ => Response::new(404, "text/plain", "no such resource"),
        }
    }

    fn post(&mut self, address: SocketAddr, sql: &str) -> Response {
        self.posted += 1;
        let id = format!("20240101_000000_{:05}_fake", self.posted);
        let answer =
            self.answers.iter().find(|(words, _)| sql.contains(words.as_str())).map(|(_, answer)| answer.clone());
        let answer = answer.unwrap_or(Answer::Done("OK"));
        let stats = |bytes: u64| json!({"state": "FINISHED", "physicalInputBytes": bytes, "elapsedTimeMillis": 7});
        let mut pages = vec![json!({"stats": {"state": "QUEUED"}})];
        match &answer {
            Answer::Rows(columns, rows) => {
                let columns: Vec<Value> = columns.iter().map(|(name, ty)| json!({"name": name, "type": ty})).collect();
                pages.push(json!({"columns": columns.clone(), "stats": running()}));
                pages.extend(
                    rows.iter().map(|rows| json!({"columns": columns.clone(), "data": rows, "stats": running()})),
                );
                pages.push(json!({"columns": columns, "stats": stats(100)}));
            }
            Answer::Done(kind) => pages.push(json!({"updateType": kind, "stats": stats(10)})),
            Answer::Fails(name, kind, message, place) => {
                let place = place.map(|(line, column)| json!({"lineNumber": line, "columnNumber": column}));
                let error = json!({"errorName": name, "errorType": kind, "message": message, "errorLocation": place});
                pages.push(json!({"error": error, "stats": {"state": "FAILED"}}));
            }
            Answer::Runs => {}
        }
        let runs = matches!(answer, Answer::Runs);
        self.queries.insert(id.clone(), Query { pages, runs, stopped: false });
        page(&self.at(address, &id, &json!({"stats": {"state": "QUEUED"}}), Some(0)))
    }

    /// A page with a query's id, and where the next one is.
    fn at(&self, address: SocketAddr, id: &str, content: &Value, next: Option<usize>) -> Value {
        let mut whole = content.clone();
        whole["id"] = json!(id);
        if let Some(next) = next {
            let server = self.elsewhere.clone().unwrap_or_else(|| format!("http://{address}"));
            whole["nextUri"] = json!(format!("{server}/v1/statement/{id}/{next}"));
        }
        whole
    }
}

fn running() -> Value {
    json!({"state": "RUNNING", "physicalInputBytes": 50, "queuedTimeMillis": 3})
}

fn stopped(id: &str) -> Value {
    let error = json!({"errorName": "USER_CANCELED", "errorType": "USER_ERROR", "message": "Query was canceled"});
    json!({"id": id, "error": error, "stats": {"state": "FAILED"}})
}

fn page(content: &Value) -> Response {
    Response::new(200, "application/json", content.to_string())
}
