//! The request token: what makes Athena start a submission once, however often it is sent.
//!
//! Athena compares a token's earlier request by text, catalog, database and output location, and takes
//! another text for a mistake; it does not compare the workgroup, and would answer with the query of
//! another one. So all of them are in the token, and what differs in any has a token of its own.

use sha2::{Digest, Sha256};

/// The 64 hexadecimal digits for these parts: each is hashed behind its length, so that no two lists
/// of parts are one text.
pub fn request_token(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::request_token;

    #[test]
    fn a_token_is_64_digits_and_differs_in_every_part() {
        let token = request_token(&["SELECT 1", "primary", "", "default"]);
        assert_eq!(token.len(), 64);
        assert!(token.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        assert_eq!(token, request_token(&["SELECT 1", "primary", "", "default"]));
        for other in [
            ["SELECT 1 ", "primary", "", "default"],
            ["SELECT 1", "Primary", "", "default"],
            ["SELECT 1", "primar", "y", "default"],
            ["SELECT 1", "primary", "default", ""],
        ] {
            assert_ne!(token, request_token(&other), "{other:?}");
        }
    }
}
