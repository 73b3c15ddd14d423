//! Keys, certificates and tokens of a test's own, made by openssl: whoever trusts them trusts nobody else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tempfile::TempDir;

/// The user that the server knows.
pub const USER: &str = "test";

/// The user's password.
pub const PASSWORD: &str = "correct horse";

/// The user as the server's file has it: bcrypt of the password.
const KNOWN: &str = "test:$2y$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu\n";

/// An authority, a certificate that it has signed for `localhost`, and a key that signs tokens.
pub struct Keys {
    folder: TempDir,
}

impl Keys {
    /// Makes them.
    pub fn new() -> Self {
        let keys = Self { folder: tempfile::tempdir().expect("a folder for temporary files") };
        for authority in ["ca", "other"] {
            let subject = format!("/CN=athplan test {authority}");
            keys.openssl(
                &format!(
                    "req -x509 -newkey rsa:2048 -nodes -days 30 -keyout {authority}.key -out {authority}.pem -subj"
                ),
                &[&subject],
            );
        }
        keys.openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost", &[]);
        fs::write(keys.path("names"), "subjectAltName=DNS:localhost\n").expect("the folder is ours");
        keys.openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem",
            &[],
        );
        let text = |name: &str| fs::read_to_string(keys.path(name)).expect("openssl has made it");
        fs::write(keys.path("keystore.pem"), text("server.key") + &text("server.pem")).expect("the folder is ours");
        keys.openssl("genrsa -out token.key 2048", &[]);
        keys.openssl("rsa -in token.key -pubout -out token.pem", &[]);
        fs::write(keys.path("password.db"), KNOWN).expect("the folder is ours");
        keys
    }

    /// Where one lies: `ca.pem`, `other.pem`, `keystore.pem`, `token.pem`, `password.db`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A token (RS256) of a user's until some second of the epoch, signed by a key: `token.key`, or one that the server does not
    /// know.
    pub fn token(&self, user: &str, until: u64, key: &str) -> String {
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = part(serde_json::json!({"alg": "RS256", "typ": "JWT"}));
        let said = format!("{head}.{}", part(serde_json::json!({"sub": user, "exp": until})));
        fs::write(self.path("said"), &said).expect("the folder is ours");
        self.openssl(&format!("dgst -sha256 -sign {key} -out signature said"), &[]);
        let signature = fs::read(self.path("signature")).expect("openssl has made it");
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn openssl(&self, words: &str, more: &[&str]) {
        run(Command::new("openssl").args(words.split(' ')).args(more), self.folder.path());
    }
}

fn run(command: &mut Command, folder: &Path) {
    let output = command.current_dir(folder).stdin(Stdio::null()).output().expect("there is an openssl");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
