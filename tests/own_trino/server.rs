//! A Trino of a test's own: started, killed, started anew.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::keys::{Keys, PASSWORD, USER};

/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_secs(180);

/// A server. Dropped, it is ended.
pub struct Server {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
    /// Where it answers over TLS alone, and what curl is told so that it is let in.
    secured: Option<(u16, Vec<String>)>,
}

fn named(variable: &str) -> PathBuf {
    let help = "it is set by tests/trino/run, which installs and starts what these tests need";
    std::env::var_os(variable).map(PathBuf::from).unwrap_or_else(|| panic!("{variable} is not set: {help}"))
}

impl Server {
    /// Starts one whose catalog `hive` lies in an S3.
    pub fn start(s3: &str) -> Self {
        Self::configured(s3, "")
    }

    /// Starts one with more lines in its configuration.
    pub fn configured(s3: &str, more: &str) -> Self {
        Self::begun(tempfile::tempdir().expect("a folder for temporary files"), s3, more, None)
    }

    /// Starts one that lets in who proves by password or token to be the user that it knows, over TLS.
    pub fn secured(s3: &str, keys: &Keys) -> Self {
        let (port, path) = (free_port(), |name: &str| keys.path(name).to_string_lossy().into_owned());
        let more = format!(
            "http-server.https.enabled=true\nhttp-server.https.port={port}\nhttp-server.https.keystore.path={}\n\
             http-server.authentication.type=PASSWORD,JWT\nhttp-server.authentication.jwt.key-file={}\n\
             internal-communication.shared-secret=0123456789abcdef0123456789abcdef0123456789abcdef\n",
            path("keystore.pem"),
            path("token.pem")
        );
        let proof = ["--cacert".to_owned(), path("ca.pem"), "-u".to_owned(), format!("{USER}:{PASSWORD}")];
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let known = format!("password-authenticator.name=file\nfile.password-file={}\n", path("password.db"));
        fs::create_dir(folder.path().join("etc")).expect("the folder is ours");
        fs::write(folder.path().join("etc/password-authenticator.properties"), known).expect("the folder is ours");
        Self::begun(folder, s3, &more, Some((port, proof.to_vec())))
    }

    fn begun(folder: TempDir, s3: &str, more: &str, secured: Option<(u16, Vec<String>)>) -> Self {
        let port = free_port();
        configure(folder.path(), port, s3, more);
        let mut server = Self { folder, port, process: None, secured };
        server.begin();
        server
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        match &self.secured {
            Some((port, _)) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{}", self.port),
        }
    }

