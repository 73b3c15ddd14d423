//! The background: people at work, machines that never sleep, AWS calling itself. None of it has
//! to do with Bob, though some of it looks alike.

use std::sync::Arc;

use super::actor::Actor;
use super::call::{ASSUME_ROLE, Call, ORDINARY, named};
use super::clock::{DAY, HOUR, MINUTE, at, weekend};
use super::event::{Action, Answer, Assumption, Event};
use super::random::Random;

/// Regions in use, each as often as its share.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-1",
    "us-east-1",
    "us-east-1",
    "us-east-1",
    "us-east-1",
    "eu-west-1",
    "eu-west-1",
    "eu-west-1",
    "us-west-2",
    "us-west-2",
    "eu-central-1",
];

const PEOPLE: &[(&str, &str, &str)] = &[
    ("alice", "198.51.100.20", "aws-cli/2.9.19 Python/3.9.11 Linux/5.15.0 exe/x86_64.ubuntu.22 prompt/off"),
    ("carol", "198.51.100.21", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/119.0.0.0"),
    ("dave", "198.51.100.37", "aws-cli/1.27.60 Python/3.8.10 Windows/10 botocore/1.29.60"),
    ("ci-deployer", "192.0.2.14", "APN/1.0 HashiCorp/1.0 Terraform/1.3.7 aws-sdk-go/1.44.157 (go1.19.3; linux; amd64)"),
];

/// AWS services that assume a role of the account, and the role.
const SERVICES: &[(&str, &str)] = &[
    ("ec2.amazonaws.com", "arn:aws:iam::111111111111:role/app-server"),
    ("lambda.amazonaws.com", "arn:aws:iam::111111111111:role/orders-worker"),
    (
        "autoscaling.amazonaws.com",
        "arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    ),
];

/// The longest stretch of calls that somebody makes in a row.
const LONGEST: u64 = 28;

/// So many events between the end of February and the beginning of June 2019.
pub fn events(count: u64, random: &mut Random) -> Vec<Event> {
    let mut events = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut left = count;
    while left > 0 {
        let length = left.min(4 + random.below(LONGEST - 4));
        stretch(length, random, &mut events);
        left -= length;
    }
    events
}

/// Calls that one actor makes in a row, in one region.
fn stretch(length: u64, random: &mut Random, events: &mut Vec<Event>) {
    let region = *random.pick(REGIONS);
    let kind = random.below(10);
    let mut time = match kind {
        0..5 => working_hour(random),
        _ => random.within(at("2019-02-25T00:00:00Z")..at("2019-06-04T00:00:00Z")),
    };
    let actor = Arc::new(match kind {
        0..4 => person(random),
        4 => {
            let person = Arc::new(person(random));
            let role = "arn:aws:iam::111111111111:role/devops";
            let (event, session) = assume(&person, role, "work", time, region, random);
            events.push(event);
            session
        }
        _ => {
            let (host, role) = random.pick(SERVICES);
            let session = if *host == "ec2.amazonaws.com" { format!("i-0{}", random.hex(16)) } else { random.hex(12) };
            let (event, session) = assume(&Arc::new(Actor::service(host)), role, &session, time, region, random);
            events.push(event);
            session
        }
    });
    let already = u64::from(kind >= 4);
    for _ in already..length {
        time += random.within(2..240);
        let call = if kind == 0 && random.chance(4) { named("ConsoleLogin") } else { random.pick(ORDINARY) };
        let error = random.chance(3).then_some("AccessDenied");
        events.push(event(time, region, &actor, Action::Call(call, error), call, random));
    }
}

/// A second between 07:00 and 18:00 of a weekday.
fn working_hour(random: &mut Random) -> i64 {
    loop {
        let day = at("2019-02-25T00:00:00Z") + random.within(0..99) * DAY;
        if !weekend(day) || random.chance(5) {
            return day + random.within(7 * HOUR..18 * HOUR);
        }
    }
}

fn person(random: &mut Random) -> Actor {
    if random.chance(1) {
        return Actor::root("198.51.100.20", "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0");
    }
    let (name, address, agent) = random.pick(PEOPLE);
    Actor::user(name, address, agent)
}

/// An `AssumeRole` of `actor`, and the session that it begins.
fn assume(
    actor: &Arc<Actor>,
    role: &str,
    session: &str,
    time: i64,
    region: &'static str,
    random: &mut Random,
) -> (Event, Actor) {
    let key = random.identifier("ASIA");
    let address = if actor.identity.invoked_by.is_some() {
        format!("10.0.{}.{}", random.below(16), 4 + random.below(250))
    } else {
        actor.address.clone()
    };
    let agent = if actor.identity.invoked_by.is_some() { "aws-sdk-java/1.12.433 Linux/5.4.247" } else { &actor.agent };
    let begun = Actor::session(role, session, &key, time, &address, agent);
    let assumption =
        Assumption { role: role.to_owned(), session: session.to_owned(), seconds: HOUR, answer: Answer::Key(key) };
    let action = Action::AssumeRole(Arc::new(assumption));
    (event(time, region, actor, action, &ASSUME_ROLE, random), begun)
}

/// An event as it reaches the archive: some minutes later, and, if its service is global, under
/// us-east-1, now and then in the folder of the region that the caller works in.
fn event(
    time: i64,
    region: &'static str,
    actor: &Arc<Actor>,
    action: Action,
    call: &Call,
    random: &mut Random,
) -> Event {
    let named = if call.is_global() { "us-east-1" } else { region };
    let folder = if named != region && !random.chance(10) { named } else { region };
    let delivered = delivery(time, random);
    Event { time, delivered, region: named, folder, actor: Arc::clone(actor), action, seed: random.number() }
}

/// When an event is delivered that nothing holds up: two to twelve minutes later, with the next
/// file, of which there is one every five minutes.
pub fn delivery(time: i64, random: &mut Random) -> i64 {
    let ready = time + random.within(2 * MINUTE..12 * MINUTE);
    (ready + 5 * MINUTE - 1).div_euclid(5 * MINUTE) * 5 * MINUTE
}
