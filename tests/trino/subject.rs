//! What is judged: specs with their archives, as athplan reads them and as copies that Trino reads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use athplan::bind::spec::BoundStatementKind;
use athplan::bind::{BindOptions, NoTables};
use athplan::catalog::{Format, Table, hive_literal, hive_type};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::types::Dialect;

use super::copy::{Unreadable, copy};
use crate::archives;
use crate::laws::archive::Archive;
use crate::laws::bench::{Bench, Options, cases};
use crate::laws::choices::Choices;
use crate::laws::named::read;
use crate::laws::{generate, print};
use crate::program::{copy_folder, shared_data};

/// 2019-07-01T00:00:00Z: after the examples' archive ends.
const EXAMPLES_NOW: i64 = 1_561_939_200;

/// 2024-01-01T00:00:00Z.
const ARCHIVES_NOW: i64 = 1_704_067_200;

/// A spec and the files that it reads.
pub struct Subject {
    /// What it is called.
    pub name: String,
    /// The spec over the files as they are.
    pub text: String,
    /// The same over files with a record a line.
    pub lines: String,
    /// The files as they are.
    pub original: Bench,
    /// The copies with a record a line.
    pub copy: Bench,
    /// The copies without those that nobody can read.
    pub readable: PathBuf,
    /// How it is compiled.
    pub options: Options,
    /// The first and last day of which there are files, as a projection names them.
    pub days: (String, String),
}

impl Subject {
    fn new(name: String, text: String, original: Bench, options: Options, days: (&str, &str)) -> Self {
        let copy_bench = Bench::under(&files());
        copy(&original.bucket(), &copy_bench.bucket(), Unreadable::Kept);
        copy_folder(&original.files(), &copy_bench.files());
        let readable = copy_bench.folder().join("readable");
        copy(&original.bucket(), &readable.join("bucket"), Unreadable::Dropped);
        let lines = stored_as(&text, &options, Copied::Lines);
        let days = (days.0.to_owned(), days.1.to_owned());
        Self { name, text, lines, original, copy: copy_bench, readable, options, days }
    }

    /// Whether its files are copies that differ from what athplan reads.
    pub fn is_converted(&self) -> bool {
        self.text != self.lines
    }
}

/// The folder below which the server reads files.
pub fn files() -> PathBuf {
    PathBuf::from(std::env::var("ATHPLAN_TRINO_FILES").expect("ATHPLAN_TRINO_FILES is the server's folder"))
}

/// Where Trino finds a folder.
pub fn place(folder: &Path) -> String {
    let inside = folder.strip_prefix(files()).expect("the folder is the server's");
    format!("local:///{}/", inside.display())
}

/// How copies are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// CloudTrail files as a record a line; other text as it is.
    Lines,
    /// All as Parquet.
    Parquet,
}

/// The spec with its tables declared over copies.
pub fn stored_as(text: &str, options: &Options, copied: Copied) -> String {
    let source = Arc::new(Source::new("spec.sql", text));
    let bind = BindOptions {
        dialect: Dialect::default(),
        now: Value::TimestampWithTimeZone(0, Zone::UTC),
        arguments: &options.arguments,
        catalog: &NoTables,
    };
    let bound = athplan::front(&source, &bind).unwrap_or_else(|errors| panic!("{errors}"));
    let (mut changed, mut end) = (String::new(), 0);
    for statement in &bound.statements {
        if let BoundStatementKind::DeclareTable(table) = &statement.kind
            && (copied == Copied::Parquet || table.storage.format == Format::CloudTrail)
        {
            changed.push_str(&text[end..statement.span.start]);
            changed.push_str(&declared(table, copied));
            end = statement.span.end;
        }
    }
    changed + &text[end..]
}

fn declared(table: &Table, copied: Copied) -> String {
    let column = |column: &athplan::catalog::Column| {
        format!("  `{}` {}", column.name, hive_type(&column.ty).expect("the column is stored"))
    };
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    let keys: Vec<String> = table.partition_keys.iter().map(column).collect();
    let storage = match copied {
        Copied::Lines => "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
        Copied::Parquet => "STORED AS PARQUET",
    };
    let properties: Vec<String> = table
        .properties
        .iter()
        .filter(|(key, _)| key != "skip.header.line.count")
        .map(|(key, value)| format!("  {} = {}", hive_literal(key), hive_literal(value)))
        .collect();
    let mut text = format!("CREATE EXTERNAL TABLE {} (\n{}\n)\n", table.name, columns.join(",\n"));
    if !keys.is_empty() {
        text.push_str(&format!("PARTITIONED BY (\n{}\n)\n", keys.join(",\n")));
    }
    text.push_str(&format!("{storage}\nLOCATION {}\n", hive_literal(&table.storage.location)));
    if !properties.is_empty() {
        text.push_str(&format!("TBLPROPERTIES (\n{}\n)", properties.join(",\n")));
    }
    text
}

/// What makes a subject; its files go when it does.
pub type Make = Box<dyn Fn() -> Subject + Send + Sync>;

/// The examples, over their archive.
pub fn examples() -> Vec<Make> {
    specs_of_examples("example", |bucket| copy_folder(&examples_root().join("archive"), bucket))
}

