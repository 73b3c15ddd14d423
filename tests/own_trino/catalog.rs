//! Tables that exist in a Trino's catalog: pulled as a file, and planned as they are.

use super::bench::{Bench, sorted};

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn a_pulled_catalog_compiles_a_spec_and_so_does_the_live_one() {
    let bench = Bench::new();
    let made = bench.server.query(
        "CREATE TABLE hive.default.trail (eventname varchar, eventtime varchar, \
         region varchar WITH (partition_projection_type = 'ENUM', partition_projection_values = ARRAY['eu-central-1', 'eu-west-1', 'us-east-1', 'sa-east-1']), \
         day varchar WITH (partition_projection_type = 'DATE', partition_projection_format = 'yyyy/MM/dd', \
           partition_projection_range = ARRAY['2019/01/01', '2019/12/31'], partition_projection_interval = 1, \
           partition_projection_interval_unit = 'DAYS')) \
         WITH (external_location = 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/', format = 'OPENX_JSON', \
           partitioned_by = ARRAY['region', 'day'], partition_projection_enabled = true, \
           partition_projection_location_template = \
             's3://trail-bucket/AWSLogs/111111111111/CloudTrail/${region}/${day}/')",
    );
    assert!(made.is_some(), "it can be made");
    let registered = bench.server.query(
        "CREATE TABLE hive.default.parts (n bigint, k varchar) WITH (external_location = 's3://out/parts/', \
         format = 'PARQUET', partitioned_by = ARRAY['k'])",
    );
    assert!(registered.is_some(), "it can be made");
    let call = "CALL hive.system.register_partition(schema_name => 'default', table_name => 'parts', \
                partition_columns => ARRAY['k'], partition_values => ARRAY['a b'], location => 's3://out/parts/k=a b/')";
    assert!(bench.server.query(call).is_some(), "it can be registered");
    let pulled = bench.program.call(&["catalog", "pull", "--engine", "trino", "--out", "catalog.sql"]);
    assert_eq!(pulled.code, 0, "{}", pulled.stderr);
    let text = std::fs::read_to_string(bench.program.folder().join("catalog.sql")).expect("it was written");
    assert!(text.contains("PARTITION (k = 'a b')"), "{text}");
    bench.program.file(
        "spec.sql",
        "SELECT eventname, count(*) AS calls FROM default.trail WHERE day = '2019/03/05' GROUP BY 1;",
    );
    let by_file = bench.trino("run", "spec.sql", &["--catalog", "catalog.sql", "--format", "csv"]);
    assert_eq!(by_file.code, 0, "{}", by_file.stderr);
    bench
        .program
        .file("live.sql", "SELECT eventname, count(*) AS calls FROM trail WHERE day = '2019/03/05' GROUP BY 1;");
    let live = bench.trino("run", "live.sql", &["--format", "csv"]);
    assert_eq!(live.code, 0, "{}", live.stderr);
    assert_eq!(sorted(&live.stdout), sorted(&by_file.stdout));
    assert_eq!(bench.tables(), ["parts", "trail"], "what exists is only read");
}

/// Where a partition lies that is in no folder named after its keys, the catalog does not tell: a file of its does. A
/// table that a run has kept is such a table.
#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn partitions_that_lie_elsewhere_are_found() {
    let bench = Bench::new();
    let made = bench.server.query(
        "CREATE TABLE hive.default.parts (n bigint, k varchar, h integer) WITH (external_location = 's3://out/parts/', \
         format = 'OPENX_JSON', partitioned_by = ARRAY['k', 'h'])",
    );
    assert!(made.is_some(), "it can be made");
    for (folder, key, hour) in [
        ("parts/k=a/h=1", "a", "1"),
        ("parts/b/02", "b", "2"),
        ("elsewhere/b/03", "b", "3"),
        ("nowhere/at/all", "c", "4"),
    ] {
        let file = bench.program.folder().join(folder);
        std::fs::create_dir_all(&file).expect("the folder is ours");
        if key != "c" {
            std::fs::write(file.join("file"), "{\"n\":1}\n").expect("the folder is ours");
        }
        bench.emulator.copy_in(&file, &format!("s3://out/{folder}/"));
        let call = format!(
            "CALL hive.system.register_partition(schema_name => 'default', table_name => 'parts', \
             partition_columns => ARRAY['k', 'h'], partition_values => ARRAY['{key}', '{hour}'], \
             location => 's3://out/{folder}/')"
        );
        assert!(bench.server.query(&call).is_some(), "{call}");
    }
    let pulled = bench.program.call(&["catalog", "pull", "--engine", "trino", "--out", "catalog.sql"]);
    assert_eq!(pulled.code, 0, "{}", pulled.stderr);
    let text = std::fs::read_to_string(bench.program.folder().join("catalog.sql")).expect("it was written");
    assert!(text.contains("LOCATION 's3://out/parts/b/02/'"), "{text}");
    assert!(text.contains("LOCATION 's3://out/elsewhere/b/03/'"), "{text}");
    bench.program.file("spec.sql", "CREATE TABLE kept AS FOREACH p IN (SELECT * FROM default.parts) SELECT p.k, p.n + 1 AS n FROM (VALUES 1) AS v(x);\nSELECT k, n FROM kept;");
    for more in [&["--catalog", "catalog.sql"][..], &["--replace"][..]] {
        let ended = bench.trino("run", "spec.sql", &[more, &["--format", "csv"]].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(sorted(&ended.stdout), ["a,2", "b,2", "b,2", "k,n"]);
        assert!(
            ended.stderr.contains("looked at 3 of 4 partitions of default.parts, 3 files; 1 without files"),
            "{}",
            ended.stderr
        );
    }
    bench.program.file("later.sql", "SELECT k, count(*) AS n FROM kept GROUP BY 1;");
    let later = bench.trino("run", "later.sql", &["--format", "csv"]);
    assert_eq!((later.code, sorted(&later.stdout)), (0, vec!["a,1".to_owned(), "b,2".to_owned(), "k,n".to_owned()]));
    assert!(later.stderr.contains("looked at 1 of 1 partition of kept, 1 file"), "{}", later.stderr);

    // Where the run's own tables would have no schema, nothing begins.
    let runs = super::kill::runs(&bench).len();
    let ended = bench.trino("run", "spec.sql", &["--schema", "nowhere"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("nowhere") && ended.stderr.contains("CREATE SCHEMA"), "{}", ended.stderr);
    assert_eq!(super::kill::runs(&bench).len(), runs, "{}", ended.stderr);
}
