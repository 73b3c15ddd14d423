//! Law 4: compiling is pure. The same inputs give the same bytes, in whatever order driver rows and
//! listed files arrive, and however many threads compile at once.

use std::collections::BTreeMap;

use athplan::constant::Value;
use athplan::expand::DriverRow;
use athplan::explain::{Explaining, explain, statements};
use athplan::types::Type;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;

use super::archive::Archive;
use super::bench::{Bench, Options};
use super::calendar::iso;
use super::choices::Choices;
use super::model::Spec;
use super::property::{cases, hold};
use super::{generate, print};

type Case = (Vec<u32>, Vec<u32>, Vec<u32>);

fn generated() -> impl Strategy<Value = Case> {
    (vec(any::<u32>(), 0..300), vec(any::<u32>(), 0..250), vec(any::<u32>(), 0..60))
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    hold(cases(600), &generated, &|| same_bytes, &|(archive, query, _)| text(archive, query).2);
}

/// The archive, the spec and its text.
fn text(archive: &[u32], query: &Vec<u32>) -> (Archive, Spec, String) {
    let archive = Archive::generate(&mut Choices::new(archive));
    let spec = generate::spec(&archive, std::slice::from_ref(query));
    let text = format!("{}{}", archive.declarations(true), print::spec(&spec));
    (archive, spec, text)
}

fn same_bytes((archive, query, rows): &Case) -> Result<(), String> {
    let (archive, spec, text) = text(archive, query);
    let bench = Bench::new();
    archive.write(&bench.bucket());
    archive.write_files(&bench.files());
    let mut options = Options::new(archive.now()).with_parameters(&spec);
    (options.bytes_a_byte, options.slots) = (1 << 28, 3);
    let (once, again) = std::thread::scope(|scope| {
        let other = scope.spawn(|| told(&bench, &text, &options, &archive, rows, true));
        (told(&bench, &text, &options, &archive, rows, false), other.join())
    });
    let again = again.map_err(|_| "compiling panicked".to_owned())?;
    if once == again { Ok(()) } else { Err(format!("{text}\n{once}\n\nand then\n\n{again}")) }
}

/// Everything that compiling and explaining tell, with driver rows made of choices; `other_order` gives
/// rows and files in another order.
fn told(bench: &Bench, text: &str, options: &Options, archive: &Archive, rows: &[u32], other_order: bool) -> String {
    let options = Options { reversed_listing: other_order, ..options.clone() };
    let compiled = match bench.compile(text, &options) {
        Ok(compiled) => compiled,
        Err(failure) => return failure.to_string(),
    };
    let mut explaining = Explaining { rows: BTreeMap::new(), ..Explaining::default() };
    let mut choices = Choices::new(rows);
    for foreach in compiled.plan.foreachs.values() {
        let value = |choices: &mut Choices<'_>, ty: &Type| match ty {
            _ if choices.once_in(6) => Value::Null,
            Type::Varchar(_) => Value::varchar(iso(archive.moment(choices))),
            _ => Value::Integer(choices.range(0, 3)),
        };
        let mut made: Vec<DriverRow> = (1..=choices.range(0, 5))
            .map(|number| DriverRow {
                number: foreach.numbered.then_some(number),
                values: foreach.keys.iter().map(|key| value(&mut choices, &foreach.columns[*key].ty)).collect(),
            })
            .collect();
        if other_order {
            made.reverse();
            let middle = made.len() / 2;
            made.rotate_left(middle);
        }
        explaining.rows.insert(foreach.name.clone(), made);
    }
    let statements = match statements(&compiled, &explaining) {
        Ok(statements) => statements.iter().map(|one| format!("-- {}\n{}\n", one.id, one.sql)).collect::<String>(),
        Err(error) => error.to_string(),
    };
    let tree = match explain(&compiled, &explaining) {
        Ok(tree) => format!("{}{}", tree.text(), tree.json()),
        Err(error) => error.to_string(),
    };
    format!("{statements}\n{tree}")
}
