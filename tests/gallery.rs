//! The gallery of errors: what a user sees for each mistake that parsing and binding find.
//!
//! Each case is a spec with one mistake (or a few of the kind), named by the code of its error; the rendered
//! reports stand under `snapshots/gallery`. A code without a case fails the last test.

mod helps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use athplan::bind::{BindOptions, NoTables, bind};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::spec::parse;
use athplan::types::Dialect;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NamedSource, Report};

/// A code, the spec that has the mistake, and the command line's `-p name=text`.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("parse::back_ticks", "SELECT `from` FROM t", &[]),
    ("parse::binary_literal", "SELECT X'0F0'", &[]),
    ("parse::body_needs_parentheses", "FOREACH k IN (SELECT 1 AS n) SELECT k.n ORDER BY 1 LIMIT 3", &[]),
    ("parse::character", "SELECT 1 ¿ 2", &[]),
    ("parse::clause_twice", "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/' LOCATION 's3://c/'", &[]),
    ("parse::curly_quotes", "SELECT ‘bob’ AS who, “eve” AS other, 'it' ’", &[]),
    ("parse::foreach_body", "FOREACH k IN (SELECT 1 AS n) VALUES 1", &[]),
    ("parse::number_runs_into_name", "SELECT 12days FROM t", &[]),
    ("parse::refused", "SELECT sum(a) WITHIN GROUP (ORDER BY a) FROM (VALUES 1) t(a)", &[]),
    ("parse::reserved_word", "SELECT 1 AS group", &[]),
    ("parse::type_parameters", "SELECT CAST(1 AS decimal(50, 2))", &[]),
    ("parse::uescape", "SELECT U&'!00e9' UESCAPE 'ab'", &[]),
    ("parse::unclosed_bracket", "SELECT (1 + 2 FROM t", &[]),
    ("parse::unclosed_text", "SELECT 'bob FROM t", &[]),
    ("parse::unexpected", "SELECT a b c\nFROM t", &[]),
    ("parse::unicode_escape", r"SELECT U&'caf\00'", &[]),
    ("parse::unknown_statement", "SELCT 1", &[]),
    ("parse::unknown_type", "SELECT CAST('x' AS timestmp)", &[]),
    ("bind::aggregate_not_allowed", "SELECT a FROM (VALUES 1) t(a)\nWHERE count(*) > 1", &[]),
    (
        "bind::alias_columns",
        "SELECT r FROM UNNEST(CAST(ARRAY[ROW('a', 'b')] AS array(row(arn varchar, type varchar)))) AS t(r)",
        &[],
    ),
    ("bind::ambiguous_column", "SELECT id\nFROM (VALUES 1) a(id) JOIN (VALUES 1) b(id) ON a.id = b.id", &[]),
    ("bind::column_count", "SELECT 1, 2 UNION ALL SELECT 1", &[]),
    ("bind::constant_fails", "DECLARE ratio integer DEFAULT 1 / 0", &[]),
    ("bind::declared_twice", "CREATE TABLE t AS SELECT 1 AS a;\nCREATE TABLE t AS SELECT 2 AS a;", &[]),
    ("bind::distinct_order", "SELECT DISTINCT a FROM (VALUES (1, 2)) t(a, b) ORDER BY b", &[]),
    (
        "bind::duplicate_column",
        "CREATE TABLE pairs AS\nSELECT * FROM (VALUES 1) x(id) CROSS JOIN (VALUES 2) y(id)",
        &[],
    ),
    ("bind::empty_star", "SELECT keyz.* FROM (VALUES 1) keys(a)", &[]),
    ("bind::impossible_cast", "SELECT CAST(DATE '2019-03-01' AS bigint)", &[]),
    ("bind::invalid_argument", "DECLARE days integer;\nSELECT :days AS days", &[("days", "a week")]),
    ("bind::invalid_literal", "SELECT DATE '2019-02-30', INTERVAL '1:30' DAY, 99999999999999999999", &[]),
    (
        "bind::grouped_expression",
        "SELECT count(*) FROM (VALUES 'eu-west-1') t(region)\nGROUP BY ROLLUP (substr(region, 1, 2))",
        &[],
    ),
    ("bind::merged_column", "SELECT l.id FROM (VALUES 1) l(id) JOIN (VALUES 1) r(id) USING (id)", &[]),
    ("bind::missing_argument", "DECLARE user_arn varchar;\nSELECT :user_arn AS arn", &[]),
    ("bind::missing_over", "SELECT row_number() AS n", &[]),
    ("bind::no_common_type", "SELECT CASE WHEN true THEN 1 ELSE 'none' END", &[]),
    ("bind::not_a_row", "SELECT t.request.rolearn FROM (VALUES '{}') t(request)", &[]),
    ("bind::not_an_aggregate", "SELECT upper(a) OVER (ORDER BY a) FROM (VALUES 'x') t(a)", &[]),
    ("bind::not_constant", "DECLARE shade varchar DEFAULT (SELECT 'red')", &[]),
    (
        "bind::not_grouped",
        "SELECT region, user, count(*)\nFROM (VALUES ('eu', 'bob')) t(region, user)\nGROUP BY region",
        &[],
    ),
    ("bind::option_value", "SET athplan.max_scan = 'much';\nSELECT 1 AS x", &[]),
    ("bind::ordinal_out_of_range", "SELECT a FROM (VALUES 1) t(a) ORDER BY 2", &[]),
    (
        "bind::quoted_parameter",
        "DECLARE who varchar DEFAULT 'bob';\nSELECT a = ':who' AS is_who FROM (VALUES 'x') t(a)",
        &[],
    ),
    ("bind::row_as_value", "FOREACH k IN (SELECT 'AKIA' AS id)\nSELECT k, k.id FROM (VALUES 1) t(a)", &[]),
    ("bind::subquery_columns", "SELECT 1 IN (SELECT 1, 2)", &[]),
    ("bind::unknown_option", "SET athplan.max_cots = 3;\nSELECT 1 AS x", &[]),
    ("bind::table_not_yet", "SELECT * FROM keys;\nCREATE TABLE keys AS SELECT 1 AS id;", &[]),
    (
        "bind::too_large",
        "SELECT count(*) FROM (VALUES (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)) t(a, b, c, d, e, f, g, h, i, j, k, l)\nGROUP BY CUBE (a, b, c, d, e, f, g, h, i, j, k, l)",
        &[],
    ),
    ("bind::unknown_argument", "DECLARE user_arn varchar DEFAULT 'x';\nSELECT :user_arn AS arn", &[("user_arm", "y")]),
    (
        "bind::unknown_column",
        "FOREACH k IN (SELECT 'AKIA' AS accesskeyid)\nSELECT evntname, t.nosuch, accesskeyid, k.accesskey FROM (VALUES 'x') t(eventname)",
        &[],
    ),
    ("bind::unknown_field", "SELECT t.u.nmae FROM (VALUES CAST(ROW('bob') AS row(name varchar))) t(u)", &[]),
    ("bind::unknown_function", "SELECT json_extract_scaler('{}', '$.a')", &[]),
    ("bind::unknown_parameter", "DECLARE user_arn varchar DEFAULT 'x';\nSELECT :user_arm AS arn", &[]),
    ("bind::unknown_table", "CREATE TABLE access_keys AS SELECT 1 AS id;\nSELECT * FROM acces_keys", &[]),
    ("bind::unknown_window", "SELECT sum(a) OVER w FROM (VALUES 1) t(a)", &[]),
    ("bind::unnamed_column", "CREATE TABLE totals AS\nSELECT count(*) FROM (VALUES 1) t(a)", &[]),
    (
        "bind::unstorable_column",
        "CREATE TABLE gaps AS\nSELECT NULL AS nothing, INTERVAL '1' DAY AS gap, TIME '12:00:00' AS noon",
        &[],
    ),
    ("bind::unsupported", "SELECT * FROM (VALUES 1) l(a) NATURAL JOIN (VALUES 1) r(a)", &[]),
    ("bind::unused_parameter", "DECLARE who varchar DEFAULT 'bob';\nSELECT 1 AS one", &[]),
    ("bind::window_not_allowed", "SELECT a FROM (VALUES 1) t(a)\nWHERE row_number() OVER (ORDER BY a) = 1", &[]),
    ("bind::wrong_arguments", "SELECT date_diff('day', '2019-03-01')", &[]),
    (
        "bind::wrong_operands",
        "SELECT 1 FROM (VALUES ('123456789012', '2019-03-01T00:00:00Z')) t(account, at)\nWHERE account = 123456789012 AND at > TIMESTAMP '2019-03-01 00:00:00'",
        &[],
    ),
    (
        "bind::wrong_partition",
        "CREATE EXTERNAL TABLE t (a string) PARTITIONED BY (region string)\n  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/t/';\nALTER TABLE t ADD PARTITION (regoin = 'eu-west-1') LOCATION 's3://b/x/';",
        &[],
    ),
    ("bind::wrong_type", "SELECT 1 FROM (VALUES 'x') t(a) WHERE a", &[]),
];

