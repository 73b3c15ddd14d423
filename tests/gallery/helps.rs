//! Mistakes of people who have another language in their fingers, or who only forgot something: each is told with a
//! line that can be typed.

use super::{held, rendered};

/// The table that some of them read.
const TRAIL: &str =
    "CREATE EXTERNAL TABLE trail USING cloudtrail LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/';\n";

/// A page's name, the specs with the mistake, each with a part of the help that it must get.
const PAGES: &[(&str, &[(&str, &str)])] = &[
    (
        "double_quotes",
        &[
            ("SELECT 1 FROM (VALUES 'x') t(eventname) WHERE eventname = \"CreateUser\"", "it is 'CreateUser'"),
            ("SELECT 1 FROM (VALUES 'x') t(a) WHERE a = \"O'Neil\"", "it is 'O''Neil'"),
            ("SELECT \"evntname\" FROM (VALUES 'x') t(eventname)", "did you mean `eventname`?"),
        ],
    ),
    (
        "partition_keys",
        &[(
            "SELECT 1 FROM trail WHERE year = '2023' AND month = '07'",
            "the partition keys of `trail` are `region`, `day`",
        )],
    ),
    (
        "intervals",
        &[
            ("SELECT now() - INTERVAL '24 hours'", "INTERVAL '24' HOUR"),
            ("SELECT now() - INTERVAL 12 HOUR", "INTERVAL '12' HOUR"),
            ("SELECT now() - INTERVAL '12' HOURS", "INTERVAL '12' HOUR"),
            ("SELECT now() - INTERVAL '90 min' MINUTE", "INTERVAL '90' MINUTE"),
            ("SELECT now() - INTERVAL '2 weeks'", "INTERVAL '14' DAY"),
        ],
    ),
    (
        "array_parameters",
        &[
            (
                "DECLARE ips array(varchar) DEFAULT ARRAY['a'];\nSELECT 1 FROM (VALUES 'x') t(ip) WHERE ip IN :ips",
                "IN (:ips)",
            ),
            (
                "DECLARE ips array(varchar) DEFAULT ARRAY['a'];\nSELECT 1 FROM (VALUES 'x') t(ip) WHERE ip = :ips",
                "ip IN (:ips)",
            ),
            ("SELECT 1 FROM (VALUES 'x') t(ip) WHERE ip IN 'a'", "IN ('…')"),
        ],
    ),
    (
        "missing_semicolon",
        &[
            ("DECLARE who varchar DEFAULT 'x'\nSELECT :who", "put ; before it"),
            ("CREATE EXTERNAL TABLE t USING cloudtrail LOCATION 's3://b/'\nSELECT 1 FROM t", "put ; before it"),
            (
                "CREATE TABLE a AS SELECT 1 AS a FROM (VALUES 1) t\nFOREACH k IN (SELECT * FROM a) SELECT k.a",
                "put ; before it",
            ),
            ("CREATE TABLE a AS SELECT 1 AS a\nCREATE TABLE b AS SELECT 2 AS b", "put ; before it"),
        ],
    ),
    (
        "predicates",
        &[
            ("SELECT 1 FROM (VALUES 'x') t(ua) WHERE ua ILIKE '%curl%'", "lower(ua) LIKE lower('%curl%')"),
            (
                "SELECT 1 FROM (VALUES 'x') t(ua) WHERE NOT (t.ua NOT ILIKE 'curl%')",
                "lower(t.ua) NOT LIKE lower('curl%')",
            ),
            ("SELECT 1 FROM (VALUES 'x') t(ua) WHERE ua RLIKE '^curl'", "regexp_like(ua, '^curl')"),
        ],
    ),
    (
        "json_arrows",
        &[
            ("SELECT rp ->> 'roleArn' FROM (VALUES '{}') t(rp)", "json_extract_scalar(rp, '$.roleArn')"),
            ("SELECT rp -> 'roleArn' FROM (VALUES '{}') t(rp)", "json_extract(rp, '$.roleArn')"),
            (
                "SELECT t.rp -> 'tags' -> 0 ->> 'a-b' FROM (VALUES '{}') t(rp)",
                "json_extract_scalar(t.rp, '$.tags[0][\"a-b\"]')",
            ),
        ],
    ),
    ("top", &[("SELECT TOP 5 a FROM (VALUES 1) t(a)", "put LIMIT 5 at the end")]),
    (
        "for_each",
        &[
            ("FOR EACH key IN (SELECT 1 AS a) SELECT key.a", "FOREACH key IN"),
            ("CREATE TABLE x AS FOR EACH k IN (SELECT 1 AS a) SELECT k.a", "FOREACH k IN"),
            ("SELECT * FROM (FOR EACH k IN (SELECT 1 AS a) SELECT k.a) t", "FOREACH k IN"),
        ],
    ),
    (
        "order_by_a_column",
        &[(
            "CREATE TEMPORARY TABLE keys AS SELECT 'a' AS k, '2024' AS issued;\nSELECT k.k FROM keys k ORDER BY k.issued",
            "`k` is the select list's column here",
        )],
    ),
    (
        "quoted_parameters",
        &[
            (
                "DECLARE who varchar DEFAULT 'bob';\nSELECT 1 FROM (VALUES 'x') t(a) WHERE a = ':who'",
                "for its value write :who",
            ),
            (
                "DECLARE who varchar DEFAULT 'bob';\nSELECT 1 FROM (VALUES 'x') t(a) WHERE a LIKE '%:who%'",
                "'%' || :who || '%'",
            ),
        ],
    ),
    (
        // One mistake, and no word of what follows from it.
        "followed_by_others",
        &[
            (
                "CREATE TABLE a AS SELECT nosuch, 1 AS b FROM (VALUES 1) t(x);\nSELECT c, nosuch, b FROM a;\nCREATE TABLE d AS SELECT e FROM a;\nSELECT f FROM d;",
                "",
            ),
            (
                "CREATE EXTERNAL TABLE t USING cloudtrail LOCATION 's3://logs/111111111111/';\nSELECT a, t.b, eventname FROM t WHERE c = 1;",
                "end it in",
            ),
            ("WITH a AS (SELECT * FROM missing) SELECT y, a.z FROM a", "declare it"),
            ("CREATE VIEW v AS SELECT nosuch FROM (VALUES 1) t(x);\nSELECT c FROM v;", ""),
            ("FOREACH k IN (SELECT nosuch AS a FROM (VALUES 1) t(x)) SELECT k.a, k.b FROM (SELECT k.c AS d) u", ""),
        ],
    ),
];