/// The examples' specs over an archive that `athplan demo` writes: another background, the same story.
pub fn demos() -> Vec<Make> {
    specs_of_examples("demo", |bucket| {
        athplan::demo::write(bucket, 2_000, 1 + first()).expect("the folder is the test's");
    })
}

fn examples_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn specs_of_examples(called: &'static str, fill: fn(&Path)) -> Vec<Make> {
    let root = examples_root();
    let mut folders: Vec<PathBuf> = entries(&root).into_iter().filter(|path| path.join("spec.sql").exists()).collect();
    folders.sort();
    let subject = move |folder: &Path| {
        let text =
            fs::read_to_string(folder.join("spec.sql")).expect("a spec").replace("s3://trail-bucket/", "s3://bucket/");
        let original = Bench::under(&files());
        fill(&original.bucket());
        for file in entries(folder).iter().filter(|path| path.extension().is_some_and(|extension| extension == "csv")) {
            fs::copy(file, original.files().join(file.file_name().expect("a name"))).expect("the file can be copied");
        }
        let name = format!("{called}_{}", &stem(folder)[..2]);
        // The archive holds a record that was delivered some eleven hours late: who reads everything finds it.
        let options = Options { slack: Some(12 * 3_600), ..Options::new(EXAMPLES_NOW) };
        Subject::new(name, text, original, options, ("2019/02/20", "2019/06/05"))
    };
    folders.into_iter().map(|folder| -> Make { Box::new(move || subject(&folder)) }).collect()
}

/// The named cases.
pub fn named() -> Vec<Make> {
    let mut paths = entries(&cases());
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    let subject = |path: &Path| {
        let case = read(&fs::read_to_string(path).expect("a case"));
        let original = Bench::under(&files());
        case.write(&original);
        let name = format!("case_{}", stem(path).replace('-', "_"));
        Subject::new(name, case.spec.clone(), original, case.options(), ("2024/02/27", "2024/03/20"))
    };
    paths.into_iter().map(|path| -> Make { Box::new(move || subject(&path)) }).collect()
}

/// The archives of an attack; none where they are not.
pub fn attacks() -> Vec<Make> {
    let subject = |name: &'static str, directory: &Path| {
        let original = Bench::under(&files());
        copy_folder(&directory.join("AWSLogs"), &original.bucket().join("AWSLogs"));
        let text = archives::spec("2023-07-10").replace("s3://trail/", "s3://bucket/");
        let name = name.replace('-', "_");
        Subject::new(name, text, original, Options::new(ARCHIVES_NOW), ("2023/07/08", "2023/07/13"))
    };
    ["invictus", "invictus-shifted"]
        .into_iter()
        .filter_map(|name| {
            let directory = shared_data(&format!("cloudtrail/{name}"))?;
            Some(Box::new(move || subject(name, &directory)) as Make)
        })
        .collect()
}

/// The first seed: other seeds give other specs and archives.
fn first() -> u64 {
    std::env::var("ATHPLAN_TRINO_SEED").map_or(0, |seed| seed.parse().expect("ATHPLAN_TRINO_SEED is a number"))
}

/// So many generated specs over generated archives.
pub fn generated(count: u64) -> Vec<Make> {
    (first()..first() + count).map(|number| -> Make { Box::new(move || one_generated(number)) }).collect()
}

/// A generated spec over a generated archive, by its number.
fn one_generated(number: u64) -> Subject {
    let mut random = Random(number);
    let archive = Archive::generate(&mut Choices::new(&random.list(300)));
    let queries: Vec<Vec<u32>> = (0..2).map(|_| random.list(250)).collect();
    let spec = generate::spec(&archive, &queries);
    let original = Bench::under(&files());
    archive.write(&original.bucket());
    archive.write_files(&original.files());
    let mut options = Options::new(archive.now()).with_parameters(&spec);
    match number % 4 {
        1 => options = options.row_by_row(),
        2 => (options.bytes_a_byte, options.slots) = (1 << 30, 3),
        _ => {}
    }
    let text = format!("{}{}", archive.declarations(true), print::spec(&spec));
    Subject::new(format!("generated_{number}"), text, original, options, ("2023/12/20", "2024/03/20"))
}

/// Numbers by chance, the same for the same seed (splitmix64, <https://prng.di.unimi.it/splitmix64.c>).
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("it is below a usize")
    }

    /// One of some options.
    pub fn one<'o, T>(&mut self, options: &'o [T]) -> &'o T {
        &options[self.below(options.len())]
    }

    fn list(&mut self, length: usize) -> Vec<u32> {
        (0..length).map(|_| u32::try_from(self.next() >> 32).expect("32 bits")).collect()
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned()
}

/// The values of a spec's parameters as SQL; a list's stand one behind the other.
pub fn parameters(values: &[athplan::bind::spec::Parameter]) -> BTreeMap<String, String> {
    let sql = |value: &Value| match value {
        Value::Varchar(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Integer(number) => number.to_string(),
        other => panic!("the judge writes no {other:?}"),
    };
    let told = |value: &Value| match value {
        Value::Array(list) => list.iter().map(sql).collect::<Vec<_>>().join(", "),
        value => sql(value),
    };
    values.iter().map(|parameter| (parameter.name.clone(), told(&parameter.value))).collect()
}
