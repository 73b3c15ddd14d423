//! Statements: what they make, what they refuse, how they run side by side.

use std::time::SystemTime;

use athplan::constant::Value;
use athplan::engine::{Engine, ErrorClass, Kind, QueryId, State, Submission};
use athplan::types::Type;

use super::bench::{Bench, NOW_MILLISECONDS, utc};

#[tokio::test]
async fn a_query_answers_with_names_types_and_values() {
    let bench = Bench::new();
    let (result, status) = bench.ok("SELECT 1 AS n, 'x', now() AS t, ARRAY[1.5] AS l").await;
    let types = [Type::Integer, Type::Varchar(Some(1)), Type::TimestampWithTimeZone(3), Type::array(Type::Double)];
    let names = ["n", "_col1", "t", "l"];
    let columns: Vec<(String, Type)> = names.iter().map(ToString::to_string).zip(types).collect();
    assert_eq!(result.columns, columns);
    let list = Value::Array([Value::Double(1.5)].into());
    assert_eq!(result.rows, [[Value::Integer(1), Value::varchar("x"), utc(NOW_MILLISECONDS), list]]);
    assert_eq!((status.bytes_scanned, status.scans), (0, vec![]));
}

#[tokio::test]
async fn a_table_made_of_a_query_reads_back_in_every_format() {
    let values = "SELECT * FROM (VALUES
        (1, BIGINT '2', 1.5e0, true, 'é|\u{202e}', DATE '2023-07-10', TIMESTAMP '2023-07-10 11:22:33.456', DECIMAL '1.20'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS v(i, b, d, o, s, day, t, c)";
    for format in ["PARQUET", "JSON", "TEXTFILE"] {
        let bench = Bench::new();
        let location = "external_location = 's3://bucket/out/'";
        let (count, _) =
            bench.ok(&format!("CREATE TABLE made WITH (format = '{format}', {location}) AS {values}")).await;
        assert_eq!(count.rows, [[Value::Integer(2)]]);
        assert_eq!(bench.rows("SELECT * FROM made").await, bench.rows(values).await, "{format}");
        let files: Vec<_> = std::fs::read_dir(bench.path("out")).expect("it was written").collect();
        assert_eq!(files.len(), 1, "nothing is left behind");
        let again = format!("CREATE TABLE again WITH (format = '{format}', {location}) AS SELECT 1 AS x");
        bench.fails(&again, ErrorClass::Exists, &["HIVE_PATH_ALREADY_EXISTS", "s3://bucket/out/"]).await;
    }
}

#[tokio::test]
async fn nested_values_survive_a_table() {
    let query =
        "SELECT ARRAY[1, NULL] AS l, MAP(ARRAY['k'], ARRAY[CAST(ROW(1, 'x') AS row(a integer, B varchar))]) AS m,
        CAST(NULL AS row(x array(varchar))) AS r, X'00ff' AS bytes";
    let bench = Bench::new();
    bench.ok(&format!("CREATE TABLE made AS {query}")).await;
    assert_eq!(bench.ok("SELECT * FROM made").await.0.rows, bench.ok(query).await.0.rows);
    assert_eq!(bench.rows("SELECT m['k'].b, l[1] FROM made").await, ["x|1"]);
}

#[tokio::test]
async fn a_partitioned_table_has_a_folder_for_each_key() {
    let bench = Bench::new();
    let values = "(VALUES (1, 'a/b', DATE '2023-07-10'), (2, NULL, DATE '2023-07-10'), (3, 'a/b', DATE '2023-07-10'))";
    let with = "partitioned_by = ARRAY['s', 'day'], external_location = 's3://bucket/out'";
    bench.ok(&format!("CREATE TABLE made WITH ({with}) AS SELECT * FROM {values} AS v(n, s, day)")).await;
    assert!(bench.path("out/s=a%2Fb/day=2023-07-10/part-00000.parquet").exists());
    assert_eq!(
        bench.rows("SELECT n, s, day FROM made ORDER BY n").await,
        ["1|a/b|2023-07-10", "2|NULL|2023-07-10", "3|a/b|2023-07-10"]
    );
    let (_, status) = bench.ok("SELECT n FROM made WHERE s IS NULL").await;
    assert_eq!((status.scans[0].partitions_asked, status.scans[0].files), (1, 1));
    let many = "CREATE TABLE many WITH (partitioned_by = ARRAY['k']) AS SELECT 1 AS n, k FROM UNNEST(sequence(1, 101)) AS t(k)";
    bench.fails(many, ErrorClass::Statement, &["HIVE_TOO_MANY_OPEN_PARTITIONS"]).await;
}

#[tokio::test]
async fn unloaded_portions_are_one_table() {
    let bench = Bench::new();
    bench.ok("UNLOAD (SELECT 1 AS n, 'a' AS s) TO 's3://bucket/out/0/' WITH (format = 'PARQUET')").await;
    bench.ok("UNLOAD (SELECT 2 AS n, 'b' AS s) TO 's3://bucket/out/1/' WITH (format = 'PARQUET')").await;
    bench.ok("UNLOAD (SELECT 3 AS n, 'c' AS s WHERE false) TO 's3://bucket/out/2/' WITH (format = 'PARQUET')").await;
    bench.ok("CREATE EXTERNAL TABLE t (s string, n int, x double) STORED AS PARQUET LOCATION 's3://bucket/out/'").await;
    assert_eq!(bench.rows("SELECT n, s, x FROM t ORDER BY n").await, ["1|a|NULL", "2|b|NULL"]);
    assert_eq!(bench.rows("SELECT count(*) FROM t").await, ["2"]);
    bench.ok("CREATE EXTERNAL TABLE wrong (s int) STORED AS PARQUET LOCATION 's3://bucket/out/'").await;
    bench.fails("SELECT s FROM wrong", ErrorClass::Data, &["HIVE_BAD_DATA", "part-00000.parquet"]).await;
}

#[tokio::test]
async fn char_is_written_with_its_blanks() {
    let bench = Bench::new();
    let row = "CAST(ROW(ARRAY[CAST('ab' AS char(4))]) AS row(c array(char(4)))) AS r";
    let unload =
        format!("UNLOAD (SELECT CAST('a' AS char(3)) AS c, {row}) TO 's3://bucket/t/' WITH (format = 'PARQUET')");
    bench.ok(&unload).await;
    for (name, ty) in [("text", "string"), ("chars", "char(3)")] {
        let columns = format!("c {ty}, r struct<c:array<string>>");
        bench
            .ok(&format!("CREATE EXTERNAL TABLE {name} ({columns}) STORED AS PARQUET LOCATION 's3://bucket/t/'"))
            .await;
    }
    assert_eq!(bench.rows("SELECT length(c), length(r.c[1]), c || '!' FROM text").await, ["3|4|a  !"]);
    assert_eq!(bench.rows("SELECT length(c), c = 'a', CAST(c AS varchar) || '!' FROM chars").await, ["3|true|a  !"]);
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_written_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench.ok("CREATE TABLE made WITH (external_location = 's3://bucket/a/b/') AS SELECT 1 AS x").await;
    let mode = |key: &str| std::fs::metadata(bench.path(key)).expect("it was written").permissions().mode() & 0o777;
    assert_eq!((mode("a"), mode("a/b"), mode("a/b/part-00000.parquet")), (0o700, 0o700, 0o600));
}

#[tokio::test]
async fn files_of_the_run_are_put_whole() {
    let bench = Bench::new();
    bench.engine().put("s3://bucket/files/f.json", b"{\"n\": 1}\n".to_vec()).await.expect("the bucket is mapped");
    let serde = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";
    bench.ok(&format!("CREATE EXTERNAL TABLE t (n int) {serde} LOCATION 's3://bucket/files/'")).await;
    assert_eq!(bench.rows("SELECT n FROM t").await, ["1"]);
    for location in ["s3://bucket/", "s3://bucket/../x", "s3://other/x", "/etc/x"] {
        assert!(bench.engine().put(location, Vec::new()).await.is_err(), "{location}");
    }
}

#[tokio::test]
async fn types_that_hive_cannot_store_are_refused() {
    let bench = Bench::new();
    for (expression, ty) in [
        ("now()", "timestamp(3) with time zone"),
        ("INTERVAL '1' DAY", "interval day to second"),
        ("TIME '01:02:03'", "time(0)"),
        ("JSON '{}'", "json"),
        ("ARRAY[now()]", "timestamp(3) with time zone"),
        ("TIMESTAMP '2023-07-10 00:00:00.123456'", "timestamp(6)"),
    ] {
        let sql = format!("CREATE TABLE made AS SELECT {expression} AS x");
        let error = bench.error(&sql).await;
        assert_eq!(error.class, ErrorClass::Statement, "{error}");
        assert!(error.message.contains(ty), "{ty}: {error}");
    }
}

#[tokio::test]
async fn tables_are_made_and_dropped_by_name() {
    let bench = Bench::new();
    bench.file("t/a.json", "{\"n\": 1}");
    let create = |words: &str| {
        let serde = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";
        format!("CREATE EXTERNAL TABLE {words} `db`.`T` (n int) {serde} LOCATION 's3://bucket/t/'")
    };
    bench.ok(&create("")).await;
    bench.ok(&create("IF NOT EXISTS")).await;
    bench.fails(&create(""), ErrorClass::Exists, &["already exists", "db.t"]).await;
    assert_eq!(bench.rows("SELECT n FROM \"db\".\"t\"").await, ["1"]);
    bench.ok("DROP TABLE db.t").await;
    bench.ok("DROP TABLE IF EXISTS db.t").await;
    bench.fails("DROP TABLE db.t", ErrorClass::Statement, &["db.t"]).await;
    bench.fails("SELECT n FROM db.t", ErrorClass::Statement, &["db.t"]).await;
    assert!(bench.path("t/a.json").exists());
}

#[tokio::test]
async fn mistakes_have_a_class_and_a_place() {
    let bench = Bench::new();
    let error = bench.error("SELECT 1 + nothing").await;
    assert_eq!((error.class, error.span.map(|span| span.range())), (ErrorClass::Statement, Some(11..18)));
    bench.fails("SELECT 1; SELECT 2", ErrorClass::Statement, &["Only one sql statement"]).await;
    bench.fails("SELECT 1 +", ErrorClass::Statement, &[]).await;
    bench.fails("SELECT 1 / 0", ErrorClass::Statement, &["DIVISION_BY_ZERO"]).await;
    bench.fails("CREATE TEMPORARY TABLE x AS SELECT 1 AS a", ErrorClass::Unsupported, &["TEMPORARY"]).await;
}

fn submission(sql: &str, token: &str) -> Submission {
    Submission { sql: sql.to_owned(), token: token.to_owned(), kind: Kind::Query }
}

#[tokio::test]
async fn one_token_is_one_query() {
    let bench = Bench::new();
    let engine = bench.engine();
    let first = engine.submit(&submission("SELECT 1", "token")).await.expect("well formed");
    assert_eq!(engine.submit(&submission("SELECT 1", "token")).await.expect("the same"), first);
    assert!(engine.submit(&submission("SELECT 2", "token")).await.is_err());
    assert_ne!(engine.submit(&submission("SELECT 1", "other")).await.expect("another"), first);
    let unknown = QueryId("nobody".to_owned());
    assert!(engine.poll(std::slice::from_ref(&unknown)).await.is_err());
    assert!(engine.cancel(&unknown).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_run_side_by_side_and_stop_on_request() {
    let bench = Bench::with(|options| options.slots = 2);
    let engine = bench.engine();
    let endless =
        "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(y)
        CROSS JOIN UNNEST(sequence(1, 10000)) AS c(z) WHERE x * y % 7 = z";
    let long = engine.submit(&submission(endless, "long")).await.expect("well formed");
    let short = engine.submit(&submission("SELECT 1", "short")).await.expect("well formed");
    let ids = [long.clone(), short.clone()];
    while engine.poll(&ids).await.expect("known")[1].state != State::Succeeded {
        engine.wait(&ids).await;
    }
    engine.cancel(&long).await.expect("known");
    while matches!(engine.poll(&ids).await.expect("known")[0].state, State::Queued | State::Running) {
        engine.wait(std::slice::from_ref(&long)).await;
    }
    assert_eq!(engine.poll(&ids).await.expect("known")[0].state, State::Cancelled);
    assert!(engine.result(&long, &[]).await.is_err());
    engine.cancel(&short).await.expect("an ended query may be cancelled");
    assert_eq!(engine.poll(&ids).await.expect("known")[1].state, State::Succeeded);
}

#[tokio::test]
async fn a_query_is_found_by_its_text_since_a_time() {
    let bench = Bench::new();
    let engine = bench.engine();
    let begin = SystemTime::now();
    bench.ok("SELECT 1").await;
    let (id, _) = bench.run("SELECT 2").await.expect("well formed");
    assert_eq!(engine.find("SELECT 2", begin).await.expect("a history"), Some(id));
    assert_eq!(engine.find("SELECT 2", SystemTime::now()).await.expect("a history"), None);
    assert_eq!(engine.find("SELECT 3", begin).await.expect("a history"), None);
}

#[tokio::test]
async fn only_what_lies_inside_the_output_is_removed() {
    let bench = Bench::new();
    let engine = bench.engine();
    bench.file("t/a.json", "{}");
    engine.put("s3://athplan-local-output/steps/r1/a/x", vec![1, 2]).await.expect("the output");
    engine.put("s3://athplan-local-output/steps/r2/b/_y", vec![1]).await.expect("the output");
    let files = engine.list("s3://athplan-local-output/steps/").await.expect("the output");
    let files: Vec<(&str, u64)> = files.iter().map(|file| (file.location.as_str(), file.bytes)).collect();
    let expected = [("s3://athplan-local-output/steps/r1/a/x", 2), ("s3://athplan-local-output/steps/r2/b/_y", 1)];
    assert_eq!(files, expected);
    for location in ["s3://bucket/t/", "s3://athplan-local-output/", "s3://athplan-local-output/a/../", "s3://other/x/"]
    {
        assert!(engine.remove(location).await.is_err(), "{location}");
    }
    assert!(bench.path("t/a.json").exists());
    assert_eq!(engine.remove("s3://athplan-local-output/steps/r1/").await, Ok(1));
    assert_eq!(engine.remove("s3://athplan-local-output/steps/r1/").await, Ok(0));
    assert_eq!(engine.list("s3://athplan-local-output/steps/").await.expect("the output").len(), 1);
}