/// A page as one line, since help lines are wrapped.
fn one_line(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_slip_is_told_what_to_type() {
    let mut wrong = Vec::new();
    for (name, cases) in PAGES {
        let mut pages = Vec::new();
        for (text, help) in *cases {
            let text = if text.contains(" trail") { format!("{TRAIL}{text}") } else { (*text).to_owned() };
            let (codes, page) = rendered(&text, &[]);
            if codes.is_empty() || !one_line(&page).contains(help) {
                wrong.push(format!("{text}: no help with {help}\n{page}"));
            }
            pages.push(page);
        }
        held(&format!("help_{name}"), &pages.join("\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_mistake_is_told_once() {
    let (_, cases) = PAGES.iter().find(|(name, _)| *name == "followed_by_others").expect("the page is in the list");
    for (text, _) in *cases {
        let (_, page) = rendered(text, &[]);
        assert_eq!(page.matches('×').count(), 1, "{page}");
    }
}

#[test]
fn what_only_looks_like_a_slip_is_read() {
    for text in [
        "SELECT a ilike, a AS rlike FROM (VALUES 1) t(a)",
        "SELECT a ilike FROM (VALUES 1) t(a)",
        "SELECT 1 regexp LIMIT 1",
        "SELECT top FROM (VALUES 1) t(top)",
        "SELECT transform(ARRAY[1], x -> 'y') AS a",
        "SELECT interval FROM (VALUES 1) t(interval)",
        "SELECT transform(ARRAY['{}'], x -> json_extract_scalar(x, '$.a')) AS a",
        "DECLARE user varchar DEFAULT 'bob';\nSELECT 'arn:aws:iam::111111111111:user/bob' AS arn, :user AS who",
        "SELECT year FROM (VALUES 1) t(year)",
    ] {
        let (codes, page) = rendered(text, &[]);
        assert!(codes.is_empty(), "{page}");
    }
}
