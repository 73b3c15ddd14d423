//! The patterns that Grok knows by name, and how a pattern that calls others by name becomes one regular expression.
//!
//! Athena's documentation (<https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html>) names as its predefined
//! patterns those of Logstash 1.4.2 (`patterns/grok-patterns` there); the table says the same, written for this engine.

use std::collections::HashMap;

/// How often a name may stand for a pattern before it counts as one that calls itself.
const MAXIMUM_STEPS: usize = 1_000;

/// The longest expression that is built: nested names multiply.
const MAXIMUM_LENGTH: usize = 256 * 1024;

/// Names and what they stand for.
const PREDEFINED: &[(&str, &str)] = &[
    // Words and numbers.
    ("USERNAME", r"[a-zA-Z0-9._-]+"),
    ("USER", "%{USERNAME}"),
    ("INT", r"(?:[+-]?[0-9]+)"),
    ("BASE10NUM", r"(?<![0-9.+-])(?>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"),
    ("NUMBER", "(?:%{BASE10NUM})"),
    ("BASE16NUM", r"(?<![0-9A-Fa-f])(?:[+-]?(?:0x)?[0-9A-Fa-f]+)"),
    ("BASE16FLOAT", r"\b(?<![0-9A-Fa-f.])(?:[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+))\b"),
    ("POSINT", r"\b[1-9][0-9]*\b"),
    ("NONNEGINT", r"\b[0-9]+\b"),
    ("WORD", r"\b\w+\b"),
    ("NOTSPACE", r"\S+"),
    ("SPACE", r"\s*"),
    ("DATA", ".*?"),
    ("GREEDYDATA", ".*"),
    ("QUOTEDSTRING", r#"(?>(?<!\\)(?>"(?>\\.|[^\\"]+)+"|""|(?>'(?>\\.|[^\\']+)+')|''|(?>`(?>\\.|[^\\`]+)+`)|``))"#),
    ("QS", "%{QUOTEDSTRING}"),
    ("UUID", "[A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}"),
    // Networks.
    ("MAC", "(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})"),
    ("CISCOMAC", r"(?:(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4})"),
    ("WINDOWSMAC", "(?:(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2})"),
    ("COMMONMAC", "(?:(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2})"),
    (
        "IPV4",
        "(?<![0-9])(?:(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})(?:[.](?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})){3})(?![0-9])",
    ),
    ("IP", "(?:%{IPV6}|%{IPV4})"),
    ("HOSTNAME", r"\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*(?:\.?|\b)"),
    ("HOST", "%{HOSTNAME}"),
    ("IPORHOST", "(?:%{HOSTNAME}|%{IP})"),
    ("HOSTPORT", "%{IPORHOST}:%{POSINT}"),
    // Paths and addresses.
    ("PATH", "(?:%{UNIXPATH}|%{WINPATH})"),
    ("UNIXPATH", r"(?>/(?>[\w_%!$@:.,-=]+|\\.)*)+"),
    ("TTY", r"(?:/dev/(?:pts|tty(?:[pq])?)(?:\w+)?/?[0-9]+)"),
    ("WINPATH", r"(?>[A-Za-z]+:|\\)(?:\\[^\\?*]*)+"),
    ("URIPROTO", r"[A-Za-z]+(?:\+[A-Za-z+]+)?"),
    ("URIHOST", "%{IPORHOST}(?::%{POSINT:port})?"),
    ("URIPATH", r"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%_\-]*)+"),
    ("URIPARAM", r"\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]]*"),
    ("URIPATHPARAM", "%{URIPATH}(?:%{URIPARAM})?"),
    ("URI", "%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"),
    // Dates and times.
    (
        "MONTH",
        r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b",
    ),
    ("MONTHNUM", "(?:0?[1-9]|1[0-2])"),
    ("MONTHNUM2", "(?:0[1-9]|1[0-2])"),
    ("MONTHDAY", "(?:0[1-9]|[12][0-9]|3[01]|[1-9])"),
    ("DAY", "(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)"),
    ("YEAR", r"(?>\d\d){1,2}"),
    ("HOUR", "(?:2[0123]|[01]?[0-9])"),
    ("MINUTE", "(?:[0-5][0-9])"),
    // A leap second is the sixtieth.
    ("SECOND", "(?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)"),
    ("TIME", "(?!<[0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})(?![0-9])"),
    ("DATE_US", "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"),
    ("DATE_EU", "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"),
    ("ISO8601_TIMEZONE", "(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))"),
    ("ISO8601_SECOND", "(?:%{SECOND}|60)"),
    ("TIMESTAMP_ISO8601", "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?"),
    ("DATE", "%{DATE_US}|%{DATE_EU}"),
    ("DATESTAMP", "%{DATE}[- ]%{TIME}"),
    ("TZ", "(?:[PMCE][SD]T|UTC)"),
    ("DATESTAMP_RFC822", "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}"),
    ("DATESTAMP_RFC2822", "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}"),
    ("DATESTAMP_OTHER", "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}"),
    ("DATESTAMP_EVENTLOG", "%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}"),
    ("HTTPDATE", "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"),
    // Lines of syslog and of web servers.
    ("SYSLOGTIMESTAMP", "%{MONTH} +%{MONTHDAY} %{TIME}"),
    ("PROG", r"(?:[\w._/%-]+)"),
    ("SYSLOGPROG", r"%{PROG:program}(?:\[%{POSINT:pid}\])?"),
    ("SYSLOGHOST", "%{IPORHOST}"),
    ("SYSLOGFACILITY", "<%{NONNEGINT:facility}.%{NONNEGINT:priority}>"),
    ("SYSLOGBASE", "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:"),
    (
        "COMMONAPACHELOG",
        r#"%{IPORHOST:clientip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" %{NUMBER:response} (?:%{NUMBER:bytes}|-)"#,
    ),
    ("COMBINEDAPACHELOG", "%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}"),
    (
        "LOGLEVEL",
        "(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn?(?:ing)?|WARN?(?:ING)?|[Ee]rr?(?:or)?|ERR?(?:OR)?|[Cc]rit?(?:ical)?|CRIT?(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|EMERG(?:ENCY)?|[Ee]merg(?:ency)?)",
    ),
];

/// An IPv6 address: groups before `::` and at most so many behind it, the last two perhaps as an IPv4 address; and a
/// zone behind a `%`.
fn ipv6() -> String {
    let (group, octet) = ("[0-9A-Fa-f]{1,4}", r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)");
    let ipv4 = format!(r"{octet}(?:\.{octet}){{3}}");
    let mut forms = vec![
        format!("(?:{group}:){{7}}(?:{group}|:)"),
        format!("(?:{group}:){{6}}(?::{group}|{ipv4}|:)"),
        format!("(?:{group}:){{5}}(?:(?::{group}){{1,2}}|:{ipv4}|:)"),
    ];
    for before in (1..=4).rev() {
        let behind = 7 - before;
        let embedded = format!("(?::{group}){{0,{}}}:{ipv4}", behind - 2);
        forms.push(format!("(?:{group}:){{{before}}}(?:(?::{group}){{1,{behind}}}|{embedded}|:)"));
    }
    forms.push(format!(":(?:(?::{group}){{1,7}}|(?::{group}){{0,5}}:{ipv4}|:)"));
    format!("(?:{})(?:%.+)?", forms.join("|"))
}

/// A regular expression, and the names of its groups `name0`, `name1` and so on.
#[derive(Debug, PartialEq, Eq)]
pub struct Expanded {
    /// The expression.
    pub expression: String,
    /// What each numbered group is called.
    pub names: Vec<String>,
}

/// Replaces names by what they stand for until none is left.
///
/// `%{NAME:column}` becomes a group, and `%{NAME}` none. The definitions are lines of a name and its pattern, and come
/// before the predefined ones.
///
/// # Errors
///
/// A name that is not defined, that stands for itself, or that asks for more than Grok's plain captures.
pub fn expand(format: &str, definitions: &str) -> Result<Expanded, String> {
    let address = ipv6();
    let mut patterns: HashMap<&str, &str> = PREDEFINED.iter().copied().collect();
    patterns.insert("IPV6", &address);
    patterns.extend(definitions.lines().filter_map(definition));
    let mut expression = format.to_owned();
    let mut names: Vec<String> = Vec::new();
    for _ in 0..MAXIMUM_STEPS {
        let Some((call, pattern, column)) = next_call(&expression)? else {
            return Ok(Expanded { expression, names });
        };
        let Some(meaning) = patterns.get(pattern.as_str()) else {
            return Err(format!("there is no pattern {pattern}: define it in input.grokCustomPatterns"));
        };
        let replacement = match column {
            Some(column) => {
                names.push(column);
                format!("(?<name{}>{meaning})", names.len() - 1)
            }
            None => (*meaning).to_owned(),
        };
        expression = expression.replace(&call, &replacement);
        if expression.len() > MAXIMUM_LENGTH {
            break;
        }
    }
    Err("its patterns stand for themselves or for too much".to_owned())
}

/// A line of definitions: a name, white space, a pattern.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (name, pattern) = line.split_once(char::is_whitespace)?;
    let plain = !name.is_empty() && name.chars().all(is_name);
    (plain && !pattern.trim().is_empty()).then(|| (name, pattern.trim_start()))
}