    /// The folder that the catalogs `disk` and `guarded` call `local:///`.
    pub fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Ends it at once, as a machine that fails.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is ours");
            process.wait().expect("it is ours");
        }
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(began.elapsed() < PATIENCE, "something still answers");
            sleep(Duration::from_millis(50));
        }
    }

    /// Starts it, and waits until it takes queries.
    pub fn begin(&mut self) {
        let (home, java) = (named("ATHPLAN_TRINO_HOME"), named("ATHPLAN_TRINO_JAVA"));
        let path = std::env::var("PATH").unwrap_or_default();
        let log = || fs::File::options().create(true).append(true).open(self.folder.path().join("log")).expect("a log");
        let process = Command::new(home.join("bin/launcher"))
            .args(["--etc-dir", &self.inside("etc"), "--data-dir", &self.inside("data")])
            .args(["--pid-file", &self.inside("pid"), "run"])
            .env("JAVA_HOME", &java)
            .env("PATH", format!("{}/bin:{path}", java.display()))
            .stdout(Stdio::from(log()))
            .stderr(Stdio::from(log()))
            .spawn()
            .expect("a launcher");
        self.process = Some(process);
        let began = Instant::now();
        // It answers some seconds before it takes any query.
        while self.query("SELECT count(*) FROM system.runtime.nodes").is_none() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "the server did not start: {}", log());
            sleep(Duration::from_millis(300));
        }
    }

    fn inside(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// The rows of a query, each value as its JSON; none if it fails.
    pub fn query(&self, sql: &str) -> Option<Vec<Vec<serde_json::Value>>> {
        let mut page = self.curl(&["--data-binary", sql, &format!("{}/v1/statement", self.url())])?;
        let mut rows = Vec::new();
        loop {
            if page.get("error").is_some() {
                return None;
            }
            let data = page["data"].as_array().cloned().unwrap_or_default();
            rows.extend(data.into_iter().map(|row| row.as_array().cloned().unwrap_or_default()));
            match page["nextUri"].as_str() {
                Some(next) => page = self.curl(&[next])?,
                None => return Some(rows),
            }
        }
    }

    fn curl(&self, more: &[&str]) -> Option<serde_json::Value> {
        let headers = ["X-Trino-User: test", "X-Trino-Catalog: hive", "X-Trino-Schema: default"];
        let headers = headers.iter().flat_map(|header| ["-H", header]);
        let proof = self.secured.iter().flat_map(|(_, proof)| proof);
        let output = Command::new("curl").args(["-sf", "--noproxy", "*"]).args(proof).args(headers).args(more).output();
        serde_json::from_slice(&output.expect("there is a curl").stdout).ok()
    }

    /// A single number that a query yields.
    pub fn number(&self, sql: &str) -> Option<u64> {
        self.query(sql)?.first()?.first()?.as_u64()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    free.local_addr().expect("a listener has an address").port()
}

fn configure(folder: &Path, port: u16, s3: &str, more: &str) {
    // Who may not set properties of the session is refused there, unless the user has a role that is asked for.
    let on_disk = |more: &str| {
        format!(
            "connector.name=hive\nhive.metastore=file\nhive.metastore.catalog.dir=local:///metastore\n\
             hive.non-managed-table-writes-enabled=true\nhive.allow-register-partition-procedure=true\nfs.native-local.enabled=true\nlocal.location={}/disk\n{more}",
            folder.display()
        )
    };
    let files = [
        (
            "etc/node.properties",
            format!(
                "node.environment=test\nnode.id=test\nnode.data-dir={0}/data\nplugin.dir={1}/plugin\n",
                folder.display(),
                named("ATHPLAN_TRINO_HOME").display()
            ),
        ),
        (
            "etc/jvm.config",
            "-server\n-Xmx1G\n-XX:+UseSerialGC\n-XX:+ExitOnOutOfMemoryError\n-Djdk.attach.allowAttachSelf=true\n-Dfile.encoding=UTF-8\n"
                .to_owned(),
        ),
        (
            "etc/config.properties",
            format!(
                "coordinator=true\nnode-scheduler.include-coordinator=true\nhttp-server.http.port={port}\n\
                 discovery.uri=http://127.0.0.1:{port}\n{more}"
            ),
        ),
        ("etc/log.properties", "io.trino=WARN\n".to_owned()),
        ("etc/catalog/disk.properties", on_disk("")),
        ("etc/catalog/guarded.properties", on_disk("hive.security=sql-standard\n")),
        (
            "etc/catalog/hive.properties",
            format!(
                "connector.name=hive\nhive.metastore=file\nhive.metastore.catalog.dir=local:///own\n\
                 fs.native-local.enabled=true\nlocal.location={0}/disk\n\
                 hive.storage-format=PARQUET\nhive.non-managed-table-writes-enabled=true\n\
                 hive.allow-register-partition-procedure=true\nhive.partition-projection-enabled=true\n\
                 fs.native-s3.enabled=true\ns3.endpoint={s3}\ns3.region=us-east-1\ns3.path-style-access=true\n\
                 s3.aws-access-key=AKIATEST\ns3.aws-secret-key=secret\n",
                folder.display()
            ),
        ),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    }
    for name in ["data", "disk"] {
        fs::create_dir_all(folder.join(name)).expect("the folder is ours");
    }
}