/// The mistakes of a spec, rendered as on a terminal without colour.
fn rendered(text: &str, arguments: &[(&str, &str)]) -> (BTreeSet<String>, String) {
    let source = Arc::new(Source::new("spec.sql", text));
    let arguments: BTreeMap<String, String> =
        arguments.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let now = Value::TimestampWithTimeZone(1_714_979_289_123 * 1_000_000_000, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::Athena, now, arguments: &arguments, catalog: &NoTables };
    let mistakes: Vec<Box<dyn Diagnostic + Send + Sync>> = match parse(&source) {
        Err(errors) => errors.into_iter().map(|error| Box::new(error) as _).collect(),
        Ok(spec) => match bind(&spec, Arc::clone(&source), &options) {
            Err(errors) => errors.into_iter().map(|error| Box::new(error) as _).collect(),
            Ok(bound) => bound.warnings.into_iter().map(|warning| Box::new(warning) as _).collect(),
        },
    };
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100).with_links(false);
    let mut codes = BTreeSet::new();
    let mut page = format!("{text}\n");
    for mistake in mistakes {
        codes.extend(mistake.code().map(|code| code.to_string()));
        let report = Report::new_boxed(mistake).with_source_code(NamedSource::new("spec.sql", text.to_owned()));
        page.push('\n');
        handler.render_report(&mut page, report.as_ref()).expect("a report is written to a string");
    }
    (codes, page)
}

