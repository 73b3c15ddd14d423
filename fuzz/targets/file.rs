//! The local CSV files that a spec brings in: any bytes are rows or a message, and the rows are line JSON of the
//! declared columns.
#![no_main]

use std::sync::{Arc, LazyLock};

use athplan::bind::bind;
use athplan::bind::spec::BoundStatementKind;
use athplan::catalog::{TableRef, read_file};
use athplan::source::{Source, Span};
use athplan::spec::parse;
use athplan::types::Dialect;
use athplan_fuzz::with_options;
use libfuzzer_sys::fuzz_target;

const DECLARED: &str =
    "CREATE TEMPORARY TABLE t (a varchar, b bigint, c timestamp(3), d double, e boolean, f decimal(5,2),
  g date) FROM 'any.csv';";

static TABLE: LazyLock<TableRef> = LazyLock::new(|| {
    let source = Arc::new(Source::new("fuzz", DECLARED));
    let spec = parse(&source).expect("a constant text");
    let bound = with_options(Dialect::Athena, |options| bind(&spec, Arc::clone(&source), options)).expect("it binds");
    match &bound.statements[0].kind {
        BoundStatementKind::FileTable(table, ..) => Arc::clone(table),
        other => panic!("{other:?}"),
    }
});

fuzz_target!(|bytes: &[u8]| {
    match read_file(bytes, &TABLE, "any.csv", Span::new(0, 0)) {
        Ok(file) => {
            let text = String::from_utf8(file.lines).expect("JSON is text");
            assert_eq!(text.lines().count(), file.rows);
            for line in text.lines() {
                let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).expect("JSON");
                assert!(object.keys().eq(TABLE.columns.iter().map(|column| &column.name)), "{line}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
