//! The requests of the protocol: POST a statement, GET its next page, DELETE to stop it; sent again when the network,
//! or what stands in front of the server, lost them.
//!
//! A statement that was posted does not begin before its first page is asked for, and asking for a page twice gives
//! the same page: so both can be sent again without harm.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Method, Response, Url};

use super::error::lost;
use super::options::{Authentication, TrinoOptions};
use super::protocol::Page;
use super::tls;
use crate::engine::{EngineError, ErrorClass};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take: the server itself holds one back for a second or so.
const ANSWER: Duration = Duration::from_secs(90);

/// For how many seconds a page is asked for in vain before its query counts as lost: the server itself abandons a
/// query after five minutes without a question, and needs less to start anew.
const PATIENCE: u32 = 180;

/// The first pause before a request is sent again, in parts of a second, and the longest in seconds.
const FIRST: u32 = 10;
const LONGEST: u32 = 5;

/// Where the way out is an address.
const SERVER: &str = "is --server the address of the coordinator, and is it up?";

/// Who a statement is sent for, as the server shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// The source: what kind of statement it is, and what it is found by.
    pub source: String,
    /// Tags, by which an administrator's resource groups and people tell queries apart.
    pub tags: String,
}

/// The connection to a server.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    server: Url,
    headers: HeaderMap,
    second: Duration,
}

/// Why a request came to nothing.
#[derive(Debug)]
enum Unanswered {
    /// Worth sending again.
    Later(EngineError),
    /// Not worth it.
    Never(EngineError),
}

