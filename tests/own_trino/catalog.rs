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
