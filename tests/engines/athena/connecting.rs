//! Who asks, where, and how the workgroup is set: each mistake with a way out.

use athplan::engine::athena::{AthenaEngine, Encryption};
use athplan::engine::{Engine, EngineError, ErrorClass};
use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};

use super::bench::{Bench, OUTPUT, credentials, options};
use crate::emulator::{CallFault, Chance, Emulator, FaultPlan, Options, Workgroup};

/// Connecting must fail.
async fn refused(emulator: Options, faults: Option<CallFault>, workgroup: &str) -> EngineError {
    let emulator = Emulator::start(emulator);
    if let Some(fault) = faults {
        emulator.follow(FaultPlan::new(1).on_call("*", Chance::Always, fault));
    }
    let mut own = options(&emulator);
    workgroup.clone_into(&mut own.workgroup);
    AthenaEngine::connect_as(own, credentials()).await.expect_err("it is refused")
}

#[tokio::test]
async fn every_mistake_has_a_way_out() {
    let disabled = Workgroup { enabled: false, ..Workgroup::named("off") };
    let with_off = Options { workgroups: vec![Workgroup::named("primary"), disabled], ..Options::default() };
    let elsewhere = Options { region: "eu-central-1".to_owned(), ..Options::default() };
    let denying = Options { denied: vec![("athena:GetWorkGroup".to_owned(), String::new())], ..Options::default() };
    let cases = [
        (refused(Options::default(), None, "nobodys").await, ErrorClass::Configuration, "--workgroup"),
        (refused(with_off, None, "off").await, ErrorClass::Configuration, "enable it"),
        (
            refused(Options::default(), Some(CallFault::Expired), "primary").await,
            ErrorClass::Credentials,
            "aws sso login",
        ),
        (
            refused(Options::default(), Some(CallFault::Unrecognised), "primary").await,
            ErrorClass::Credentials,
            "AWS_PROFILE",
        ),
        (refused(elsewhere, None, "primary").await, ErrorClass::Configuration, "--region"),
        (refused(denying, None, "primary").await, ErrorClass::Permission, "athena:GetWorkGroup"),
    ];
    for (error, class, help) in cases {
        assert_eq!(error.class, class, "{}", error.message);
        assert!(error.help.as_deref().is_some_and(|text| text.contains(help)), "{error:?}");
    }
}

#[tokio::test]
async fn nobody_there_and_nobody_asking_are_told_apart() {
    let emulator = Emulator::start(Options::default());
    let mut nowhere = options(&emulator);
    nowhere.athena_endpoint = Some("http://127.0.0.1:9".to_owned());
    let error = AthenaEngine::connect_as(nowhere, credentials()).await.expect_err("nobody listens");
    assert_eq!(error.class, ErrorClass::Transient, "{error:?}");
    assert!(error.help.is_some_and(|help| help.contains("HTTPS_PROXY")));
    let mut unknown = options(&emulator);
    unknown.athena_endpoint = Some("http://athena.nowhere.invalid".to_owned());
    let error = AthenaEngine::connect_as(unknown, credentials()).await.expect_err("no such host");
    assert_eq!(error.class, ErrorClass::Configuration, "{error:?}");
    assert!(error.help.is_some_and(|help| help.contains("--region")));
    let mut wrong = options(&emulator);
    wrong.output = Some("out/run".to_owned());
    let error = AthenaEngine::connect_as(wrong, credentials()).await.expect_err("no location");
    assert_eq!((error.class, error.help.is_some()), (ErrorClass::Configuration, true));
}

