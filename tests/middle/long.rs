//! Lists as long as programs write them, and as people paste them: every stage takes them on a thread with a
//! small stack, or says which limit they break.

use super::bench::{compiled, rows, statements};
use super::refuses;

const WINDOW: &str = "at BETWEEN '2020-01-01T00:00:00Z' AND '2020-01-03T23:59:59Z'";

/// Terms made from numbers, with a word between each two.
fn terms(count: usize, between: &str, term: impl Fn(usize) -> String) -> String {
    (0..count).map(term).collect::<Vec<_>>().join(between)
}

#[track_caller]
fn counts(condition: &str, expected: &str) {
    let spec = format!("SELECT count(*) AS n FROM events WHERE {WINDOW} AND {condition};");
    assert_eq!(rows(&spec, true), [expected], "{}…", condition.chars().take(200).collect::<String>());
}

#[test]
fn thousands_of_alternatives() {
    counts(&format!("({})", terms(3_000, " OR ", |at| format!("who = 'x{at}'")).replace("'x1500'", "'ann'")), "5");
    let columns = ["who", "kind", "region"];
    let varied = terms(3_000, " OR ", |at| format!("{} = 'x{at}'", columns[at % 3]));
    counts(&format!("({varied} OR who = 'ann')"), "5");
    let groups = terms(3_000, " OR ", |at| format!("(who = 'x{at}' AND kind LIKE '%{at}')"));
    counts(&format!("({groups} OR (who = 'ann' AND kind LIKE 're%'))"), "2");
    counts(&format!("NOT ({})", terms(3_000, " OR ", |at| format!("who = 'x{at}' AND id > {at}"))), "8");
}

#[test]
fn thousands_of_exclusions() {
    counts(&terms(3_000, " AND ", |at| format!("who <> 'x{at}'")), "8");
    counts(&format!("{} AND who <> 'ann'", terms(3_000, " AND ", |at| format!("id <> {}", at + 100))), "3");
    counts(&terms(3_000, " AND ", |at| format!("kind NOT LIKE 'x{at}%'")), "9");
    counts(&format!("{} AND kind <> 'late'", terms(3_000, " AND ", |at| format!("id * 2 <> {}", at + 100))), "8");
    // Conditions on the folders still choose the folders.
    counts(&terms(3_000, " AND ", |at| format!("region <> 'x{at}'")), "9");
    counts(&format!("{} AND region <> 'a'", terms(3_000, " AND ", |at| format!("region <> 'x{at}'"))), "4");
}

#[test]
fn thousands_of_conditions_elsewhere_than_in_where() {
    let exclusions = |column: &str, count| terms(count, " AND ", |at| format!("{column} <> 'x{at}'"));
    let grouped = format!(
        "SELECT who, count(*) AS n FROM events WHERE {WINDOW} GROUP BY who HAVING {} AND count(*) > 1;",
        exclusions("who", 3_000)
    );
    assert_eq!(rows(&grouped, true), ["ann|5", "bob|2"]);
    for kind in ["JOIN", "LEFT JOIN", "FULL JOIN"] {
        let joined = format!(
            "SELECT count(e.who) AS n FROM (SELECT * FROM events WHERE {WINDOW}) e {kind} (VALUES ('ann'), ('bob')) t(name)
             ON e.who = t.name AND {} AND {};",
            exclusions("t.name", 3_000),
            terms(3_000, " AND ", |at| format!("e.id * 2 <> {} + length(t.name)", at + 100)),
        );
        assert_eq!(rows(&joined, true), [if kind == "JOIN" { "7" } else { "8" }], "{kind}");
    }
    let filtered = format!(
        "SELECT count(*) FILTER (WHERE {}) AS n, coalesce({}, 'none') AS c FROM events WHERE {WINDOW};",
        exclusions("who", 3_000),
        terms(3_000, ", ", |_| "max(nullif(who, who))".to_owned()),
    );
    assert_eq!(rows(&filtered, true), ["8|none"]);
    let body = format!(
        "FOREACH k IN (SELECT * FROM keys WHERE {})
           SELECT e.id FROM events e WHERE e.who = k.who AND e.at >= k.since AND e.at < '2020-01-04T00:00:00Z' AND {};",
        exclusions("who", 3_000),
        exclusions("e.kind", 3_000),
    );
    assert_eq!(rows(&body, true), ["1", "1", "2", "3", "3", "4", "5", "5", "7", "7", "8", "8"]);
}

#[test]
fn thousands_of_values() {
    let values = terms(10_000, ", ", |at| format!("'x{at}'"));
    counts(&format!("who IN ({values}, 'ann')"), "5");
    counts(&format!("who NOT IN ({values}, 'ann')"), "3");
    counts(&format!("(who IN ({values}) OR kind IN ({values}, 'late'))"), "1");
    let windows = terms(1_000, " OR ", |at| {
        format!(
            "(at BETWEEN '2020-01-01T{:02}:{:02}:00Z' AND '2020-01-01T{:02}:{:02}:59Z')",
            at / 60,
            at % 60,
            at / 60,
            at % 60
        )
    });
    let spec = format!("SELECT count(*) AS n FROM events WHERE {windows};");
    assert_eq!(rows(&spec, true), ["2"]);
    let texts =
        format!("SELECT count(*) AS n FROM (VALUES {}) t(a, b);", terms(10_000, ", ", |at| format!("({at}, 'a')")));
    assert_eq!(rows(&texts, true), ["10000"]);
}

#[test]
fn a_thousand_branches() {
    let branches = |count, window: &str| {
        terms(count, " UNION ALL ", |at| format!("SELECT who FROM events WHERE {window} AND id = {at}"))
    };
    let counted = |union: String| rows(&format!("SELECT count(*) AS n FROM ({union});"), true);
    assert_eq!(counted(branches(1_000, "day = '2020-01-01'")), ["4"]);
    refuses(&branches(1_000, &format!("{WINDOW} AND {WINDOW}")), &["262,144"]);
    assert_eq!(counted(terms(1_000, " UNION ", |at| format!("SELECT {}", at % 7))), ["7"]);
    assert_eq!(
        counted(format!("SELECT 0 UNION ALL {}", terms(1_000, " UNION ", |at| format!("SELECT {}", at % 7)))),
        ["7"]
    );
    assert_eq!(
        counted(format!("SELECT 0 UNION {}", terms(1_000, " UNION ALL ", |at| format!("SELECT {}", at % 7)))),
        ["1000"]
    );
    // As Trino types a chain from the left, so that an integer passes through real on its way to double.
    let typed = "SELECT 16777217 UNION ALL SELECT REAL '1' UNION ALL SELECT DOUBLE '2' UNION ALL SELECT 16777217;";
    assert_eq!(rows(typed, true), ["1.0", "1.6777216E7", "1.6777217E7", "2.0"]);
    let chain = terms(1_000, " EXCEPT ", |at| format!("SELECT {at}"));
    refuses(&format!("{chain};"), &["more than 250 levels deep"]);
}

/// What athplan makes of a long list is no deeper than what was written.
#[test]
fn statements_keep_the_lists_as_they_were_written() {
    let list = terms(3_000, " AND ", |at| format!("who <> 'x{at}'"));
    let spec = format!("SELECT count(*) AS n FROM events WHERE {WINDOW} AND {list};");
    assert!(statements(&spec, true).contains(&list));
    assert!(compiled(&spec, true).is_ok());
}
