//! The emulator as a test holds it: started on a thread of its own, watched, stopped when dropped.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::{fs, io};

use tokio::sync::oneshot;

use super::calls::{Call, Calls};
use super::catalog::Catalog;
use super::clock::Clock;
use super::execution::{Execution, Executions};
use super::faults::{FaultPlan, Faults};
use super::folders::Folders;
use super::http::serve;
use super::options::Options;
use super::rates::Rates;
use super::s3::{self, Uploads};
use super::{Shared, wire};

/// A running emulator.
pub struct Emulator {
    shared: Arc<Shared>,
    athena: SocketAddr,
    s3: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator. It runs on threads of its own, so that a test that blocks does not block it.
    pub fn start(options: Options) -> Self {
        let Options { root, now, second, clock_stands, latency, quotas, workgroups, faults, region, denied } = options;
        let shared = Arc::new(Shared {
            clock: Clock::new(second, clock_stands),
            now,
            latency,
            rates: Rates::new(quotas.rates.clone()),
            quotas,
            workgroups,
            faults: Faults::default(),
            calls: Calls::new(&region, denied),
            catalog: Catalog::default(),
            executions: Executions::default(),
            folders: Folders::new(root).expect("the folders can be made"),
            uploads: Uploads::default(),
            region,
            numbers: AtomicU64::new(0),
        });
        shared.faults.follow(faults);
        let (athena, athena_address) = listener();
        let (s3, s3_address) = listener();
        let (stop, stopped) = oneshot::channel();
        let served = shared.clone();
        let thread = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build().expect("a runtime can be made");
            runtime.block_on(async move {
                let athena = tokio::net::TcpListener::from_std(athena).expect("the listener is nonblocking");
                let s3 = tokio::net::TcpListener::from_std(s3).expect("the listener is nonblocking");
                let (for_athena, for_s3) = (served.clone(), served);
                tokio::select! {
                    _ = serve(athena, move |request| wire::handle(for_athena.clone(), request)) => {}
                    _ = serve(s3, move |request| s3::handle(for_s3.clone(), request)) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { shared, athena: athena_address, s3: s3_address, stop: Some(stop), thread: Some(thread) }
    }

    /// Where Athena listens.
    pub fn athena_url(&self) -> String {
        format!("http://{}", self.athena)
    }

    /// Where S3 listens; buckets are named in the path.
    pub fn s3_url(&self) -> String {
        format!("http://{}", self.s3)
    }

    /// The folder of a bucket, which is made if it is not there.
    pub fn bucket(&self, name: &str) -> PathBuf {
        self.shared.folders.make_bucket(name).expect("a bucket's folder can be made")
    }

    /// Copies a folder's files to a location.
    pub fn copy_in(&self, folder: &Path, location: &str) {
        let (bucket, _) = super::folders::split(location).expect("a location names a bucket");
        self.bucket(bucket);
        let target = self.shared.folders.path(location.trim_end_matches('/')).expect("the bucket was made");
        copy(folder, &target).expect("files can be copied");
    }

    /// Moves an object into an archive storage class: it is listed, and Athena skips it.
    pub fn archive(&self, location: &str) {
        self.shared.folders.archive(location).expect("there is such an object");
    }

    /// The objects of a bucket under a prefix, by key.
    pub fn objects(&self, bucket: &str, prefix: &str) -> Vec<String> {
        self.shared.folders.list(bucket, prefix).into_iter().map(|object| object.key).collect()
    }

    /// The location of every object that was written, by the client or by Athena, in order.
    pub fn written(&self) -> Vec<String> {
        self.shared.folders.written()
    }

    /// Makes a database.
    pub fn database(&self, name: &str) {
        self.shared.catalog.create_database(name);
    }

    /// The tables and views of a database, by name.
    pub fn tables(&self, database: &str) -> Vec<String> {
        let entries = self.shared.catalog.entries(database).unwrap_or_default();
        entries.into_iter().map(|(name, _)| name).collect()
    }

    /// Lets other things go wrong from now on.
    pub fn follow(&self, plan: FaultPlan) {
        self.shared.faults.follow(plan);
    }

    /// Every call so far, Athena's own included.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.all()
    }

    /// How often a client has asked for an action.
    pub fn count(&self, action: &str) -> usize {
        let is = |call: &&Call| call.action == action && call.caller == super::calls::Caller::Client;
        self.shared.calls.all().iter().filter(is).count()
    }

    /// Every execution so far, in the order of submission.
    pub fn executions(&self) -> Vec<Arc<Execution>> {
        self.shared.executions.all()
    }

    /// How many executions have not ended.
    pub fn running(&self) -> usize {
        self.executions().iter().filter(|execution| !execution.state().is_final()).count()
    }

    /// How many multipart uploads were neither completed nor aborted.
    pub fn open_uploads(&self) -> usize {
        self.shared.uploads.open()
    }

    /// A runtime whose work takes no emulated time: the clock stands while anything of it can go on. So what a client
    /// computes on a slow machine is not taken for time that it let pass.
    pub fn timeless_runtime(&self) -> tokio::runtime::Runtime {
        let (held, released) = (self.shared.clone(), self.shared.clone());
        self.shared.clock.hold();
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_unpark(move || held.clock.hold())
            .on_thread_park(move || released.clock.release())
            .build()
            .expect("a runtime can be made")
    }

    /// Emulated seconds since the start.
    pub fn now(&self) -> f64 {
        self.shared.clock.now()
    }
}

impl Drop for Emulator {
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

/// A listener on a port that nobody has.
fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.set_nonblocking(true).expect("a listener can be nonblocking");
    let address = listener.local_addr().expect("a listener has an address");
    (listener, address)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