/// Holds the rendered reports against the snapshot; false if the mistake is not among them.
fn show(code: &str, text: &str, arguments: &[(&str, &str)]) -> bool {
    let (codes, page) = rendered(text, arguments);
    if !codes.contains(&format!("athplan::{code}")) {
        println!("{code} is not what {text:?} gives:\n{page}");
        return false;
    }
    held(&code.replace("::", "_"), &page);
    true
}

fn held(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/gallery");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, page));
}

#[test]
fn every_mistake_is_reported_with_its_place_and_a_way_out() {
    let absent: Vec<&str> =
        CASES.iter().filter(|(code, text, arguments)| !show(code, text, arguments)).map(|(code, ..)| *code).collect();
    assert!(absent.is_empty(), "cases that do not give the mistake they are named by: {absent:?}");
}

#[test]
fn nesting_that_is_too_deep_is_a_mistake_and_no_crash() {
    let depth = 5_000;
    let (codes, _) = rendered(&format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth)), &[]);
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["athplan::parse::too_deep"]);
}

#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<&str> = CASES.iter().map(|(code, ..)| *code).chain(["parse::too_deep"]).collect();
    let sources = [
        include_str!("../src/spec/errors.rs"),
        include_str!("../src/bind/errors.rs"),
        include_str!("../src/bind/warnings.rs"),
    ];
    let mut missing = Vec::new();
    for source in sources {
        for (at, prefix) in source.match_indices("athplan::") {
            let tail = &source[at + prefix.len()..];
            let end = tail.find(|c: char| !(c.is_ascii_lowercase() || c == ':' || c == '_')).unwrap_or(tail.len());
            if !shown.contains(&tail[..end]) {
                missing.push(&tail[..end]);
            }
        }
    }
    assert!(missing.is_empty(), "codes without a case: {missing:?}");
}
