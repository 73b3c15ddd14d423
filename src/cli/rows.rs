//! Driver rows from a file, for `explain --rows step=file.csv`.

use std::path::Path;

use miette::{IntoDiagnostic, Report, WrapErr, miette};

use crate::Compiled;
use crate::catalog::typed_field;
use crate::expand::DriverRow;

/// Reads a FOREACH's driver rows: the first line names columns, among them those that decide
/// partitions; an empty field is NULL; rows are numbered as they stand.
///
/// # Errors
///
/// No such FOREACH, a file that cannot be read, a column that is missing, a value of another type.
pub fn read(compiled: &Compiled, step: &str, path: &Path) -> Result<Vec<DriverRow>, Report> {
    let foreach = compiled.plan.foreachs.values().find(|foreach| foreach.name == step).ok_or_else(|| {
        let names: Vec<&str> = compiled.plan.foreachs.values().map(|foreach| foreach.name.as_str()).collect();
        let known =
            if names.is_empty() { "the spec has none".to_owned() } else { format!("there are: {}", names.join(", ")) };
        miette!("--rows {step}=…: no FOREACH is run into a table of that name; {known}")
    })?;
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).into_diagnostic().wrap_err_with(|| format!("cannot read {shown}"))?;
    let header: Vec<String> = reader.headers().into_diagnostic()?.iter().map(|name| name.trim().to_owned()).collect();
    let columns: Vec<_> = foreach.keys.iter().map(|at| &foreach.columns[*at]).collect();
    let positions = columns
        .iter()
        .map(|column| {
            header.iter().position(|name| name.eq_ignore_ascii_case(&column.name)).ok_or_else(|| {
                let found = header.join(", ").escape_debug().to_string();
                miette!(help = format!("it names {found}"), "{shown}: its first line names no column `{}`", column.name)
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    for (record, number) in reader.records().zip(1..) {
        let record = record.into_diagnostic().wrap_err_with(|| format!("cannot read {shown}"))?;
        let values = columns
            .iter()
            .zip(&positions)
            .map(|(column, position)| {
                typed_field(record.get(*position).unwrap_or_default(), &column.ty)
                    .map_err(|reason| miette!("{shown}, row {number}, column `{}`: {reason}", column.name))
            })
            .collect::<Result<Vec<_>, _>>()?;
        rows.push(DriverRow { number: foreach.numbered.then_some(number), values });
    }
    Ok(rows)
}