/// The first `%{…}` that calls a pattern: all of it, the pattern's name, and the column's, if there is one.
fn next_call(expression: &str) -> Result<Option<(String, String, Option<String>)>, String> {
    for (at, _) in expression.match_indices("%{") {
        let rest = &expression[at + 2..];
        let Some(end) = rest.find('}') else { continue };
        let inside = &rest[..end];
        let (pattern, column) = match inside.split_once(':') {
            Some((pattern, column)) => (pattern, Some(column)),
            None => (inside, None),
        };
        if pattern.is_empty() || !pattern.chars().all(is_name) {
            if inside.contains('=') {
                return Err(format!("the embedded engine does not read definitions within a pattern: %{{{inside}}}"));
            }
            continue;
        }
        if column.is_some_and(|column| column.contains([':', ';', '='])) {
            let message = "the embedded engine does not read Grok's conversions: give the column a type instead of";
            return Err(format!("{message} %{{{inside}}}"));
        }
        let call = format!("%{{{inside}}}");
        return Ok(Some((call, pattern.to_owned(), column.map(str::to_owned))));
    }
    Ok(None)
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::local::scan::java_pattern::compile;

    /// A text as the groups of a pattern take it apart.
    fn taken(format: &str, definitions: &str, text: &str) -> Option<Vec<Option<String>>> {
        let expanded = expand(format, definitions).expect("it is defined");
        let pattern = compile(&expanded.expression).expect("an expression");
        let groups = pattern.captures(text).expect("it ends")?;
        let group = |at| groups.name(&format!("name{at}")).map(|text| text.as_str().to_owned());
        Some((0..expanded.names.len()).map(group).collect())
    }

    #[test]
    fn every_pattern_is_an_expression() {
        for (name, _) in PREDEFINED.iter().chain(&[("IPV6", "")]) {
            let expanded = expand(&format!("%{{{name}}}"), "").expect("it is defined");
            assert!(compile(&expanded.expression).is_ok(), "{name}: {}", expanded.expression);
        }
    }

    #[test]
    fn patterns_match_what_they_are_for() {
        for (name, yes, no) in [
            (
                "IPV6",
                "2001:db8::1 :: ::1 fe80::1%eth0 1:2:3:4:5:6:7:8 ::ffff:10.0.0.1 64:ff9b::1.2.3.4 1:: 1::8",
                "x 1 1:2 g::",
            ),
            ("IPV4", "1.2.3.4 255.255.255.255", "256.1.1.1 1.2.3 1.2.3.4.5"),
            ("MAC", "00:11:22:33:44:55 0011.2233.4455 00-11-22-33-44-55", "00:11"),
            ("TIMESTAMP_ISO8601", "2023-07-10T12:13:14.123Z 2023-07-10T12:13+02:00", "2023-13-10T12:13 x"),
            ("HTTPDATE", "10/Oct/2000:13:55:36 -0700", "10/Okt/2000:13:55:36"),
            ("LOGLEVEL", "INFO warn Error FATAL", "infos x"),
            ("QUOTEDSTRING", r#""a" 'b' "c\"d""#, "a"),
            ("NUMBER", "1 -1.5 .5 +7", "x 1x"),
        ] {
            let one = |text: &str| {
                let expanded = expand(&format!("^%{{{name}}}$"), "").expect("it is defined");
                compile(&expanded.expression).expect("an expression").is_match(text).expect("it ends")
            };
            let texts = |list: &'static str| if name == "HTTPDATE" { vec![list] } else { list.split(' ').collect() };
            texts(yes).into_iter().for_each(|text| assert!(one(text), "{name} {text}"));
            texts(no).into_iter().for_each(|text| assert!(!one(text), "{name} {text}"));
        }
    }

    #[test]
    fn only_named_calls_are_groups() {
        let line = "Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]: B88C4120838: connect from unknown[192.168.55.4]";
        let format = "%{SYSLOGBASE} %{QUEUE:queue_id}: %{GREEDYDATA:syslog_message}";
        let texts = ["Feb  9 07:15:00", "m4eastmail", "postfix/smtpd", "19305", "B88C4120838"];
        let groups = taken(format, "QUEUE [0-9A-F]{7,12}\n", line).expect("it matches");
        for text in texts {
            assert!(groups.contains(&Some(text.to_owned())), "{text}: {groups:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (format, definitions, words) in [
            ("%{NOPE}", "", "NOPE"),
            ("%{SELF}", "SELF a%{SELF}", "themselves"),
            ("%{TWICE}", "TWICE %{TWICE}%{TWICE}", "themselves"),
            ("%{INT:n:int}", "", "%{INT:n:int}"),
            ("%{X=[a-z]+}", "", "definitions"),
        ] {
            let error = expand(format, definitions).expect_err(format);
            assert!(error.contains(words), "{error}");
        }
    }
}