#[tokio::test]
async fn a_workgroup_decides_where_results_go() {
    let groups = vec![
        Workgroup::named("plain"),
        Workgroup::with_output("suggesting", "s3://out/group/"),
        Workgroup::enforcing("enforcing", "s3://out/group/"),
    ];
    let bench = |group: &'static str, output: Option<&'static str>| {
        let emulator = Options { workgroups: groups.clone(), ..Options::default() };
        Bench::with(emulator, move |options| {
            group.clone_into(&mut options.workgroup);
            options.output = output.map(str::to_owned);
        })
    };
    for (group, output, results, own) in [
        ("plain", Some("s3://out/run"), "s3://out/run/results/", Some("s3://out/run/")),
        ("suggesting", None, "s3://out/group/results/", Some("s3://out/group/")),
        ("suggesting", Some(OUTPUT), "s3://out/run/results/", Some(OUTPUT)),
        ("enforcing", None, "s3://out/group/", Some("s3://out/group/")),
        ("enforcing", Some(OUTPUT), "s3://out/group/", Some(OUTPUT)),
    ] {
        let bench = bench(group, output).await;
        let (id, status) = bench.ok("SELECT 1 AS n").await;
        assert_eq!(status.output, Some(format!("{results}{id}.csv")), "{group}");
        assert_eq!(bench.engine.output().ok(), own, "{group}");
        assert_eq!(bench.engine.places_tables(), group != "enforcing");
    }
    let bench = bench("plain", None).await;
    let error = bench.fails("SELECT 1 AS n").await;
    assert_eq!(error.class, ErrorClass::Configuration, "{}", error.message);
    assert!(error.help.is_some_and(|help| help.contains("--output-location")));
    assert_eq!(bench.engine.output().expect_err("none is known").class, ErrorClass::Configuration);
}

/// Section 7: UNLOAD goes where it says even there.
#[tokio::test]
async fn in_an_enforcing_workgroup_tables_are_unloaded() {
    let emulator =
        Options { workgroups: vec![Workgroup::enforcing("primary", "s3://out/group/")], ..Options::default() };
    let bench = Bench::with(emulator, |_| {}).await;
    let placed = "CREATE TABLE made WITH (external_location = 's3://out/run/made/') AS SELECT 1 AS n";
    assert_eq!(bench.fails(placed).await.class, ErrorClass::Statement);
    bench.ok("UNLOAD (SELECT 1 AS n) TO 's3://out/run/made/' WITH (format = 'PARQUET')").await;
    bench.ok("CREATE EXTERNAL TABLE made (n int) STORED AS PARQUET LOCATION 's3://out/run/made/'").await;
    assert_eq!(bench.rows("SELECT n FROM made").await, ["1"]);
}

#[tokio::test]
async fn managed_results_are_read_without_a_location() {
    let emulator = Options { workgroups: vec![Workgroup::managed("primary")], ..Options::default() };
    let bench = Bench::with(emulator, |options| options.output = None).await;
    assert!(bench.engine.workgroup().is_managed);
    let sql = "SELECT x FROM UNNEST(sequence(1, 1500)) AS t(x)";
    assert_eq!(bench.rows(sql).await.len(), 1500);
}

#[tokio::test]
async fn what_one_query_may_scan_is_a_limit_and_no_reason_to_try_again() {
    let group = Workgroup { cutoff: Some(10_000_000), ..Workgroup::named("primary") };
    let bench = Bench::with(Options { workgroups: vec![group], ..Options::default() }, |_| {}).await;
    assert_eq!(bench.engine.workgroup().cutoff, Some(10_000_000));
    let folder = bench.emulator.bucket("logs").join("t");
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    std::fs::write(folder.join("a.json"), "{\"n\": 1}\n".repeat(1_500_000)).expect("the folder is ours");
    let serde = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";
    bench.ok(&format!("CREATE EXTERNAL TABLE t (n int) {serde} LOCATION 's3://logs/t/'")).await;
    let error = bench.fails("SELECT count(*) AS c FROM t").await;
    assert_eq!(error.class, ErrorClass::Configuration, "{}", error.message);
    assert!(error.help.is_some_and(|help| help.contains("BytesScannedCutoffPerQuery")));
}

#[tokio::test]
async fn files_that_athplan_would_have_to_encrypt_are_refused() {
    let bench = Bench::with(Options::default(), |options| {
        options.encryption = Some(Encryption::CseKms("key".to_owned()));
    })
    .await;
    let error = bench.engine.put("s3://out/run/x", Vec::new()).await.expect_err("it encrypts nothing");
    assert_eq!((error.class, error.help.is_some()), (ErrorClass::Unsupported, true));
}

#[tokio::test]
async fn credentials_are_asked_for_once() {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("out");
    let provider = SharedCredentialsProvider::new(Credentials::new("AKIATEST", "secret", None, None, "test"));
    let engine = AthenaEngine::connect_as(options(&emulator), Some(provider)).await.expect("the emulator is there");
    for number in 0..3 {
        engine.put(&format!("s3://out/run/{number}"), Vec::new()).await.expect("the output");
    }
    assert_eq!(engine.list(OUTPUT).await.expect("the output").len(), 3);
}
