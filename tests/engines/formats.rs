//! What the readers of each format make of files, hostile ones too.

use athplan::constant::Value;
use athplan::engine::{Engine as _, ErrorClass, State};

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
        ("{\"n\": x y}", ["t/a.json", "line 1", "no JSON"]),
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
    bench.file("t/a.json", "{\"Ts\": 1, \"a.b\": 2}\n{broken json\n{\"ts\": 3, \"a_b\": 4}");
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

/// The recorded lines of a file under `tests/data/trino`: a text and what Trino read it as.
fn recorded<'a>(file: &'a str) -> impl Iterator<Item = (String, serde_json::Value)> + 'a {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let (text, read) = line.split_once('\t').expect("a text and what it was read as");
        let text = serde_json::from_str(text).expect("the text is JSON");
        (text, serde_json::from_str(read).expect("the values are JSON"))
    })
}

const SCALARS: &[&str] = &[
    "boolean",
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double",
    "decimal(10,2)",
    "decimal(3,0)",
    "decimal(38,5)",
    "date",
    "timestamp",
    "varchar(3)",
    "char(3)",
];

/// Reads recorded texts, each behind its number and `|`, into columns of each type of tables that so many words describe.
async fn are_read_as_recorded(file: &str, words: &str) {
    let bench = Bench::new();
    let texts: Vec<_> = recorded(file).collect();
    assert!(texts.len() > 200, "the recorded texts are missing");
    let lines = texts.iter().enumerate().map(|(at, (text, _))| format!("{at}|{text}"));
    bench.file("t/a.txt", lines.collect::<Vec<_>>().join("\n"));
    let mut wrong = Vec::new();
    for (at, ty) in SCALARS.iter().enumerate() {
        let hive = match *ty {
            "real" => "float",
            "integer" => "int",
            ty => ty,
        };
        bench.ok(&format!("CREATE EXTERNAL TABLE t{at} (i int, v {hive}) {words} LOCATION 's3://bucket/t/'")).await;
        let value = if *ty == "char(3)" { "v" } else { "CAST(v AS varchar)" };
        let rows = bench.rows(&format!("SELECT {value} FROM t{at} ORDER BY i")).await;
        for ((text, read), got) in texts.iter().zip(rows) {
            let expected = read.get(*ty).map_or("NULL", |value| value.as_str().expect("values are texts"));
            if got != expected {
                wrong.push(format!("{text:?} as {ty}: {expected}, and not {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn delimited_values_are_read_as_trino_reads_them() {
    let words = "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'";
    are_read_as_recorded(include_str!("../data/trino/delimited.tsv"), words).await;
}

#[tokio::test]
async fn groups_of_patterns_are_read_as_trino_reads_them() {
    let words = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
        WITH SERDEPROPERTIES ('input.regex' = '(\\\\d+)[|](.*)')";
    are_read_as_recorded(include_str!("../data/trino/regex.tsv"), words).await;
}

#[tokio::test]
async fn nested_delimited_values_are_read_as_trino_reads_them() {
    let bench = Bench::new();
    let texts: Vec<_> = recorded(include_str!("../data/trino/delimited-nested.tsv")).collect();
    assert!(texts.len() > 30, "the recorded texts are missing");
    let lines = texts.iter().enumerate().map(|(at, (text, _))| format!("{at:02}|{text}"));
    bench.file("t/a.txt", lines.collect::<Vec<_>>().join("\n"));
    let mut wrong = Vec::new();
    let types = texts[0].1.as_object().expect("values by type").keys();
    for (at, ty) in types.enumerate() {
        let create =
            format!("CREATE EXTERNAL TABLE t{at} (i string, v {ty}) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'");
        let delimiters = "ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY ':' MAP KEYS TERMINATED BY '='";
        bench.ok(&format!("{create} {delimiters} LOCATION 's3://bucket/t/'")).await;
        let rows = bench.rows(&format!("SELECT json_format(CAST(v AS json)) FROM t{at} ORDER BY i")).await;
        for ((text, read), got) in texts.iter().zip(rows) {
            let expected = read[ty].as_str().unwrap_or("NULL");
            if got != expected {
                wrong.push(format!("{text:?} as {ty}: {expected}, and not {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn lines_at_both_ends_are_no_records() {
    let bench = Bench::new();
    bench.file("t/a.csv", "head\n1\n2\n3\nfoot\nfoot\n").file("t/short.csv", "head\nfoot\n");
    let properties = "TBLPROPERTIES ('skip.header.line.count' = '1', 'skip.footer.line.count' = '2')";
    bench.ok(&format!("CREATE EXTERNAL TABLE t (n int) LOCATION 's3://bucket/t/' {properties}")).await;
    assert_eq!(bench.rows("SELECT n FROM t").await, ["1", "2", "3"]);
}

const GROK: &str = "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES";
const TEXT_FILES: &str = "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION 's3://bucket/t/'";

/// The examples of Athena's documentation, with what AWS's own reader for Trino makes of them in its tests: columns are
/// filled from left to right, whatever they are called.
#[tokio::test]
async fn lines_taken_apart_by_grok() {
    let bench = Bench::new();
    bench.file(
        "t/mail.log",
        "Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]: B88C4120838: connect from unknown[192.168.55.4]\n",
    );
    bench
        .ok(&format!(
            "CREATE EXTERNAL TABLE mail (syslogbase string, queue_id string, syslog_message string) {GROK} (
             'input.grokCustomPatterns' = 'POSTFIX_QUEUEID [0-9A-F]{{7,12}}',
             'input.format' = '%{{SYSLOGBASE}} %{{POSTFIX_QUEUEID:queue_id}}: %{{GREEDYDATA:syslog_message}}') {TEXT_FILES}"
        ))
        .await;
    assert_eq!(bench.rows("SELECT * FROM mail").await, ["Feb  9 07:15:00|m4eastmail|postfix/smtpd"]);
    bench.file(
        "t/mail.log",
        "79a5 bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 \"GET /b?versioning HTTP/1.1\" 200 - 'x' behind\n\nnoise\n",
    );
    bench
        .ok(&format!(
            r#"CREATE EXTERNAL TABLE access (owner string, bucket string, `time` string, ip string, uri string, status int,
             sent string, quoted string, more string) {GROK} (
             'input.format'='%{{NOTSPACE:bucket_owner}} %{{NOTSPACE:bucket}} \\[%{{INSIDE_BRACKETS:time}}\\] %{{IP:ip}} \"?%{{INSIDE_QS:uri}}\"? %{{INT:status}} %{{NOTSPACE:sent}} %{{QS:quoted}}',
             'input.grokCustomPatterns'='INSIDE_QS ([^\"]*)\nINSIDE_BRACKETS ([^\\]]*)') {TEXT_FILES}"#
        ))
        .await;
    assert_eq!(
        bench.rows("SELECT * FROM access").await,
        [
            "79a5|bucket1|06/Feb/2019:00:00:38 +0000|192.0.2.3|GET /b?versioning HTTP/1.1|200|-|x|NULL",
            "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
            "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL"
        ]
    );
}

#[tokio::test]
async fn grok_that_is_not_understood_is_named() {
    let bench = Bench::new();
    bench.file("t/a.log", "x\n");
    for (at, (properties, class, words)) in [
        ("'input.grokCustomPatterns' = 'A b'", ErrorClass::Statement, ["input.format", "GrokSerDe"]),
        ("'input.format' = '%{NOPE:a}'", ErrorClass::Unsupported, ["NOPE", "input.grokCustomPatterns"]),
        ("'input.format' = '%{WORD:a:int}'", ErrorClass::Unsupported, ["%{WORD:a:int}", "type"]),
        (
            "'input.format' = '%{WORD:a}', 'grok.namedOnlyMode' = 'false'",
            ErrorClass::Unsupported,
            ["grok.namedOnlyMode", "true"],
        ),
        ("'input.format' = '%{WORD:a}'", ErrorClass::Data, ["line 1", "'x' is no integer"]),
    ]
    .into_iter()
    .enumerate()
    {
        bench.ok(&format!("CREATE EXTERNAL TABLE t{at} (a int) {GROK} ({properties}) {TEXT_FILES}")).await;
        bench.fails(&format!("SELECT a FROM t{at}"), class, &words).await;
    }
}

#[tokio::test]
async fn lines_of_csv_are_read_as_trino_reads_them() {
    let bench = Bench::new();
    table(&bench, "a string, b string, c string", "org.apache.hadoop.hive.serde2.OpenCSVSerde", "").await;
    for (line, rows) in recorded(include_str!("../data/trino/csv.tsv")) {
        bench.file("t/a.csv", format!("{line}\n"));
        let got = match bench.run("SELECT a, b, c FROM t").await {
            Ok((id, status)) if status.state == State::Succeeded => {
                bench.engine().result(&id, &[]).await.expect("it succeeded")
            }
            // A quote that is not closed is refused; Trino drops what stands behind it.
            other => {
                assert!(line.contains('"'), "{line}: {other:?}");
                continue;
            }
        };
        let shown = |value: &Value| match value {
            Value::Varchar(text) => serde_json::Value::from(text.as_ref()),
            _ => serde_json::Value::Null,
        };
        let got: Vec<Vec<_>> = got.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
        assert_eq!(serde_json::to_value(got).expect("texts are JSON"), rows, "{line}");
    }
}

#[tokio::test]
async fn characters_of_csv_are_read_as_trino_reads_them() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    let recorded = include_str!("../data/trino/csv-characters.tsv");
    for (at, line) in recorded.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let [characters, content, read] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let [separator, quote, escape]: [String; 3] = serde_json::from_str(characters).expect("characters");
        let content: String = serde_json::from_str(content).expect("the line is JSON");
        let properties = [("separatorChar", &separator), ("quoteChar", &quote), ("escapeChar", &escape)]
            .map(|(key, value)| format!("'{key}' = {}", athplan::catalog::hive_literal(value)))
            .join(", ");
        let create = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES";
        let columns = "a string, b string, c string";
        bench
            .ok(&format!(
                "CREATE EXTERNAL TABLE t{at} ({columns}) {create} ({properties}) LOCATION 's3://bucket/t{at}/'"
            ))
            .await;
        bench.file(&format!("t{at}/a.csv"), format!("{content}\n"));
        let got = match bench.run(&format!("SELECT a, b, c FROM t{at}")).await {
            Ok((id, status)) if status.state == State::Succeeded => {
                bench.engine().result(&id, &[]).await.expect("it succeeded")
            }
            // A quote that is not closed is refused; Trino drops what stands behind it.
            other => {
                assert!(content.contains(&quote), "{line}: {other:?}");
                continue;
            }
        };
        let shown = |value: &Value| match value {
            Value::Varchar(text) => serde_json::Value::from(text.as_ref()),
            _ => serde_json::Value::Null,
        };
        let got: Vec<Vec<_>> = got.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
        let got = serde_json::to_string(&got).expect("texts are JSON");
        let read: serde_json::Value = serde_json::from_str(read).expect("rows");
        if got != read.to_string() {
            wrong.push(format!("{characters} {content:?}: {read}, and not {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
