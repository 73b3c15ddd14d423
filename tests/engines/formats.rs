//! What the readers of each format make of files, hostile ones too.

use athplan::engine::ErrorClass;

use super::bench::{Bench, gzip};

const OPENX: &str = "org.openx.data.jsonserde.JsonSerDe";
const HIVE_JSON: &str = "org.apache.hive.hcatalog.data.JsonSerDe";

async fn table(bench: &Bench, columns: &str, serde: &str, properties: &str) {
    let with = if properties.is_empty() { String::new() } else { format!("WITH SERDEPROPERTIES ({properties})") };
    let sql =
        format!("CREATE EXTERNAL TABLE t ({columns}) ROW FORMAT SERDE '{serde}' {with} LOCATION 's3://bucket/t/'");
    bench.ok(&sql).await;
}

#[tokio::test]
async fn openx_json_reads_as_measured_on_trino() {
    let bench = Bench::new();
    let lines = [
        r#"{"id": 1, "Id": "2", "s": {"k":[1, 2 ]}, "m": {"A": 1}, "r": {"x": "7", "Y": null}, "l": [1, null]}"#,
        r#"{"s": 1e3, "l": 5, "r": ["8", "z"]}"#,
        r#"{"s": true, "m": " ", "r": "", "id": "no number"}"#,
        "no json",
        "",
        r#"  {"s": "\ud83d\ude00 \ud800", "id": 1.9}  "#,
    ];
    bench.file("t/a.json.gz", gzip(lines.join("\n")));
    table(&bench, "id int, s string, m map<string,int>, r struct<x:int,y:string>, l array<int>", OPENX, "").await;
    assert_eq!(
        bench.rows("SELECT id, s, m['A'], r.x, r.y, l[1], cardinality(l) FROM t WHERE id = 2").await,
        [r#"2|{"k":[1,2]}|1|7|NULL|1|2"#]
    );
    assert_eq!(bench.rows("SELECT s, l[1], r.x, r.y FROM t WHERE s = '1E+3'").await, ["1E+3|5|8|z"]);
    assert_eq!(bench.rows("SELECT id, m, r.x FROM t WHERE s = 'true'").await, ["NULL|NULL|NULL"]);
    assert_eq!(bench.rows("SELECT count(*), count(s) FROM t").await, ["6|4"]);
    assert_eq!(bench.rows("SELECT s FROM t WHERE id = 1").await, ["😀 ?"]);
}

#[tokio::test]
async fn wrong_shapes_and_malformed_lines_fail_by_file_and_line() {
    let bench = Bench::new();
    table(&bench, "m map<string,int>, r struct<x:int>, n int", OPENX, "").await;
    for (content, words) in [
        ("{\"n\": 1}\n{\"m\": \"text\"}", ["s3://bucket/t/a.json", "line 2", "where a map is declared"]),
        ("{\"r\": \"text\"}", ["t/a.json", "line 1", "where a row is declared"]),
        ("{\"n\": {}}", ["t/a.json", "line 1", "an object where integer is declared"]),
        ("{\"n\": 1", ["t/a.json", "line 1", "no JSON"]),
        ("{\"n\": 1} x", ["t/a.json", "line 1", "no JSON"]),
    ] {
        bench.file("t/a.json", content);
        let sql = format!("SELECT m, r, n, {} FROM t", content.len());
        bench.fails(&sql, ErrorClass::Data, &words).await;
    }
}

#[tokio::test]
async fn deep_nesting_harms_nobody() {
    let bench = Bench::new();
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    bench.file("t/a.json", format!("{{\"n\": 1, \"other\": {deep}}}\n"));
    table(&bench, "n int, s string, l array<array<int>>", OPENX, "").await;
    assert_eq!(bench.rows("SELECT n FROM t").await, ["1"]);
    bench.file("t/a.json", format!("{{\"s\": {deep}}}\n"));
    bench.fails("SELECT s FROM t", ErrorClass::Data, &["t/a.json", "line 1", "nested"]).await;
    bench.file("t/a.json", format!("{{\"l\": {deep}}}\n"));
    bench.fails("SELECT l FROM t", ErrorClass::Data, &["t/a.json", "line 1", "an array where integer"]).await;
    bench.file("t/a.json", "[".repeat(200_000));
    bench.fails("SELECT n FROM t", ErrorClass::Data, &["t/a.json", "line 1", "no JSON"]).await;
}

#[tokio::test]
async fn the_properties_of_openx_json() {
    let bench = Bench::new();
    bench.file("t/a.json", "{\"Ts\": 1, \"a.b\": 2}\n{broken\n{\"ts\": 3, \"a_b\": 4}");
    let properties = "'ignore.malformed.json' = 'true', 'mapping.stamp' = 'ts', 'dots.in.keys' = 'TRUE'";
    table(&bench, "stamp int, a_b int", OPENX, properties).await;
    assert_eq!(bench.rows("SELECT stamp, a_b FROM t ORDER BY 1").await, ["1|2", "3|4", "NULL|NULL"]);
}

#[tokio::test]
async fn hive_json_is_stricter() {
    let bench = Bench::new();
    bench.file("t/a.json", "{\"N\": 1, \"s\": \"x\", \"r\": {\"X\": 2}}\n{\"n\": null}\n");
    table(&bench, "n int, s string, r struct<x:int>", HIVE_JSON, "").await;
    assert_eq!(bench.rows("SELECT n, s, r.x FROM t ORDER BY n").await, ["1|x|2", "NULL|NULL|NULL"]);
    for content in ["{\"s\": {\"k\": 1}}", "{\"n\": \"x\"}", "no json", "{\"n\": 3000000000}"] {
        bench.file("t/a.json", content);
        let sql = format!("SELECT n, s, {} FROM t", content.len());
        bench.fails(&sql, ErrorClass::Data, &["t/a.json", "line 1"]).await;
    }
}

#[tokio::test]
async fn delimited_text() {
    let bench = Bench::new();
    bench.file(
        "t/a.csv",
        "head,head,head,head\r\n1,a b,true,2023-07-10\r\nx,\\N,maybe,none\r\n010\r\n3,é\\,,,,more\r\n",
    );
    let sql = "CREATE EXTERNAL TABLE t (n int, s string, b boolean, d date)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' LOCATION 's3://bucket/t/'
        TBLPROPERTIES ('skip.header.line.count' = '1')";
    bench.ok(sql).await;
    assert_eq!(
        bench.rows("SELECT n, s, b, d FROM t").await,
        ["1|a b|true|2023-07-10", "NULL|NULL|NULL|NULL", "10|NULL|NULL|NULL", "3|é,|NULL|NULL"]
    );
}

#[tokio::test]
async fn quoted_csv() {
    let bench = Bench::new();
    bench.file("t/a.csv", "\"a,b\",\"say \"\"hi\"\"\",1\nplain,\"back\\\\slash\",2\n\"\", x ,3\nshort\n");
    table(&bench, "a string, b string, n int", "org.apache.hadoop.hive.serde2.OpenCSVSerde", "").await;
    assert_eq!(
        bench.rows("SELECT a, b, n FROM t").await,
        ["a,b|say \"hi\"|1", "plain|back\\slash|2", "| x |3", "short|NULL|NULL"]
    );
    bench.file("t/b.csv", "\"open,x,1\n");
    bench.fails("SELECT a FROM t", ErrorClass::Data, &["t/b.csv", "line 1", "quoted"]).await;
    bench.file("t/b.csv", "a,b,\n");
    bench.fails("SELECT n FROM t", ErrorClass::Data, &["t/b.csv", "line 1", "n", "integer"]).await;
}

#[tokio::test]
async fn lines_taken_apart_by_a_pattern() {
    let bench = Bench::new();
    bench.file("t/a.log", "GET 200 /x\nPOST 404 /y z\nnoise\n");
    let serde = "org.apache.hadoop.hive.serde2.RegexSerDe";
    table(&bench, "verb string, status int, path string", serde, "'input.regex' = '([A-Z]+) ([0-9]+) (.*)'").await;
    assert_eq!(
        bench.rows("SELECT verb, status, path FROM t ORDER BY status").await,
        ["GET|200|/x", "POST|404|/y z", "NULL|NULL|NULL"]
    );
}

#[tokio::test]
async fn formats_that_are_not_read_are_refused_by_name() {
    let bench = Bench::new();
    bench.file("t/a", "x");
    bench.ok("CREATE EXTERNAL TABLE t (n int) STORED AS ORC LOCATION 's3://bucket/t/'").await;
    bench.fails("SELECT n FROM t", ErrorClass::Unsupported, &["ORC"]).await;
}

#[tokio::test]
async fn a_damaged_parquet_file_is_named() {
    let bench = Bench::new();
    bench.ok("UNLOAD (SELECT x AS n FROM UNNEST(sequence(1, 1000)) AS t(x)) TO 's3://bucket/t/' WITH (format = 'PARQUET')").await;
    bench.ok("CREATE EXTERNAL TABLE t (n bigint) STORED AS PARQUET LOCATION 's3://bucket/t/'").await;
    assert_eq!(bench.rows("SELECT sum(n) FROM t").await, ["500500"]);
    let whole = std::fs::read(bench.path("t/part-00000.parquet")).expect("it was written");
    bench.file("t/part-00000.parquet", &whole[..whole.len() / 2]);
    bench.fails("SELECT sum(n) FROM t", ErrorClass::Data, &["t/part-00000.parquet", "Parquet"]).await;
    bench.file("t/part-00000.parquet", "no Parquet at all");
    bench.fails("SELECT sum(n) FROM t", ErrorClass::Data, &["t/part-00000.parquet", "Parquet"]).await;
}
