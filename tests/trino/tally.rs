//! What the judge has judged: counts by judge, and what it could not judge, by name and reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::subject::{Make, Subject};
use crate::laws::bench::STACK;

/// Counts of one judge.
#[derive(Debug)]
pub struct Tally {
    judge: &'static str,
    counts: BTreeMap<&'static str, u64>,
    /// Cases that could not be judged, by reason.
    unjudged: BTreeMap<String, Vec<String>>,
}

impl Tally {
    /// Nothing yet.
    pub fn new(judge: &'static str) -> Self {
        Self { judge, counts: BTreeMap::new(), unjudged: BTreeMap::new() }
    }

    /// Counts more of something.
    pub fn add(&mut self, what: &'static str, count: usize) {
        *self.counts.entry(what).or_default() += count as u64;
    }

    /// A case that Trino cannot judge.
    pub fn unjudged(&mut self, case: impl Into<String>, reason: impl Into<String>) {
        self.unjudged.entry(reason.into()).or_default().push(case.into());
    }

    /// Takes in the counts of a part.
    pub fn take_in(&mut self, other: Tally) {
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        for (reason, cases) in other.unjudged {
            self.unjudged.entry(reason).or_default().extend(cases);
        }
    }

    /// Prints the counts, and adds them to the file that the script prints at its end.
    pub fn print(&self) {
        let counts: Vec<String> = self.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        let mut text = format!("{}: {}\n", self.judge, counts.join(", "));
        for (reason, cases) in &self.unjudged {
            let mut cases = cases.clone();
            cases.sort();
            cases.dedup();
            let _ = writeln!(text, "  not judged, {} cases, {reason}: {}", cases.len(), cases.join(", "));
        }
        print!("{text}");
        if let Ok(path) = std::env::var("ATHPLAN_TRINO_TALLY") {
            let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
            file.and_then(|mut file| file.write_all(text.as_bytes())).expect("the tally can be written");
        }
    }
}

/// Judges one subject: what was counted, and what is wrong, in words.
pub type Judging<'j> = dyn Fn(&Subject, Tally) -> (Tally, Vec<String>) + Sync + 'j;

/// Judges subjects, two at a time, prints what was judged, and fails if anything is wrong.
pub fn judged(name: &'static str, subjects: &[Make], judge: &Judging<'_>) {
    let (next, wrong, tally) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(Tally::new(name)));
    let work = || {
        while let Some(make) = subjects.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut own = Tally::new(name);
            own.add("specs", 1);
            let (own, found) = judge(&make(), own);
            tally.lock().expect("nobody panicked").take_in(own);
            wrong.lock().expect("nobody panicked").extend(found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
        }
    });
    tally.into_inner().expect("nobody panicked").print();
    let wrong = wrong.into_inner().expect("nobody panicked");
    assert!(wrong.is_empty(), "{} are wrong\n\n{}", wrong.len(), wrong.join("\n\n"));
}
