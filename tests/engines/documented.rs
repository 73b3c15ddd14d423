//! Tables as Athena's documentation writes them, one a format
//! (<https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html>): read, and written again as what they were.

use athplan::catalog::{DefineOptions, Table, create_statement, define};
use athplan::engine::ErrorClass;
use athplan::source::Source;
use athplan::spec::ast::StatementKind;
use athplan::spec::parse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bench::{Bench, gzip};

/// A definition, a file of its table with the end of its name, a query, and its rows.
type Case = (&'static str, &'static str, Vec<u8>, &'static str, &'static [&'static str]);

fn cases() -> Vec<Case> {
    vec![
        (
            r#"CREATE EXTERNAL TABLE `t` (`eventid` string, requestparameters map<string,string>, n int)
               ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
               WITH SERDEPROPERTIES ("ignore.malformed.json" = "true", "case.insensitive" = "TRUE", "mapping.n" = "Number",
               'paths' = 'eventid,n')
               LOCATION 's3://bucket/t/'"#,
            "a.json.gz",
            gzip("{\"eventID\": \"x\", \"requestParameters\": {\"A\": 1}, \"number\": 5}\n{]\n"),
            "SELECT eventid, requestparameters['A'], n FROM t",
            &["x|1|5", "NULL|NULL|NULL"],
        ),
        (
            r#"CREATE EXTERNAL TABLE t (id int, tags array<string>)
               ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
               STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
               OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
               LOCATION 's3://bucket/t/'"#,
            "a.json",
            b"{\"id\": 1, \"tags\": [\"a\", \"b\"]}".to_vec(),
            "SELECT id, tags[2] FROM t",
            &["1|b"],
        ),
        (
            r#"CREATE EXTERNAL TABLE myopencsvtable (firstname string, lastname string, n int)
               ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
               WITH SERDEPROPERTIES ("separatorChar" = ",", "quoteChar" = "`", "escapeChar" = "\\")
               STORED AS TEXTFILE LOCATION 's3://bucket/t/' TBLPROPERTIES ("skip.header.line.count"="1")"#,
            "a.csv",
            b"first,last,n\n`a,b`,c\\\\d,7\n".to_vec(),
            "SELECT * FROM myopencsvtable",
            &["a,b|c\\d|7"],
        ),
        (
            r#"CREATE EXTERNAL TABLE t (`date` date, time string, size bigint, tags map<string,int>)
               ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
               WITH SERDEPROPERTIES ('serialization.format' = ',', 'field.delim' = ',', 'collection.delim' = '|',
               'mapkey.delim' = ':', 'escape.delim' = '\\')
               LOCATION 's3://bucket/t/' TBLPROPERTIES ('serialization.null.format' = '')"#,
            "a.csv",
            b"2023-07-10,a\\,b,,x:1|y:2\n".to_vec(),
            "SELECT \"date\", time, size, tags['y'] FROM t",
            &["2023-07-10|a,b|NULL|2"],
        ),
        (
            r#"CREATE EXTERNAL TABLE t (a string, b int)
               ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY '\\' COLLECTION ITEMS TERMINATED BY '|'
               MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\n' NULL DEFINED AS '-'
               STORED AS TEXTFILE LOCATION 's3://bucket/t/'"#,
            "a.tsv",
            b"x\t1\n-\t2\n".to_vec(),
            "SELECT a, b FROM t ORDER BY b",
            &["x|1", "NULL|2"],
        ),
        (
            r#"CREATE EXTERNAL TABLE t (requester string, status int)
               ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
               WITH SERDEPROPERTIES ("input.regex" = "^(?!#)([^ ]+)\\s+([0-9]*)$", 'serialization.format' = '1')
               STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
               OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
               LOCATION 's3://bucket/t/'"#,
            "a.log",
            b"#head\nme  200\n".to_vec(),
            "SELECT * FROM t",
            &["NULL|NULL", "me|200"],
        ),
        (
            r#"CREATE EXTERNAL TABLE t (eventname string, n int, w string)
               ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe'
               WITH SERDEPROPERTIES ('avro.schema.literal' = '{"type": "record", "name": "top", "namespace": "default",
                 "fields": [{"name": "eventName", "type": ["null", "string"], "default": null}, {"name": "n", "type": "int"},
                 {"name": "w", "type": ["null", "string"], "default": null}]}')
               STORED AS AVRO LOCATION 's3://bucket/t/'"#,
            "a.avro",
            STANDARD.decode(AVRO).expect("base64"),
            "SELECT eventname, n, w FROM t ORDER BY n",
            &["a|1|NULL", "b|2|NULL"],
        ),
    ]
}

/// Two records `{"eventName": …, "n": …, "other": …}`, compressed by snappy, written by fastavro.
const AVRO: &str = "T2JqAQQUYXZyby5jb2RlYwxzbmFwcHkWYXZyby5zY2hlbWHGAnsidHlwZSI6ICJyZWNvcmQiLCAibmFtZSI6ICJ0b3AiLCAiZmllbGRzIjogW3sibmFtZSI6ICJldmVudE5hbWUiLCAidHlwZSI6ICJzdHJpbmcifSwgeyJuYW1lIjogIm4iLCAidHlwZSI6ICJpbnQifSwgeyJuYW1lIjogIm90aGVyIiwgInR5cGUiOiBbIm51bGwiLCAic3RyaW5nIl19XX0AMDEyMzQ1Njc4OWFiY2RlZgQgCiQCYQICAm8CYgQAqkForjAxMjM0NTY3ODlhYmNkZWY=";

/// The table that a definition describes.
fn defined(definition: &str) -> Table {
    let spec = parse(&Source::new("spec.sql", definition)).expect("a statement");
    match spec.statements.first().map(|statement| &statement.kind) {
        Some(StatementKind::CreateExternalTable(create)) => define(create, DefineOptions::default()).expect("a table"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tables_of_the_documentation_are_read_and_written_again() {
    for (definition, name, content, query, rows) in cases() {
        let bench = Bench::new();
        bench.file(&format!("t/{name}"), &content);
        bench.ok(definition).await;
        assert_eq!(bench.rows(query).await, rows, "{definition}");
        let table = defined(definition);
        let written = create_statement(&table, &table.name).expect("printable");
        assert_eq!(defined(&written), table, "{written}");
    }
}

#[tokio::test]
async fn properties_that_the_engine_does_not_know_are_named() {
    let bench = Bench::new();
    bench.file("t/a", "x");
    for (at, (words, named)) in [
        ("ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed' = 'true')", "'ignore.malformed'"),
        ("ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('timestamp.formats' = 'yyyy')", "timestamp.formats"),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('use.null.for.invalid.data' = 'true')",
            "'use.null.for.invalid.data' = 'false'",
        ),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
             WITH SERDEPROPERTIES ('parquet.column.index.access' = 'true') STORED AS PARQUET",
            "parquet.column.index.access",
        ),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES ('serialization.encoding' = 'UTF-16')",
            "serialization.encoding",
        ),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe'
             WITH SERDEPROPERTIES ('avro.schema.url' = 's3://bucket/x.avsc') STORED AS AVRO",
            "avro.schema.url",
        ),
        ("STORED AS ORC", "ORC"),
    ]
    .into_iter()
    .enumerate()
    {
        bench.ok(&format!("CREATE EXTERNAL TABLE t{at} (a string) {words} LOCATION 's3://bucket/t/'")).await;
        bench.fails(&format!("SELECT a FROM t{at}"), ErrorClass::Unsupported, &[named]).await;
    }
}
