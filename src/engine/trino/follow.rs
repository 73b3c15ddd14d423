//! Following a statement to its end. The protocol drives a query only while somebody asks for its pages, so each
//! statement has a task that does, keeps its rows, and goes on to what is to be run behind it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::client::{Client, Mark};
use super::error::{classify, lost};
use super::protocol::{Column, Failure, Page};
use super::translate::Step;
use super::value::read;
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass, State, Status};
use crate::types::{Type, parse_type};

/// How often a statement behind the first is sent, the first time included, while the server loses it.
const SENT: usize = 5;

/// How often a statement is sent, a second after the other, while the server is not ready.
const UNTIL_READY: usize = 60;

/// A statement on its way, as its task and whoever asks for it both see it.
#[derive(Debug)]
pub struct Followed {
    told: Mutex<Told>,
    stop: watch::Sender<bool>,
    /// Woken whenever a statement of the engine has ended.
    news: Arc<Notify>,
}

/// What is known of it.
#[derive(Debug)]
struct Told {
    state: State,
    /// Bytes that statements before the current one have read, and that it has.
    read_before: u64,
    read: u64,
    queued: u64,
    total: u64,
    kind: Option<String>,
    columns: Option<Vec<(String, Type)>>,
    rows: Vec<Vec<Value>>,
    /// Where the current query's next page is.
    next: Option<String>,
}

impl Followed {
    /// A statement whose first page has come.
    pub fn new(news: Arc<Notify>) -> Self {
        let told = Told {
            state: State::Queued,
            read_before: 0,
            read: 0,
            queued: 0,
            total: 0,
            kind: None,
            columns: None,
            rows: Vec::new(),
            next: None,
        };
        Self { told: Mutex::new(told), stop: watch::Sender::new(false), news }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        let told = self.told();
        Status {
            bytes_scanned: told.read_before + told.read,
            queued: Some(told.queued),
            total: told.state.has_ended().then_some(told.total),
            reason: match &told.state {
                State::Failed(error) => Some(error.message.clone()),
                _ => None,
            },
            statement_type: told.kind.clone(),
            ..Status::new(told.state.clone())
        }
    }

    /// Its columns and rows so far.
    pub fn rows(&self) -> (Vec<(String, Type)>, Vec<Vec<Value>>) {
        let told = self.told();
        (told.columns.clone().unwrap_or_default(), told.rows.clone())
    }

