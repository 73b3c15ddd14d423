//! Hive's DDL said to a real Trino: tables of each format give the rows of the embedded engine.

use super::bench::{Bench, sorted};

/// Each format: its clauses, its file, and the query.
const FORMATS: &[(&str, &str, &str, &str)] = &[
    (
        "openx",
        "(a string, b struct<`end`:int,c:array<string>>, d double) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' \
         WITH SERDEPROPERTIES ('mapping.d' = 'number')",
        "{\"A\":\"x\",\"b\":{\"end\":1,\"c\":[\"y\"]},\"number\":1.5}\n{\"a\":{\"k\":[1, 2]}}\n",
        "SELECT a, b.\"end\" AS e, b.c[1] AS c, d FROM t",
    ),
    (
        "hive",
        "(a string, b bigint) ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'",
        "{\"a\":\"x\",\"b\":1}\n{\"a\":null}\n",
        "SELECT a, b FROM t",
    ),
    (
        "delimited",
        "(a int, b string, c double) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' NULL DEFINED AS '-'",
        "head\n1|x|1.5\n2|-|-\n",
        "SELECT a, b, c FROM t",
    ),
    (
        "csv",
        "(a string, b string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES \
         ('separatorChar' = ';')",
        "a;b\n1;\"x;y\"\n2;z\n",
        "SELECT a, b FROM t",
    ),
    (
        "regex",
        "(a string, b string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES \
         ('input.regex' = '([^ ]*) ([^ ]*)')",
        "1 x\n2 y\n",
        "SELECT a, b FROM t",
    ),
];

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn tables_of_each_format_give_the_rows_of_the_embedded_engine() {
    let bench = Bench::new();
    for (name, clauses, file, query) in FORMATS {
        let header =
            if matches!(*name, "delimited" | "csv") { "TBLPROPERTIES ('skip.header.line.count' = '1')" } else { "" };
        let spec =
            format!("CREATE EXTERNAL TABLE t {clauses} LOCATION 's3://trail-bucket/{name}/' {header};\n{query};");
        bench.program.file("spec.sql", spec).file(&format!("archive/{name}/file"), file);
        let own = bench.program.folder().join("archive").join(name);
        bench.emulator.copy_in(&own, &format!("s3://trail-bucket/{name}/"));
        let local = bench.local("spec.sql");
        assert_eq!(local.code, 0, "{name}: {}", local.stderr);
        let live = bench.trino("run", "spec.sql", &["--format", "csv"]);
        assert_eq!(live.code, 0, "{name}: {}", live.stderr);
        assert_eq!(sorted(&live.stdout), sorted(&local.stdout), "{name}");
    }
    bench.nothing_is_left(&[]);
}

/// What the Hive connector keeps and the protocol carries: every type of a kept table, read again.
#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn kept_types_come_back_as_they_were() {
    let bench = Bench::new();
    bench.program.file(
        "spec.sql",
        "CREATE TEMPORARY TABLE kept AS SELECT 1 AS i, CAST(2 AS bigint) AS b, 0.1 AS d, DECIMAL '1.50' AS p, 'x' AS v, '' AS e,\n\
         TIMESTAMP '2020-01-02 03:04:05.678' AS t, DATE '2020-01-02' AS day, X'00ff' AS x, ARRAY['p', NULL] AS l,\n\
         MAP(ARRAY['k'], ARRAY[1.5e0]) AS m, CAST(ROW(1, 'y') AS ROW(a integer, b varchar)) AS r, true AS o,\n\
         from_iso8601_timestamp('2020-01-02T03:04:05Z') AS z, CAST(NULL AS integer) AS n;\n\
         SELECT * FROM kept;",
    );
    let local = bench.local("spec.sql");
    let live = bench.trino("run", "spec.sql", &["--format", "csv"]);
    assert_eq!((live.code, local.code), (0, 0), "{}{}", live.stderr, local.stderr);
    assert_eq!(String::from_utf8_lossy(&live.stdout), String::from_utf8_lossy(&local.stdout));
    bench.nothing_is_left(&[]);
}
