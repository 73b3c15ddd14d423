//! Whom a connection over TLS trusts: the system's authorities, or those of a file in their place, as an internal
//! server's certificate needs; and what is said where the two sides do not come to terms.

use std::path::Path;

use reqwest::{Certificate, ClientBuilder, Url};

use crate::engine::{EngineError, ErrorClass};

/// What names the file.
const CA_FILE: &str = "--ca-file FILE, or `ca-file` under [trino] in athplan.toml";

/// A connection that trusts the authorities of a file alone; those of the system, if there is none.
///
/// # Errors
///
/// The file cannot be read, or holds no certificate.
pub fn trusting(builder: ClientBuilder, file: Option<&Path>) -> Result<ClientBuilder, EngineError> {
    let Some(file) = file else { return Ok(builder) };
    let wrong = |why: String| {
        let message = format!("the authorities in {} cannot be used: {why}", file.display());
        let help = "the file holds certificates as PEM: -----BEGIN CERTIFICATE-----";
        EngineError::new(ErrorClass::Configuration, message).with_help(help)
    };
    let text = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&text).map_err(|error| wrong(error.to_string()))?;
    if certificates.is_empty() {
        return Err(wrong("it holds no certificate".to_owned()));
    }
    let builder = builder.tls_built_in_root_certs(false);
    Ok(certificates.into_iter().fold(builder, ClientBuilder::add_root_certificate))
}

/// What is to be done about a connection whose sides do not come to terms, by what rustls or hyper says of it; none of any
/// other failure. Another attempt brings nothing.
pub fn distrust(said: &str, server: &Url) -> Option<(ErrorClass, String)> {
    let help = if said.starts_with("invalid peer certificate: UnknownIssuer") || said.contains("CaUsedAsEndEntity") {
        format!("if you trust whoever signed it, name the file of that authority's certificate: {CA_FILE}")
    } else if said.contains("certificate not valid for name") || said.contains("NotValidForName") {
        "name the server in --server as its certificate does".to_owned()
    } else if said.starts_with("invalid peer certificate") {
        "the server's certificate is at fault: tell whoever runs it".to_owned()
    } else if said.contains("InvalidContentType") && server.scheme() == "https" {
        "that port does not speak TLS: is it the one for https?".to_owned()
    } else if said.starts_with("invalid HTTP version") && server.scheme() == "http" {
        "that port may speak TLS: try https://".to_owned()
    } else {
        return None;
    };
    Some((ErrorClass::Configuration, help))
}