    /// Asks its task to stop it, and waits until it has ended.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        while !self.told().state.has_ended() {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if self.told().state.has_ended() {
                break;
            }
            news.await;
        }
    }

    /// Follows it to its end, from its first page.
    pub async fn follow(&self, client: &Client, steps: &[Step], mark: &Mark, first: Page) {
        let mut stop = self.stop.subscribe();
        let state = tokio::select! {
            ended = self.all(client, steps, mark, first) => match ended {
                Ok(()) => State::Succeeded,
                Err(error) if error.class == ErrorClass::Stopped => State::Cancelled,
                Err(error) => State::Failed(error),
            },
            () = asked(&mut stop) => {
                let next = self.told().next.take();
                if let Some(uri) = next {
                    // Nobody asks for its pages any more: what cannot be stopped now, the server stops itself.
                    let _ = client.delete(&uri).await;
                }
                State::Cancelled
            }
        };
        {
            let mut told = self.told();
            told.state = state;
            told.next = None;
        }
        self.news.notify_waiters();
    }

    async fn all(&self, client: &Client, steps: &[Step], mark: &Mark, first: Page) -> Result<(), EngineError> {
        let mut first = Some(first);
        for (at, step) in steps.iter().enumerate() {
            let mut sent = 1;
            loop {
                let page = match first.take() {
                    Some(page) => page,
                    None => client.post_patiently(step.text.as_str(), mark).await?,
                };
                match self.one(client, step, page, at == 0).await {
                    // What stands behind the first is done once, however often it is sent; and a server that is
                    // not ready has done nothing.
                    Err(error)
                        if (at > 0 && sent < SENT && is_worth_sending(&error))
                            || (sent < UNTIL_READY && is_not_ready(&error)) =>
                    {
                        sent += 1;
                        tokio::time::sleep(client.second()).await;
                    }
                    ended => break ended?,
                }
            }
        }
        Ok(())
    }

    /// Asks for the pages of one query. Only the first query's rows are the statement's.
    async fn one(&self, client: &Client, step: &Step, mut page: Page, keeps: bool) -> Result<(), EngineError> {
        let id = page.id.clone();
        loop {
            self.take(&mut page, keeps)?;
            if let Some(failure) = &page.error {
                return if step.done_if == Some(failure.error_name.as_str()) {
                    Ok(())
                } else {
                    Err(failed(step, &id, failure))
                };
            }
            let Some(next) = page.next_uri else { return Ok(()) };
            page = client.next(&id, &next).await.map_err(|error| match error.class {
                ErrorClass::Lost => lost(&id, &error.message),
                _ => error,
            })?;
        }
    }

    /// Takes in what a page says.
    fn take(&self, page: &mut Page, keeps: bool) -> Result<(), EngineError> {
        let mut told = self.told();
        told.next.clone_from(&page.next_uri);
        if page.stats.state != "QUEUED" && !page.stats.state.is_empty() && told.state == State::Queued {
            told.state = State::Running;
        }
        told.read = told.read.max(page.stats.physical_input_bytes);
        if keeps {
            told.queued = page.stats.queued_time_millis;
            told.total = page.stats.elapsed_time_millis;
        }
        if page.next_uri.is_none() {
            told.read_before += std::mem::take(&mut told.read);
        }
        if !keeps {
            return Ok(());
        }
        if page.update_type.is_some() {
            told.kind.clone_from(&page.update_type);
        }
        if let (None, Some(columns)) = (&told.columns, &page.columns) {
            told.columns = Some(columns.iter().map(typed).collect());
        }
        let Some(columns) = told.columns.clone() else { return Ok(()) };
        for row in page.data.drain(..) {
            let row = decoded(&row, &columns)?;
            told.rows.push(row);
        }
        Ok(())
    }
}

/// Waits until somebody asks to stop.
async fn asked(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody is left who could.
        std::future::pending::<()>().await;
    }
}

/// Whether a statement that is done once, however often it is sent, is worth sending again.
fn is_worth_sending(error: &EngineError) -> bool {
    error.class.is_retryable() || error.class == ErrorClass::Lost
}

/// Whether the server has not taken the statement at all: it answers some seconds before it, or a worker, is ready.
fn is_not_ready(error: &EngineError) -> bool {
    ["SERVER_STARTING_UP: ", "NO_NODES_AVAILABLE: "].iter().any(|name| error.message.starts_with(name))
}

/// A column and its type; one that is not known stays a name.
fn typed(column: &Column) -> (String, Type) {
    (column.name.clone(), parse_type(&column.ty).unwrap_or_else(|| Type::Named(column.ty.as_str().into())))
}

fn decoded(row: &[serde_json::Value], columns: &[(String, Type)]) -> Result<Vec<Value>, EngineError> {
    if row.len() != columns.len() {
        let message = format!("a row of the result has {} values for {} columns", row.len(), columns.len());
        return Err(EngineError::new(ErrorClass::Data, message));
    }
    let value = |(value, (name, ty)): (&serde_json::Value, &(String, Type))| {
        read(value, ty).ok_or_else(|| {
            let message = format!("the column `{name}` is {ty}, of which athplan does not read this value");
            EngineError::new(ErrorClass::Unsupported, message).with_help(format!(
                "select json_format(CAST({name} AS JSON)) AS {name}, or a CAST to varchar, in its place"
            ))
        })
    };
    row.iter().zip(columns).map(value).collect()
}

/// A query's failure, at its place in the statement.
fn failed(step: &Step, id: &str, failure: &Failure) -> EngineError {
    let error = classify(failure);
    let span = failure.error_location.and_then(|place| step.text.place(place));
    match error.class {
        ErrorClass::Lost => lost(id, &error.message),
        _ => error.at(span),
    }
}
