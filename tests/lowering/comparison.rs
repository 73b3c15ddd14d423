//! Values of every type, where queries compare them.

use super::bench::Bench;

/// Every type groups, joins, sorts and is compared by what Trino calls equal.
#[test]
fn values_of_every_type_are_compared() {
    let types = [
        ("true", "false", "false", "true"),
        ("TINYINT '1'", "TINYINT '-1'", "TINYINT '-1'", "TINYINT '1'"),
        ("BIGINT '10'", "BIGINT '9'", "BIGINT '9'", "BIGINT '10'"),
        ("REAL '1.5'", "REAL '-0.5'", "REAL '-0.5'", "REAL '1.5'"),
        ("0e0", "-0e0", "-0e0", "0e0"),
        ("DECIMAL '1.50'", "DECIMAL '0.25'", "DECIMAL '0.25'", "DECIMAL '1.50'"),
        ("'b'", "'a'", "'a'", "'b'"),
        ("CAST('a' AS char(3))", "CAST('b' AS char(3))", "CAST('a' AS char(3))", "CAST('b' AS char(3))"),
        ("X'00'", "X'FF'", "X'00'", "X'FF'"),
        ("DATE '2020-01-01'", "DATE '1969-01-01'", "DATE '1969-01-01'", "DATE '2020-01-01'"),
        ("TIME '10:00:00'", "TIME '09:00:00'", "TIME '09:00:00'", "TIME '10:00:00'"),
        (
            "TIMESTAMP '2020-01-01 00:00:00'",
            "TIMESTAMP '1969-12-31 23:59:59.999'",
            "TIMESTAMP '1969-12-31 23:59:59.999'",
            "TIMESTAMP '2020-01-01 00:00:00.000'",
        ),
        (
            "TIMESTAMP '2020-01-01 00:00:00.123456789'",
            "TIMESTAMP '2020-01-01 00:00:00.123456788'",
            "TIMESTAMP '2020-01-01 00:00:00.123456788'",
            "TIMESTAMP '2020-01-01 00:00:00.123456789'",
        ),
        (
            "TIMESTAMP '2020-01-01 02:00:00 +02:00'",
            "TIMESTAMP '2020-01-01 01:00:00 UTC'",
            "TIMESTAMP '2020-01-01 00:00:00 UTC'",
            "TIMESTAMP '2020-01-01 03:00:00 +02:00'",
        ),
        ("INTERVAL '1' DAY", "INTERVAL '23' HOUR", "INTERVAL '23' HOUR", "INTERVAL '24' HOUR"),
        ("INTERVAL '1' YEAR", "INTERVAL '13' MONTH", "INTERVAL '12' MONTH", "INTERVAL '13' MONTH"),
        (
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a58'",
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a58'",
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
        ),
        ("IPADDRESS '10.0.0.1'", "IPADDRESS '9.0.0.1'", "IPADDRESS '9.0.0.1'", "IPADDRESS '10.0.0.1'"),
        ("ARRAY[1, 2]", "ARRAY[1]", "ARRAY[1]", "ARRAY[1, 2]"),
        ("ROW(1, 'b')", "ROW(1, 'a')", "ROW(1, 'a')", "ROW(1, 'b')"),
    ];
    let bench = Bench::empty();
    let mut wrong = Vec::new();
    for (one, other, least, greatest) in types {
        let same = one == "0e0";
        let values = format!("(VALUES ROW({one}), ROW({other}), ROW({one}), ROW(NULL)) t(x)");
        let distinct = if same { 2 } else { 3 };
        let pairs = if same { 9 } else { 5 };
        for (sql, expected) in [
            (format!("SELECT count(*) FROM (SELECT DISTINCT x FROM {values})"), distinct.to_string()),
            (format!("SELECT count(*) FROM (SELECT x FROM {values} GROUP BY x)"), distinct.to_string()),
            (format!("SELECT count(DISTINCT x) FROM {values}"), (distinct - 1).to_string()),
            (
                format!("SELECT count(*) FROM {values} JOIN {} ON t.x = u.x", values.replace("t(x)", "u(x)")),
                pairs.to_string(),
            ),
            (format!("SELECT min(x) = {least}, max(x) = {greatest} FROM {values}"), "true|true".to_owned()),
            (format!("SELECT x = {greatest} FROM {values} ORDER BY x DESC LIMIT 1"), "true".to_owned()),
            (format!("SELECT x = {least} FROM {values} ORDER BY x LIMIT 1"), "true".to_owned()),
            (
                format!("SELECT count(*) FROM {values} WHERE x IN (SELECT {other})"),
                if same { "3" } else { "1" }.to_owned(),
            ),
            (format!("SELECT count(*) FROM {values} WHERE x BETWEEN {least} AND {greatest}"), "3".to_owned()),
            (format!("SELECT count(*) FROM (SELECT x FROM {values} EXCEPT SELECT {one})"), (distinct - 1).to_string()),
            (
                format!("SELECT max(c) FROM (SELECT count(*) OVER (PARTITION BY x) c FROM {values})"),
                if same { "3" } else { "2" }.to_owned(),
            ),
        ] {
            let got = bench.rows(&sql);
            if got.as_ref().ok().map(|rows| rows.join(";")) != Some(expected.clone()) {
                wrong.push(format!("{sql}: {got:?}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
