//! Rewrite cases: what one rewrite makes of a small spec, and where it must leave a spec alone.
//!
//! A case is a file `rewrites/RULE/NAME.sql`, which opens with comment lines:
//!
//! ```text
//! -- rules: derive_partitions        the rewrites that are applied, in their order
//! -- tables: trail                   files of `rewrites/tables` that are put before the spec
//! -- settings: no-merge              if any
//! -- show: spec, after               what the snapshot holds, of `spec`, `before`, `after`, `statements`
//! -- expect: derive_partitions       it must fire; or `expect-not`: it must not
//! ```
//!
//! and then says in words what the case is about. A case whose rule did not do as expected fails, so that
//! no case can pass because its rule never saw what it was written for.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use athplan::compile;
use athplan::emit::Purpose;
use athplan::expand::World;
use athplan::explain::{Explaining, statements};
use athplan::plan::{Plan, Settings, build};
use athplan::rewrite::{Rewrite, apply, rewrites};
use regex::Regex;

use crate::front::bound;
use crate::page::{Page, rewritten};

/// 2020-01-10T12:00:00Z: the tables' days end here, so that statements stay short.
const NOW: i64 = 1_578_657_600;

/// Reasons for a rung that no FOREACH can have, and why they are words all the same.
const NO_REASON: &[(&str, &str)] =
    &[("the body is a FOREACH", "a FOREACH that uses the row becomes a step of its own; a driver may be one")];

/// A case as its file tells it.
#[derive(Debug, Default)]
struct Case {
    rules: Vec<String>,
    tables: Vec<String>,
    show: Vec<String>,
    /// The rule, and whether it must fire.
    expect: Vec<(String, bool)>,
    no_merge: bool,
    spec: String,
    /// The spec from the first line in words on.
    story: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a case");
        let mut case = Self { spec: text.clone(), ..Self::default() };
        let mut rest = text.as_str();
        while let Some((line, behind)) = rest.split_once('\n')
            && let Some((word, list)) = line.strip_prefix("-- ").and_then(|line| line.split_once(": "))
            && !word.contains(' ')
        {
            rest = behind;
            let mut list = list.split(", ").map(str::to_owned);
            match word {
                "rules" => case.rules.extend(list),
                "tables" => case.tables.extend(list),
                "show" => case.show.extend(list),
                "expect" => case.expect.extend(list.map(|rule| (rule, true))),
                "expect-not" => case.expect.extend(list.map(|rule| (rule, false))),
                "settings" => case.no_merge = list.all(|setting| setting == "no-merge"),
                other => panic!("{}: no case says `{other}: …`", path.display()),
            }
        }
        rest.clone_into(&mut case.story);
        assert!(!case.rules.is_empty() && !case.show.is_empty() && !case.expect.is_empty(), "{}", path.display());
        case
    }

    /// The plan before any rewrite, with its tables.
    fn plan(&self) -> Plan {
        let tables = self.tables.iter().map(|name| {
            fs::read_to_string(folder().join("tables").join(format!("{name}.sql"))).expect("a file of tables")
        });
        let text: String = tables.chain([self.spec.clone()]).collect();
        let bound = bound(text, NOW, &[]).unwrap_or_else(|errors| panic!("{errors}"));
        let mut settings = Settings {
            now: NOW,
            slack: None,
            allow_full_scan: BTreeSet::new(),
            merge: !self.no_merge,
            places_tables: true,
            add_partitions: false,
            replaces_tables: false,
        };
        let spec = Arc::new(bound);
        let plan = build(Arc::clone(&spec), settings.clone()).unwrap_or_else(|errors| panic!("{errors:?}"));
        // A case may be about a scan that no bound on time was derived for.
        settings.allow_full_scan = plan.steps.iter().map(|step| step.name.clone()).collect();
        build(spec, settings).expect("it was built before")
    }

    /// Applies the case's rules; what it shows, and what did not go as expected.
    fn walk(&self) -> (String, Vec<String>) {
        let mut plan = self.plan();
        let mut page = Page::default();
        let shown = |what: &str| self.show.iter().any(|shown| shown == what);
        assert!(self.show.iter().all(|what| ["spec", "before", "after", "statements"].contains(&what.as_str())));
        if shown("spec") {
            page.section("spec", &self.story);
        }
        if shown("before") {
            page.section("before", &plan.tree().text());
        }
        let rules: Vec<Box<dyn Rewrite>> =
            rewrites().into_iter().filter(|rewrite| self.rules.iter().any(|rule| rule == rewrite.name())).collect();
        assert_eq!(
            rules.iter().map(|rule| rule.name()).collect::<Vec<_>>(),
            self.rules,
            "rules that there are, in order"
        );
        let fired = rewritten(&mut plan, &rules, |name, _, plan| {
            if shown("after") && rules.last().is_some_and(|last| last.name() == name) {
                page.section("after", &plan.tree().text());
            }
        });
        let wrong = self.expect.iter().filter(|(rule, fires)| fired.contains(&rule.as_str()) != *fires);
        let wrong = wrong.map(|(rule, fires)| format!("{rule} {}", if *fires { "did not fire" } else { "fired" }));
        let wrong = wrong.collect();
        if shown("statements") {
            page.section("statements", &queries(plan));
        }
        (page.text, wrong)
    }
}