impl Client {
    /// A connection; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The address is none, or a secret would travel in the clear.
    pub fn new(options: &TrinoOptions) -> Result<Self, EngineError> {
        let wrong = |message: String, help: &str| EngineError::new(ErrorClass::Configuration, message).with_help(help);
        let unusable = |why: &dyn std::fmt::Display| {
            wrong(
                format!("the server '{}' is no address: {why}", options.server),
                "write https://HOST, or http://HOST:8080",
            )
        };
        let server = Url::parse(&options.server).map_err(|error| unusable(&error))?;
        if !matches!(server.scheme(), "http" | "https") || server.host_str().is_none() {
            return Err(unusable(&"it begins with neither https:// nor http://"));
        }
        if !server.username().is_empty() || server.password().is_some() {
            let help = "give the name with --user, and the password in the variable TRINO_PASSWORD";
            return Err(wrong(
                "the server's address holds a name or password, which would be written down".to_owned(),
                help,
            ));
        }
        if options.authentication != Authentication::None && server.scheme() == "http" && !is_loopback(&server) {
            let help = "name the server by https://, or unset TRINO_PASSWORD and TRINO_TOKEN if it asks for neither";
            return Err(wrong("a password or token is not sent over http, where others can read it".to_owned(), help));
        }
        let headers = headers(options)?;
        let mut builder = tls::trusting(reqwest::Client::builder(), options.ca_file.as_deref())?;
        if is_loopback(&server) {
            // What is said to this machine is said to nobody else.
            builder = builder.no_proxy();
        }
        let http = builder
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| wrong(format!("no connection can be made: {error}"), SERVER))?;
        Ok(Self { http, server, headers, second: options.second })
    }

    /// The same connection, each of whose queries sets a property of the session: `catalog.name=value`.
    #[must_use]
    pub fn with_session(mut self, property: &str) -> Self {
        // Names of catalogs are plain: the header with the catalog has said the same.
        if let Ok(value) = HeaderValue::from_str(property) {
            self.headers.insert(HeaderName::from_static("x-trino-session"), value);
        }
        self
    }

    /// The same connection without properties of the session.
    #[must_use]
    pub fn without_session(mut self) -> Self {
        self.headers.remove("x-trino-session");
        self
    }

    /// How long a second takes.
    pub fn second(&self) -> Duration {
        self.second
    }

    /// Whether the server is there and takes statements, and which version it is.
    ///
    /// # Errors
    ///
    /// It is not there, or is something else.
    pub async fn version(&self) -> Result<String, EngineError> {
        let answer = self.send(Method::GET, self.at("v1/info")?, None, None).await.map_err(Unanswered::error)?;
        let text = answer.text().await.map_err(|error| self.unsent(&error))?;
        let info: serde_json::Value = serde_json::from_str(&text).map_err(|_| self.no_trino())?;
        let version = info["nodeVersion"]["version"].as_str().ok_or_else(|| self.no_trino())?;
        if info["starting"] == true {
            let message = format!("the server {} is still starting", self.server);
            return Err(EngineError::new(ErrorClass::Transient, message).with_help("try again in half a minute"));
        }
        Ok(version.to_owned())
    }

    /// Sends a statement, once.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, or does not take it. What became of the query is told by its pages.
    pub async fn post(&self, sql: &str, mark: &Mark) -> Result<Page, EngineError> {
        let answer = self.send(Method::POST, self.at("v1/statement")?, Some(sql), Some(mark)).await;
        self.page(answer.map_err(Unanswered::error)?).await.map_err(Unanswered::error)
    }

    /// Sends a statement until the server takes it, or for as long as a query's page is asked for.
    ///
    /// # Errors
    ///
    /// As [`Client::post`].
    pub async fn post_patiently(&self, sql: &str, mark: &Mark) -> Result<Page, EngineError> {
        let mut pauses = self.pauses();
        loop {
            match self.post(sql, mark).await {
                Err(error) if error.class.is_retryable() => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(error),
                },
                answer => return answer,
            }
        }
    }

    /// Asks for a query's next page, again and again if need be.
    ///
    /// # Errors
    ///
    /// The server does not know the query any more, or did not answer for long ([`ErrorClass::Lost`]); or it does not
    /// let its pages be read.
    pub async fn next(&self, id: &str, uri: &str) -> Result<Page, EngineError> {
        let uri = self.own(uri)?;
        let mut pauses = self.pauses();
        loop {
            let answer = match self.send(Method::GET, uri.clone(), None, None).await {
                Ok(answer) => self.page(answer).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(page) => return Ok(page),
                Err(Unanswered::Never(error)) => return Err(error),
                Err(Unanswered::Later(error)) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(lost(id, &error.message)),
                },
            }
        }
    }

    /// Stops a query by where its next page is; no error if the server does not know it any more.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub async fn delete(&self, uri: &str) -> Result<(), EngineError> {
        match self.send(Method::DELETE, self.own(uri)?, None, None).await {
            Ok(_) => Ok(()),
            Err(error) => match error.error() {
                error if error.class == ErrorClass::Lost => Ok(()),
                error => Err(error),
            },
        }
    }

    /// Pauses before a request is sent again, until patience is at an end.
    fn pauses(&self) -> impl Iterator<Item = Duration> + use<> {
        let (first, longest, whole) = (self.second / FIRST, self.second * LONGEST, self.second * PATIENCE);
        let lengths = std::iter::successors(Some(first), move |last| Some((*last * 2).min(longest)));
        lengths.scan(Duration::ZERO, move |waited, pause| {
            *waited += pause;
            (*waited <= whole).then_some(pause)
        })
    }

    fn at(&self, path: &str) -> Result<Url, EngineError> {
        let mut base = self.server.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        base.join(path).map_err(|_| self.no_trino())
    }

    /// A page's address, if it is on the server: what proves who asks is sent nowhere else.
    fn own(&self, uri: &str) -> Result<Url, EngineError> {
        let url = Url::parse(uri).map_err(|_| self.no_trino())?;
        if url.origin() == self.server.origin() {
            return Ok(url);
        }
        let message =
            format!("the server {} names {}://{} for what follows", self.server, url.scheme(), url.authority());
        Err(EngineError::new(ErrorClass::Configuration, message).with_help(
            "behind a proxy the server must be told of it (http-server.process-forwarded=true); else name it in --server as it \
             names itself",
        ))
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<&str>,
        mark: Option<&Mark>,
    ) -> Result<Response, Unanswered> {
        let mut request = self.http.request(method, url).headers(self.headers.clone());
        for (name, value) in
            mark.iter().flat_map(|mark| [("x-trino-source", &mark.source), ("x-trino-client-tags", &mark.tags)])
        {
            let value = HeaderValue::from_str(value).map_err(|error| Unanswered::Never(self.unsent(&error)))?;
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.body(body.to_owned());
        }
        let answer = request.send().await.map_err(|error| self.unanswered(&error))?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        if answer.status().is_redirection() {
            return Err(Unanswered::Never(self.sent_on(&answer)));
        }
        let said = answer.text().await.unwrap_or_default();
        Err(self.refused(status, &said))
    }

    async fn page(&self, answer: Response) -> Result<Page, Unanswered> {
        let text = answer.bytes().await.map_err(|error| Unanswered::Later(self.unsent(&error)))?;
        serde_json::from_slice(&text).map_err(|_| Unanswered::Never(self.no_trino()))
    }

    /// What a status says that is none of success.
    fn refused(&self, status: u16, said: &str) -> Unanswered {
        let said = said.lines().next().unwrap_or_default().trim();
        let said = if said.is_empty() || said.starts_with('<') { format!("status {status}") } else { said.to_owned() };
        let error = |class| EngineError::new(class, format!("the server {} refused: {said}", self.server));
        match status {
            429 => Unanswered::Later(error(ErrorClass::Throttled)),
            502..=504 => Unanswered::Later(error(ErrorClass::Transient)),
            404 | 410 => Unanswered::Never(error(ErrorClass::Lost).with_help(SERVER)),
            401 => Unanswered::Never(error(ErrorClass::Credentials).with_help(
                "give the name with --user, and what proves it in TRINO_PASSWORD or, a JSON web token, in TRINO_TOKEN",
            )),
            403 => Unanswered::Never(error(ErrorClass::Permission).with_help("is --user the name that may ask here?")),
            _ if status >= 500 => Unanswered::Later(error(ErrorClass::Transient)),
            _ => Unanswered::Never(error(ErrorClass::Configuration).with_help(SERVER)),
        }
    }

    /// A redirect is not followed: what proves who asks goes to the named server alone.
    fn sent_on(&self, answer: &Response) -> EngineError {
        let elsewhere = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let elsewhere = elsewhere.and_then(|location| answer.url().join(location).ok());
        let (message, help) = match elsewhere.map(|url| url.origin().ascii_serialization()) {
            Some(origin) => (
                format!("the server {} sends its clients on to {origin}", self.server),
                format!("if that is the Trino, name it: --server {origin}"),
            ),
            None => (format!("the server {} sends its clients elsewhere", self.server), SERVER.to_owned()),
        };
        EngineError::new(ErrorClass::Configuration, message).with_help(help)
    }

    /// Why no answer came, and whether another attempt may bring one.
    fn unanswered(&self, error: &reqwest::Error) -> Unanswered {
        match tls::distrust(&innermost(error).to_string(), &self.server) {
            Some((class, help)) => Unanswered::Never(EngineError { class, help: Some(help), ..self.unsent(error) }),
            None => Unanswered::Later(self.unsent(error)),
        }
    }

    fn unsent(&self, error: &(dyn std::error::Error + 'static)) -> EngineError {
        let message = format!("the server {} did not answer: {}", self.server, innermost(error));
        EngineError::new(ErrorClass::Transient, message).with_help(SERVER)
    }

    fn no_trino(&self) -> EngineError {
        let message = format!("what answers at {} does not speak the protocol of Trino", self.server);
        EngineError::new(ErrorClass::Configuration, message).with_help(SERVER)
    }
}

