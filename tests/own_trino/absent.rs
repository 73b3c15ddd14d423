//! Registered partitions without a folder: Athena takes them for empty, and so does a run on a Trino; where the server does
//! not let it, the error says what to do.

use std::fs;

use super::bench::{Bench, sorted};

/// A table of a catalog's whose partition `b` has lost its folder.
fn with_an_absent_partition(bench: &Bench, catalog: &str) {
    // A table's own folder must be there when it is made.
    fs::create_dir_all(bench.server.disk().join("parts")).expect("the folder is ours");
    for sql in [
        format!("CREATE SCHEMA IF NOT EXISTS {catalog}.default"),
        format!(
            "CREATE TABLE {catalog}.default.parts (n bigint, k varchar) WITH (external_location = 'local:///parts/', \
             format = 'OPENX_JSON', partitioned_by = ARRAY['k'])"
        ),
    ] {
        assert!(bench.server.query(&sql).is_some(), "{sql}");
    }
    for key in ["a", "b"] {
        let folder = bench.server.disk().join(format!("parts/k={key}"));
        fs::create_dir_all(&folder).expect("the folder is ours");
        fs::write(folder.join("file"), "{\"n\":1}\n").expect("the folder is ours");
        let call = format!(
            "CALL {catalog}.system.register_partition(schema_name => 'default', table_name => 'parts', \
             partition_columns => ARRAY['k'], partition_values => ARRAY['{key}'], location => 'local:///parts/k={key}')"
        );
        assert!(bench.server.query(&call).is_some(), "{call}");
    }
    fs::remove_dir_all(bench.server.disk().join("parts/k=b")).expect("the folder is ours");
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn a_partition_without_a_folder_is_empty() {
    let bench = Bench::new();
    with_an_absent_partition(&bench, "disk");
    bench.program.file("spec.sql", "SELECT n, k FROM parts;");
    let on_disk = ["--trino-catalog", "disk", "--no-listing", "--format", "csv"];
    let ended = bench.trino("run", "spec.sql", &on_disk);
    assert_eq!((ended.code, sorted(&ended.stdout)), (0, vec!["1,a".to_owned(), "n,k".to_owned()]), "{}", ended.stderr);
    // Files that are not on S3 are not listed, and it is said which table's.
    let listed = bench.trino("explain", "spec.sql", &["--trino-catalog", "disk"]);
    assert!(listed.stderr.contains("`parts`") && listed.stderr.contains("--no-listing"), "{}", listed.stderr);

    // Whoever may not set the session's property is told of the catalog's.
    let guarded = ["--trino-catalog", "guarded", "--no-listing", "--format", "csv"];
    let ended = bench.trino("run", "spec.sql", &guarded);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("Partition location does"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hive.ignore-absent-partitions"), "{}", ended.stderr);

    // On S3 there are no folders, and what was asked for and is not there is told.
    let made = bench.server.query(
        "CREATE TABLE hive.default.parts (n bigint, k varchar) WITH (external_location = 's3://out/parts/', \
         format = 'OPENX_JSON', partitioned_by = ARRAY['k'])",
    );
    assert!(made.is_some(), "it can be made");
    let file = bench.program.folder().join("one");
    fs::create_dir_all(file.join("k=a")).expect("the folder is ours");
    fs::write(file.join("k=a/file"), "{\"n\":1}\n").expect("the folder is ours");
    bench.emulator.copy_in(&file, "s3://out/parts/");
    for key in ["a", "b"] {
        let call = format!(
            "CALL hive.system.register_partition(schema_name => 'default', table_name => 'parts', \
             partition_columns => ARRAY['k'], partition_values => ARRAY['{key}'], location => 's3://out/parts/k={key}/')"
        );
        assert!(bench.server.query(&call).is_some(), "{call}");
    }
    let ended = bench.trino("run", "spec.sql", &["--format", "csv"]);
    assert_eq!((ended.code, sorted(&ended.stdout)), (0, vec!["1,a".to_owned(), "n,k".to_owned()]), "{}", ended.stderr);
    assert!(ended.stderr.contains("looked at 1 of 2 partitions of parts, 1 file; 1 without files"), "{}", ended.stderr);
}