/// The statements of a plan that hold a user's query.
fn queries(plan: Plan) -> String {
    let world = World { slots: 2, ..World::default() };
    let compiled =
        compile(plan.spec.as_ref().clone(), plan.settings, world).unwrap_or_else(|errors| panic!("{errors}"));
    let mut text = String::new();
    for statement in statements(&compiled, &Explaining::default()).expect("no rows are given") {
        if !matches!(statement.purpose, Purpose::Define | Purpose::Register) {
            let _ = writeln!(text, "-- {}\n{};\n", statement.id, statement.sql);
        }
    }
    text
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rewrites")
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

#[test]
fn every_rewrite_fires_where_it_should_and_nowhere_else() {
    let mut failed = Vec::new();
    for rewrite in rewrites() {
        let rule = rewrite.name();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../snapshots/rewrites/{rule}"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let mut expected = BTreeSet::new();
        for path in files(&folder().join(rule)) {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned();
            // One case that fails does not hide what the others come to.
            let held = catch_unwind(AssertUnwindSafe(|| {
                let case = Case::read(&path);
                let (page, wrong) = case.walk();
                let own: Vec<bool> =
                    case.expect.iter().filter(|(own, _)| own == rule).map(|(_, fires)| *fires).collect();
                assert!(!own.is_empty(), "it expects nothing of {rule}");
                settings.bind(|| insta::assert_snapshot!(name.as_str(), page));
                (own, wrong)
            }));
            match held {
                Ok((own, wrong)) => {
                    expected.extend(own);
                    failed.extend(wrong.into_iter().map(|wrong| format!("{rule}/{name}: {wrong}")));
                }
                Err(_) => failed.push(format!("{rule}/{name}")),
            }
        }
        let stems = |folder: PathBuf| {
            files(&folder).iter().map(|path| path.file_stem().map(OsString::from)).collect::<Vec<_>>()
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        if stems(root.join("snapshots/rewrites").join(rule)) != stems(folder().join(rule)) {
            failed.push(format!("{rule} has a snapshot without a case"));
        }
        if expected.len() != 2 {
            failed.push(format!("{rule} has no pair of cases: one where it fires and one where it must not"));
        }
    }
    let known: BTreeSet<PathBuf> =
        rewrites().iter().map(|rewrite| rewrite.name()).chain(["tables"]).map(|name| folder().join(name)).collect();
    failed.extend(
        files(&folder()).into_iter().filter(|path| !known.contains(path)).map(|path| path.display().to_string()),
    );
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_reason_for_a_lower_rung_has_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let words = Regex::new(r#"(?:Err|Some)\("([^"]+)"\)|Rung::Substituted, "([^"]+)""#).expect("a constant pattern");
    let shown: String = files(&root.join("snapshots/rewrites/climb_ladder"))
        .iter()
        .map(|path| fs::read_to_string(path).expect("a snapshot"))
        .collect();
    let mut missing: BTreeMap<String, &str> = BTreeMap::new();
    for file in ["src/rewrite/climb_ladder.rs", "src/plan/beside.rs", "src/plan/foreach.rs"] {
        let text = fs::read_to_string(root.join(file)).expect("a file of src");
        for found in words.captures_iter(&text) {
            let reason = found.get(1).or(found.get(2)).expect("one of the two").as_str();
            if !shown.contains(&format!("substituted: {reason}")) && NO_REASON.iter().all(|(known, _)| *known != reason)
            {
                missing.insert(reason.to_owned(), file);
            }
        }
    }
    assert!(missing.is_empty(), "no case has these reasons: {missing:#?}");
}

/// A way to spoil a plan.
type Way = fn(&mut Plan);

/// A rewrite that spoils a plan in one way.
struct Spoil(Way);

impl Rewrite for Spoil {
    fn name(&self) -> &'static str {
        "spoil"
    }

    fn apply(&self, plan: &mut Plan) -> bool {
        (self.0)(plan);
        true
    }
}

/// The message with which a spoilt plan is refused.
fn refusal(spoil: Way) -> String {
    let case = Case {
        tables: vec!["trail".to_owned(), "keys".to_owned()],
        spec: "FOREACH k IN (SELECT * FROM keys) SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02'"
            .to_owned(),
        ..Case::default()
    };
    let mut plan = case.plan();
    rewritten(&mut plan, &rewrites(), |_, _, _| {});
    let refused = catch_unwind(AssertUnwindSafe(|| apply(&Spoil(spoil), &mut plan)));
    let message = refused.expect_err("the plan was spoilt");
    message.downcast_ref::<String>().expect("a panic with words").clone()
}

#[test]
fn a_rewrite_that_breaks_the_plan_is_named_with_both_plans() {
    let spoils: [(Way, &str); 6] = [
        (|plan| plan.steps.truncate(1), "steps there are"),
        (|plan| plan.steps[1].name = "another".to_owned(), "became"),
        (|plan| plan.scans.clear(), "is lost"),
        (
            |plan| plan.foreachs.values_mut().for_each(|foreach| foreach.keys = vec![99]),
            "names a column that its driver has not",
        ),
        (
            |plan| plan.foreachs.values_mut().for_each(|foreach| (foreach.stored, foreach.numbered) = (false, true)),
            "numbers rows that are not stored",
        ),
        (|plan| plan.scans.values_mut().for_each(|scan| scan.step = 99), "stands in no step"),
    ];
    for (spoil, words) in spoils {
        let message = refusal(spoil);
        assert!(message.starts_with("spoil broke the plan: "), "{message}");
        assert!(message.contains(words), "{words} is not in {message}");
        assert!(message.contains("\nbefore:\nspec.sql\n") && message.contains("\nafter:\nspec.sql\n"), "{message}");
    }
}
