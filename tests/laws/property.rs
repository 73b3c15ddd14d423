//! Running many generated cases: a fixed seed, threads, and proptest's shrinking of what fails.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Cases that one generator's seed serves; so the cases do not depend on the number of threads.
const CHUNK: usize = 25;

/// With `ATHPLAN_LAW_SURVEY` set, all cases run, and every failure is shown as it was generated.
const SURVEY: &str = "ATHPLAN_LAW_SURVEY";

/// How many cases: `ATHPLAN_LAW_CASES`, in place of a test's own default of `standard`, is the number
/// for a test whose default is 1,000; others scale with it.
pub fn cases(standard: usize) -> usize {
    match std::env::var("ATHPLAN_LAW_CASES") {
        Ok(text) => {
            let wanted: usize = text.parse().expect("ATHPLAN_LAW_CASES is a number");
            (standard * wanted).div_ceil(1_000)
        }
        Err(_) => standard,
    }
}

/// The seed: `ATHPLAN_LAW_SEED`, a number, or zero.
fn seed(chunk: usize) -> [u8; 32] {
    let given: u64 =
        std::env::var("ATHPLAN_LAW_SEED").map_or(0, |text| text.parse().expect("ATHPLAN_LAW_SEED is a number"));
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&given.to_le_bytes());
    seed[8..16].copy_from_slice(&u64::try_from(chunk).expect("few chunks").to_le_bytes());
    seed
}

/// What a panic said.
fn words(panic: &Box<dyn Any + Send>) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("it panicked: {}", words.unwrap_or("without words"))
}

/// Holds a law to many cases. `law` is made once a thread and gets one case at a time; its error is
/// shown for the smallest case that has one. `show` tells the case if the law panics.
pub fn hold<S, L>(
    count: usize,
    strategy: &(impl Fn() -> S + Sync),
    law: &(impl Fn() -> L + Sync),
    show: &(impl Fn(&S::Value) -> String + Sync),
) where
    S: Strategy,
    L: Fn(&S::Value) -> Result<(), String>,
{
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let survey = std::env::var(SURVEY).is_ok();
    let chunk_size = if survey { 1 } else { CHUNK };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        let law = law();
        let strategy = strategy();
        let mut errors = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let Some(rest) = count.checked_sub(chunk * chunk_size).filter(|rest| *rest > 0) else { break };
            let config = Config {
                cases: u32::try_from(rest.min(chunk_size)).expect("a chunk is small"),
                failure_persistence: None,
                max_shrink_iters: if survey { 0 } else { u32::MAX },
                max_shrink_time: 30_000,
                ..Config::default()
            };
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(chunk));
            let mut runner = TestRunner::new_with_rng(config, rng);
            let found = runner.run(&strategy, |case| {
                let held = catch_unwind(AssertUnwindSafe(|| law(&case)));
                held.unwrap_or_else(|panic| Err(format!("{}\n\n{}", words(&panic), show(&case))))
                    .map_err(TestCaseError::fail)
            });
            if let Err(error) = found {
                failed.store(!survey, Ordering::Relaxed);
                errors.push(match error {
                    TestError::Fail(reason, _) => format!("chunk {chunk}: {reason}"),
                    TestError::Abort(reason) => format!("chunk {chunk} stopped: {reason}"),
                });
            }
        }
        errors
    };
    let errors: Vec<String> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        started.into_iter().flat_map(|thread| thread.join().expect("a law does not panic")).collect()
    });
    assert!(errors.is_empty(), "{}", errors.join("\n\n"));
}