impl Unanswered {
    fn error(self) -> EngineError {
        match self {
            Unanswered::Later(error) | Unanswered::Never(error) => error,
        }
    }
}

/// The error at the bottom of a chain, which says what happened.
fn innermost<'e>(error: &'e (dyn std::error::Error + 'static)) -> &'e (dyn std::error::Error + 'static) {
    let mut last = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last
}

/// What every request says.
fn headers(options: &TrinoOptions) -> Result<HeaderMap, EngineError> {
    let mut headers = HeaderMap::new();
    let authorization = match &options.authentication {
        Authentication::None => None,
        Authentication::Password(password) => {
            Some(format!("Basic {}", STANDARD.encode(format!("{}:{password}", options.user))))
        }
        Authentication::Token(token) => Some(format!("Bearer {token}")),
    };
    let named = [
        ("x-trino-user", options.user.as_str()),
        ("x-trino-catalog", &options.catalog),
        ("x-trino-schema", &options.schema),
        // As on Athena, where a session has no other.
        ("x-trino-time-zone", "UTC"),
        ("x-trino-client-capabilities", "PARAMETRIC_DATETIME"),
    ];
    for (name, value) in named {
        let value = HeaderValue::from_str(value).map_err(|_| {
            let message = format!("'{value}' holds characters that a header cannot carry");
            EngineError::new(ErrorClass::Configuration, message)
                .with_help("--user, --trino-catalog and --schema are plain names")
        })?;
        headers.insert(HeaderName::from_static(name), value);
    }
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("athplan/", env!("CARGO_PKG_VERSION"))));
    if let Some(value) = authorization {
        let mut value = HeaderValue::from_str(&value).map_err(|_| {
            EngineError::new(ErrorClass::Credentials, "TRINO_TOKEN holds characters that a token cannot have")
        })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// Whether a server is this machine itself.
fn is_loopback(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Authentication, Client, TrinoOptions};

    fn refused(server: &str, authentication: Authentication) -> Option<String> {
        let options = TrinoOptions { authentication, ..TrinoOptions::new(server, "u") };
        Client::new(&options).err().map(|error| error.message)
    }

    /// What follows is asked for where the statement was sent, by the same scheme, or not at all.
    #[test]
    fn secrets_go_to_the_named_server_alone() {
        let client = Client::new(&TrinoOptions::new("https://trino.example.com", "u")).expect("an address");
        assert!(client.own("https://trino.example.com:443/v1/statement/x").is_ok());
        for elsewhere in [
            "http://trino.example.com/v1/statement/x",
            "https://trino.example.com:8443/v1/statement/x",
            "https://trino.example.com.evil.example/v1/statement/x",
            "https://trino.example.com@evil.example/v1/statement/x",
            "https://evil.example/trino.example.com/",
            "//evil.example/v1",
        ] {
            assert!(client.own(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn secrets_travel_over_tls_or_not_at_all() {
        let password = || Authentication::Password("p".to_owned());
        for server in ["https://trino.example.com", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert_eq!(refused(server, password()), None, "{server}");
        }
        for authentication in [password(), Authentication::Token("t".to_owned())] {
            let said = refused("http://trino.example.com", authentication).expect("it is refused");
            assert!(said.contains("is not sent over http"), "{said}");
        }
        assert_eq!(refused("http://trino.example.com", Authentication::None), None);
        assert!(
            refused("https://bob:secret@trino.example.com", Authentication::None)
                .is_some_and(|said| !said.contains("secret"))
        );
        assert!(refused("trino.example.com:8080", Authentication::None).is_some());
    }
}
