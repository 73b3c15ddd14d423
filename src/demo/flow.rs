//! VPC flow logs of the days around the theft, in the two regions where a firewall was opened: a
//! second kind of log beside the trail, as space-separated text
//! (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>).

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::actor::ACCOUNT;
use super::archive::Packed;
use super::clock::{DAY, HOUR, MINUTE, at, folders, stamp};
use super::random::Random;

const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                      action log-status\n";

/// The regions, and when the firewall was opened there.
const REGIONS: &[(&str, &str)] = &[("sa-east-1", "2019-04-25T09:30:00Z"), ("us-east-1", "2019-04-25T10:05:00Z")];

/// How much time one file covers.
const WINDOW: i64 = 12 * HOUR;

/// The address of whoever works with the stolen keys.
const THIEF: &str = "203.0.113.66";

/// Writes the files under `root`; how many.
pub fn write(root: &Path) -> io::Result<u64> {
    let mut files = 0;
    let mut random = Random::of("flow");
    for (region, opened) in REGIONS {
        let opened = at(opened);
        let flow = random.hex(16);
        let first = at("2019-04-24T00:00:00Z");
        for start in (first..first + 4 * DAY).step_by(WINDOW as usize) {
            let text = records(start, opened, &mut random);
            let id = random.hex(8);
            let end = stamp(start + WINDOW - 5 * MINUTE);
            let name = format!("{ACCOUNT}_vpcflowlogs_{region}_fl-0{flow}_{end}_{id}.log.gz");
            let folder = root.join("AWSLogs").join(ACCOUNT).join("vpcflowlogs").join(region).join(folders(start));
            let mut file = Packed::create(&folder, &name)?;
            io::Write::write_all(&mut file, text.as_bytes())?;
            file.finish()?;
            files += 1;
        }
    }
    Ok(files)
}

/// The lines of one file.
fn records(start: i64, opened: i64, random: &mut Random) -> String {
    let mut text = HEADER.to_owned();
    let mut time = start;
    loop {
        time += random.within(MINUTE..18 * MINUTE);
        if time + MINUTE >= start + WINDOW {
            return text;
        }
        let interface = format!("eni-0{:016x}", 0x5eed_0000 + random.below(4));
        let host = format!("10.0.3.{}", 16 + random.below(8));
        let end = time + MINUTE;
        // Whoever tries the port is turned away before the firewall was opened, and not after.
        let (source, port, verdict) = match random.below(10) {
            0 => {
                writeln!(text, "2 {ACCOUNT} {interface} - - - - - - - {time} {end} - NODATA").expect(INTO_TEXT);
                continue;
            }
            1 | 2 if (-DAY..DAY).contains(&(time - opened)) => {
                (THIEF.to_owned(), 22, if time < opened { "REJECT" } else { "ACCEPT" })
            }
            3 => (format!("198.51.100.{}", 100 + random.below(100)), 22, "REJECT"),
            _ => (format!("10.0.2.{}", 4 + random.below(60)), 443, "ACCEPT"),
        };
        let packets = 1 + random.below(60);
        let (from, bytes) = (random.within(32_768..61_000), packets * (40 + random.below(900)));
        writeln!(
            text,
            "2 {ACCOUNT} {interface} {source} {host} {from} {port} 6 {packets} {bytes} {time} {end} {verdict} OK"
        )
        .expect(INTO_TEXT);
    }
}

const INTO_TEXT: &str = "text in memory takes whatever is written";
