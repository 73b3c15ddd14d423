//! HTTP/1.1 on loopback: requests read whole, responses written whole, connections cut on purpose.

use std::convert::Infallible;
use std::fmt;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// A request, read to its end.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, upper case.
    pub method: String,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// What stands behind the question mark, as it came.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Request {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers beside Date and Content-Length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The length to declare instead of the body's own, for answers to HEAD.
    pub declared_length: Option<u64>,
}

impl Response {
    /// A response of a content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, body: body.into(), declared_length: None }
    }

    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), declared_length: None }
    }

    /// The response with one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    /// It is answered.
    Answer(Response),
    /// The connection is cut without a word.
    Cut,
}

/// Why a connection is cut.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Cut {}

/// Answers every request of every connection, for ever.
pub async fn serve<H, F>(listener: TcpListener, handler: H) -> Infallible
where
    H: Fn(Request) -> F + Clone + Send + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // A client that went away before it was accepted.
            continue;
        };
        // A small answer must not wait for the next one.
        let _ = stream.set_nodelay(true);
        let handler = handler.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let handler = handler.clone();
                async move {
                    let request = read(request).await?;
                    match handler(request).await {
                        Reply::Answer(response) => Ok(written(response)),
                        Reply::Cut => Err(Cut),
                    }
                }
            });
            // A connection ends when its client goes, or was cut above.
            let _ = hyper::server::conn::http1::Builder::new()
                .title_case_headers(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn read(request: hyper::Request<Incoming>) -> Result<Request, Cut> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    })
}

fn written(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut written = hyper::Response::new(Full::new(Bytes::from(response.body)));
    *written.status_mut() = hyper::StatusCode::from_u16(response.status).expect("the emulator knows its statuses");
    for (name, value) in response.headers {
        let value = HeaderValue::from_str(&value).expect("the emulator writes visible header values");
        written.headers_mut().append(HeaderName::from_static(name), value);
    }
    if let Some(length) = response.declared_length {
        written.headers_mut().insert(hyper::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    written
}
