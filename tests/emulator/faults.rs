//! The fault plan: what goes wrong, when, and always the same for the same seed.
//!
//! Every decision is a hash of the seed, the rule and how often the rule was asked, so a plan needs no
//! generator whose state would depend on who asks first about what.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What goes wrong.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    seed: u64,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    subject: Subject,
    chance: Chance,
}

#[derive(Debug, Clone)]
enum Subject {
    /// Calls of an operation; `*` is any.
    Call(String, CallFault),
    /// Executions of statements whose text contains something.
    Query(String, QueryFault),
}

/// How often a rule applies, among the calls or executions that it is about.
#[derive(Debug, Clone, Copy)]
pub enum Chance {
    /// Each time.
    Always,
    /// The first so many times.
    First(u64),
    /// Only that time, counted from 1.
    Nth(u64),
    /// That time and ever after.
    From(u64),
    /// With a probability.
    Of(f64),
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CallFault {
    /// ThrottlingException, or S3's SlowDown.
    Throttled,
    /// TooManyRequestsException.
    TooMany,
    /// A server error of that status.
    Server(u16),
    /// The connection is cut before anything is done.
    Reset,
    /// What was asked is done, and the connection cut.
    Lost,
    /// The session token has expired.
    Expired,
    /// The credentials are unknown.
    Unrecognised,
    /// The caller may not do this.
    Denied,
    /// The answer takes so many emulated seconds longer.
    Slow(f64),
    /// A stop is answered, and comes too late to change anything.
    TooLate,
}

/// What becomes of an execution; where it fails, it fails once it has run its time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum QueryFault {
    /// It waits so many emulated seconds longer before it begins.
    Queued(f64),
    /// It goes from RUNNING back to QUEUED once, as the service does in transient trouble.
    Requeued,
    /// An internal error that another attempt may not meet.
    Internal,
    /// `Query exhausted resources at this scale factor`.
    Exhausted,
    /// `EXCEEDED_LOCAL_MEMORY_LIMIT`.
    Memory,
    /// S3 asked Athena to slow down.
    SlowDown,
    /// Athena may not read the data.
    Denied,
    /// The statement's time is over.
    Timeout,
}

impl FaultPlan {
    /// A plan in which nothing goes wrong yet.
    pub fn new(seed: u64) -> Self {
        Self { seed, rules: Vec::new() }
    }

    /// Lets calls of an operation (`*` is any, S3's included) go wrong.
    #[must_use]
    pub fn on_call(mut self, operation: &str, chance: Chance, fault: CallFault) -> Self {
        self.rules.push(Rule { subject: Subject::Call(operation.to_owned(), fault), chance });
        self
    }

    /// Lets executions of statements whose text contains something fail.
    #[must_use]
    pub fn on_statement(mut self, contains: &str, chance: Chance, fault: QueryFault) -> Self {
        self.rules.push(Rule { subject: Subject::Query(contains.to_owned(), fault), chance });
        self
    }
}

/// A plan that is being followed.
#[derive(Debug, Default)]
pub struct Faults(Mutex<(FaultPlan, BTreeMap<usize, u64>)>);

impl Faults {
    /// Follows a plan from its beginning.
    pub fn follow(&self, plan: FaultPlan) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (plan, BTreeMap::new());
    }

    /// What goes wrong with a call, if anything; the first rule that applies decides.
    pub fn call(&self, operation: &str) -> Option<CallFault> {
        self.decide(|subject| match subject {
            Subject::Call(name, fault) if name == "*" || name == operation => Some(*fault),
            _ => None,
        })
    }

    /// What becomes of an execution beyond its usual way, if anything.
    pub fn query(&self, text: &str) -> Option<QueryFault> {
        self.decide(|subject| match subject {
            Subject::Query(part, fault) if text.contains(part.as_str()) => Some(*fault),
            _ => None,
        })
    }

    fn decide<F>(&self, concerns: impl Fn(&Subject) -> Option<F>) -> Option<F> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (plan, asked) = &mut *state;
        for (number, rule) in plan.rules.iter().enumerate() {
            let Some(fault) = concerns(&rule.subject) else { continue };
            let count = asked.entry(number).or_default();
            *count += 1;
            let applies = match rule.chance {
                Chance::Always => true,
                Chance::First(times) => *count <= times,
                Chance::Nth(time) => *count == time,
                Chance::From(time) => *count >= time,
                Chance::Of(probability) => fraction(&[plan.seed, number as u64, *count]) < probability,
            };
            if applies {
                return Some(fault);
            }
        }
        None
    }
}

/// A number from 0 up to 1 that only the parts decide.
#[allow(clippy::cast_precision_loss, reason = "53 bits are exact in a double")]
fn fraction(parts: &[u64]) -> f64 {
    let hash = parts.iter().fold(0, |hash, part| mixed(hash ^ part));
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

/// A step of the splitmix64 generator (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014): every bit of the outcome depends on every bit of the number.
pub fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
