//! Copies as Parquet: Trino writes them from the text that it reads, and they are put into the folders where the text
//! lay. Nothing of athplan takes part.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::client::Client;
use super::raw;
use super::reads::unescaped;
use super::subject::{Subject, files, place};
use crate::laws::bench::Bench;
use crate::program::copy_folder;

/// The files of a subject as Parquet. Its tables are there already, in the schema of the raw form.
pub fn copy(subject: &Subject, client: &Client) -> Bench {
    let bench = Bench::under(&files());
    copy_folder(&subject.original.files(), &bench.files());
    let client = client.in_schema(&format!("{}_raw", subject.name));
    let from = subject.readable.join("bucket");
    for statement in raw::statements(&subject.lines) {
        let Some(rest) = statement.strip_prefix("CREATE EXTERNAL TABLE ") else { continue };
        let name = rest.split(|c: char| c.is_whitespace() || c == '(').next().expect("a name");
        let run = |sql: &str| client.run(sql).unwrap_or_else(|refusal| panic!("{}: {refusal}\n{sql}", subject.name));
        let keys: Vec<String> = run(&format!("SELECT * FROM \"{name}$partitions\" LIMIT 0"))
            .columns
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        let staged = bench.folder().join("staged").join(name);
        let quoted: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
        run(&format!(
            "CREATE TABLE {name}_parquet WITH (format = 'PARQUET', external_location = '{}', partitioned_by = ARRAY[{}]) \
             AS SELECT * FROM {name}",
            place(&staged),
            quoted.join(", ")
        ));
        let mut folders: BTreeMap<Vec<String>, String> = BTreeMap::new();
        for row in run(&format!("SELECT DISTINCT \"$path\", {} FROM {name}", keys.join(", "))).rows {
            let mut texts = row.iter().map(|value| value.as_str().expect("paths and keys are texts").to_owned());
            let path = texts.next().expect("a path");
            let folder =
                path.strip_prefix(&place(&from)).and_then(|path| path.rsplit_once('/')).expect("in the bucket").0;
            folders.insert(texts.collect(), folder.to_owned());
        }
        let mut number = 0;
        put(&staged, &mut Vec::new(), &mut |values, file| {
            let folder = bench.bucket().join(&folders[values]);
            fs::create_dir_all(&folder).expect("the folder can be made");
            number += 1;
            fs::rename(file, folder.join(format!("{number}.parquet"))).expect("the file can be moved");
        });
    }
    bench
}

/// Tells every file below folders named after keys, with the keys' values.
fn put(folder: &Path, values: &mut Vec<String>, told: &mut impl FnMut(&Vec<String>, &Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if path.is_dir() {
            values.push(unescaped(name.split_once('=').map_or(name.as_str(), |(_, value)| value)));
            put(&path, values, told);
            values.pop();
        } else if !name.starts_with('.') {
            told(values, &path);
        }
    }
}
