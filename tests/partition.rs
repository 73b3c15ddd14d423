//! The partition algebra: sets obey the laws of sets, covers are exact, and no folder that can hold
//! a record is left out.

use std::collections::{BTreeMap, BTreeSet};

use athplan::catalog::clock::{SECOND, calendar, instant};
use athplan::catalog::{
    Column, DateBound, DateUnit, Format, Layout, Origin, PartitionEntry, Projection, Storage, Table, Template,
    TimeFormat, TimeMapping,
};
use athplan::partition::{
    Intervals, KeySet, KeyValue, NeedError, Outside, PartitionSet, Predicate, Rectangle, Region, Regions, coarsen,
    cover, needed,
};
use athplan::types::Type;
use proptest::prelude::*;

const HOUR: i64 = 3600;

fn at(text: &str) -> i128 {
    instant(text.parse().expect("a time of a test"))
}

fn column(name: &str, ty: Type) -> Column {
    Column { name: name.to_owned(), ty, comment: None }
}

fn table(keys: Vec<Column>, layout: Layout, time_keys: &[(usize, &str)]) -> Table {
    Table {
        name: "trail".to_owned(),
        columns: vec![column("eventtime", Type::VARCHAR)],
        partition_keys: keys,
        storage: Storage {
            location: "s3://b/t/".to_owned(),
            format: Format::CloudTrail,
            serde: None,
            classes: None,
            serde_properties: BTreeMap::new(),
        },
        layout,
        time: Some(TimeMapping {
            column: 0,
            format: TimeFormat::Iso8601,
            keys: time_keys.iter().map(|(key, pattern)| (*key, (*pattern).to_owned())).collect(),
            slack: HOUR,
        }),
        origin: Origin::Declared,
        properties: Vec::new(),
        comment: None,
    }
}

fn days(low: &str, high: DateBound) -> Projection {
    Projection::Date {
        low: DateBound::At(low.to_owned()),
        high,
        format: "yyyy/MM/dd".to_owned(),
        interval: 1,
        unit: DateUnit::Days,
    }
}

fn regions_of(names: &[&str]) -> Projection {
    Projection::Enum(names.iter().map(|name| (*name).to_owned()).collect())
}

/// Two Regions, one date key.
fn by_day() -> Table {
    let keys = vec![column("region", Type::VARCHAR), column("day", Type::VARCHAR)];
    let projections =
        vec![regions_of(&["eu-west-1", "us-east-1"]), days("2019/12/01", DateBound::Now(0, DateUnit::Days))];
    let template = Template::new("s3://b/t/${region}/${day}/", &["region", "day"]).ok();
    table(keys, Layout::Projection { keys: projections, template }, &[(1, "yyyy/MM/dd")])
}

/// Separate year, month and day keys.
fn by_parts() -> Table {
    let integer = |low, high, digits| Projection::Integer { low, high, interval: 1, digits };
    let keys = ["region", "year", "month", "day"].map(|name| column(name, Type::VARCHAR)).to_vec();
    let projections = vec![
        regions_of(&["eu-west-1", "us-east-1"]),
        integer(2019, 2020, None),
        integer(1, 12, Some(2)),
        integer(1, 31, Some(2)),
    ];
    table(keys, Layout::Projection { keys: projections, template: None }, &[(1, "yyyy"), (2, "MM"), (3, "dd")])
}

fn window(from: &str, to: &str) -> Predicate {
    Predicate::Time(Intervals::closed(at(from), at(to)))
}

fn key_is(index: usize, values: &[&str]) -> Predicate {
    let values = Intervals::points_of(values.iter().map(|value| KeyValue::Text((*value).to_owned())));
    Predicate::Key { index, values }
}

fn tuples(set: &PartitionSet) -> Vec<String> {
    set.tuples.iter().map(|values| values.join(" ")).collect()
}

const NOW: &str = "2020-07-15T12:00:00";

fn find(predicate: &Predicate, table: &Table, slack: i64) -> PartitionSet {
    needed(&predicate.regions(), table, slack, at(NOW), None).expect("the partitions can be named")
}

#[test]
fn a_window_needs_its_days_and_the_slack_behind_it() {
    let wanted = Predicate::And(vec![key_is(0, &["us-east-1"]), window("2020-07-10T00:30:00", "2020-07-10T23:30:00")]);
    let set = find(&wanted, &by_day(), HOUR);
    assert_eq!(tuples(&set), ["us-east-1 2020/07/10", "us-east-1 2020/07/11"]);
    assert_eq!((set.total, set.open), (Some(2 * 228), false));
    assert!(set.outside.is_empty());
    // Without slack the second day is not needed, and never the day before.
    assert_eq!(tuples(&find(&wanted, &by_day(), 0)), ["us-east-1 2020/07/10"]);
}

#[test]
fn an_open_end_at_midnight_needs_no_further_day() {
    let half_open = Predicate::Time(Intervals::less(at("2020-07-11T00:00:00")));
    let wanted = Predicate::And(vec![half_open, Predicate::Time(Intervals::at_least(at("2020-07-10T00:00:00")))]);
    let set = find(&Predicate::And(vec![wanted, key_is(0, &["eu-west-1"])]), &by_day(), 0);
    assert_eq!(tuples(&set), ["eu-west-1 2020/07/10"]);
}

#[test]
fn separate_keys_are_tuples_and_no_cross_product() {
    let wanted = Predicate::And(vec![key_is(0, &["us-east-1"]), window("2019-12-31T12:00:00", "2020-01-01T12:00:00")]);
    let set = find(&wanted, &by_parts(), HOUR);
    assert_eq!(tuples(&set), ["us-east-1 2019 12 31", "us-east-1 2020 01 01"]);
    let unbounded = find(&Predicate::True, &by_parts(), HOUR);
    assert_eq!(unbounded.tuples.len(), 2 * (365 + 366), "every day of both years, and no 31st of June");
}

#[test]
fn no_bound_on_time_needs_everything() {
    let set = find(&Predicate::Unknown, &by_day(), HOUR);
    assert_eq!(set.tuples.len(), 2 * 228);
    assert!(set.open);
    assert_eq!(cover(&set), [Rectangle { keys: vec![KeySet::All, KeySet::All] }]);
}

#[test]
fn what_is_not_covered_is_told() {
    let wanted = Predicate::And(vec![
        key_is(0, &["us-east-1", "eu-typo-1"]),
        window("2019-11-29T00:00:00", "2019-12-01T10:00:00"),
    ]);
    let set = find(&wanted, &by_day(), HOUR);
    assert_eq!(tuples(&set), ["us-east-1 2019/12/01"]);
    assert_eq!(
        set.outside,
        [
            Outside::Time(at("2019-11-29T00:00:00"), at("2019-12-01T00:00:00")),
            Outside::Value(0, "eu-typo-1".to_owned())
        ]
    );
    // The future lies outside nothing; it is still open.
    let future = find(&window("2020-07-15T00:00:00", "2020-08-01T00:00:00"), &by_day(), HOUR);
    assert!(future.outside.is_empty() && future.open);
    assert_eq!(future.tuples.len(), 2);
}

#[test]
fn a_fixed_end_before_now_lies_outside() {
    let keys = vec![column("day", Type::VARCHAR)];
    let projection = days("2020/07/01", DateBound::At("2020/07/05".to_owned()));
    let table = table(keys, Layout::Projection { keys: vec![projection], template: None }, &[(0, "yyyy/MM/dd")]);
    let set = find(&Predicate::Time(Intervals::at_least(at("2020-07-04T00:00:00"))), &table, 0);
    assert_eq!(tuples(&set), ["2020/07/04", "2020/07/05"]);
    assert_eq!(set.outside, [Outside::Time(at("2020-07-06T00:00:00"), at(NOW))]);
}

/// Folders of weeks, named after their first days: 2020/01/01, 2020/01/08, … 2020/02/26.
#[test]
fn folders_of_weeks() {
    let weeks = Projection::Date {
        low: DateBound::At("2020/01/01".to_owned()),
        high: DateBound::At("2020/03/01".to_owned()),
        format: "yyyy/MM/dd".to_owned(),
        interval: 7,
        unit: DateUnit::Days,
    };
    let layout = Layout::Projection { keys: vec![weeks], template: None };
    let table = table(vec![column("day", Type::VARCHAR)], layout, &[(0, "yyyy/MM/dd")]);
    let named = find(&key_is(0, &["2020/01/08"]), &table, HOUR);
    assert_eq!((tuples(&named), named.outside, named.open), (vec!["2020/01/08".to_owned()], vec![], false));
    // The second day of a week names no folder, nor does a day outside the range.
    for day in ["2020/01/05", "2021/01/06"] {
        let missing = find(&key_is(0, &[day]), &table, HOUR);
        assert_eq!((tuples(&missing), missing.open), (vec![], false));
        assert_eq!(missing.outside, [Outside::Value(0, day.to_owned())]);
    }
    let later = Predicate::Time(Intervals::at_least(at("2020-01-03T00:00:00")));
    let both = find(&Predicate::And(vec![key_is(0, &["2020/01/01"]), later]), &table, HOUR);
    assert_eq!((tuples(&both), both.outside), (vec!["2020/01/01".to_owned()], vec![]));
    // A range of names reaches to the end of its last folder, and no further.
    let text = |text: &str| KeyValue::Text(text.to_owned());
    let values = Intervals::closed(text("2020/01/05"), text("2020/01/20"));
    let range = find(&Predicate::Key { index: 0, values }, &table, HOUR);
    assert_eq!(
        (tuples(&range), range.outside, range.open),
        (vec!["2020/01/08".to_owned(), "2020/01/15".to_owned()], vec![], false)
    );
    let window = find(&window("2020-01-06T00:00:00", "2020-01-07T23:30:00"), &table, HOUR);
    assert_eq!(tuples(&window), ["2020/01/01", "2020/01/08"]);
}

#[test]
fn an_injected_key_takes_its_values_from_the_query() {
    let keys = vec![column("account", Type::VARCHAR), column("day", Type::VARCHAR)];
    let projections = vec![Projection::Injected, days("2019/01/01", DateBound::Now(0, DateUnit::Days))];
    let table = table(keys, Layout::Projection { keys: projections, template: None }, &[(1, "yyyy/MM/dd")]);
    let day = window("2020-07-10T10:00:00", "2020-07-10T11:00:00");
    let named = Predicate::And(vec![key_is(0, &["1", "2"]), day.clone()]);
    let set = find(&named, &table, 0);
    assert_eq!(tuples(&set), ["1 2020/07/10", "2 2020/07/10"]);
    assert_eq!((set.total, set.domain.first()), (None, Some(&None)));
    let error = needed(&day.regions(), &table, 0, at(NOW), None);
    assert_eq!(error, Err(NeedError::Injected { key: "account".to_owned() }));
}

#[test]
fn an_injected_time_key_needs_a_window() {
    let keys = vec![column("day", Type::VARCHAR)];
    let layout = Layout::Projection { keys: vec![Projection::Injected], template: None };
    let table = table(keys, layout, &[(0, "yyyy-MM-dd")]);
    let set = find(&window("2020-07-10T10:00:00", "2020-07-11T11:00:00"), &table, 0);
    assert_eq!(tuples(&set), ["2020-07-10", "2020-07-11"]);
    let error = needed(&Regions::all(), &table, 0, at(NOW), None);
    assert_eq!(error, Err(NeedError::Unbounded { key: "day".to_owned() }));
}

#[test]
fn integer_keys_compare_as_numbers() {
    let keys = vec![column("year", Type::Integer)];
    let projection = Projection::Integer { low: 8, high: 12, interval: 1, digits: None };
    let table = table(keys, Layout::Projection { keys: vec![projection], template: None }, &[]);
    let later = Predicate::Key { index: 0, values: Intervals::greater(KeyValue::Integer(9)) };
    assert_eq!(find(&later, &table, 0).tuples.len(), 3);
    let missing = Predicate::Key { index: 0, values: Intervals::point(KeyValue::Integer(40)) };
    assert_eq!(find(&missing, &table, 0).outside, [Outside::Value(0, "40".to_owned())]);
}

#[test]
fn registered_partitions_are_kept_unless_they_cannot_hold_a_record() {
    let entry =
        |region: &str, day: &str| PartitionEntry { values: vec![region.to_owned(), day.to_owned()], location: None };
    let entries = vec![
        entry("us-east-1", "2020-07-09"),
        entry("us-east-1", "2020-07-10"),
        entry("us-east-1", "__HIVE_DEFAULT_PARTITION__"),
        entry("eu-west-1", "2020-07-10"),
    ];
    let keys = vec![column("region", Type::VARCHAR), column("day", Type::VARCHAR)];
    let table = table(keys, Layout::Registered(entries), &[(1, "yyyy-MM-dd")]);
    let wanted = Predicate::And(vec![key_is(0, &["us-east-1"]), window("2020-07-10T00:00:00", "2020-07-10T23:00:00")]);
    let set = find(&wanted, &table, HOUR);
    assert_eq!(tuples(&set), ["us-east-1 2020-07-10", "us-east-1 __HIVE_DEFAULT_PARTITION__"]);
    assert_eq!(set.total, Some(4));
}

#[test]
fn a_table_without_keys_has_one_partition() {
    let table = table(Vec::new(), Layout::Flat, &[]);
    assert_eq!(find(&Predicate::True, &table, 0).tuples, BTreeSet::from([Vec::new()]));
    let nothing = find(&Predicate::False, &table, 0);
    assert!(nothing.tuples.is_empty() && cover(&nothing).is_empty());
}

#[test]
fn years_of_days_in_all_regions_are_quick_to_name() {
    let names: Vec<String> = (0..35).map(|number| format!("r-{number:02}")).collect();
    let keys = vec![column("region", Type::VARCHAR), column("day", Type::VARCHAR)];
    let projections = vec![Projection::Enum(names), days("2008/01/01", DateBound::Now(0, DateUnit::Days))];
    let table = table(keys, Layout::Projection { keys: projections, template: None }, &[(1, "yyyy/MM/dd")]);
    let started = std::time::Instant::now();
    for _ in 0..500 {
        let set = find(&window("2020-07-10T10:00:00", "2020-07-10T11:00:00"), &table, HOUR);
        assert_eq!((set.tuples.len(), set.total), (35, Some(35 * 4580)));
    }
    assert!(started.elapsed().as_secs() < 20, "a narrow window must not walk the whole range");
}

#[test]
fn prefixes() {
    let days = Intervals::prefix("2020/07/");
    assert!(days.contains(&"2020/07/01".to_owned()) && days.contains(&"2020/07/".to_owned()));
    assert!(!days.contains(&"2020/070".to_owned()) && !days.contains(&"2020/06/30".to_owned()));
    assert!(Intervals::prefix("\u{10ffff}").contains(&"\u{10ffff}z".to_owned()));
    assert!(Intervals::prefix("").is_all());
}

#[test]
fn coarser_rectangles_stay_disjoint() {
    let one = |region: &str, day: &str| Rectangle {
        keys: vec![KeySet::Values(vec![region.to_owned()]), KeySet::Values(vec![day.to_owned()])],
    };
    let exact = [one("a", "1"), one("b", "2"), one("c", "1")];
    let (two, extra) = coarsen(&exact, 2, &[None, None]);
    assert_eq!((two.len(), extra), (2, 0), "a and c share a day");
    let (alone, extra) = coarsen(&exact, 1, &[Some(3), Some(2)]);
    assert_eq!((alone, extra), (vec![Rectangle { keys: vec![KeySet::All, KeySet::All] }], 3));
}

/// Some intervals of small numbers, all kinds of ends among them.
fn intervals() -> impl Strategy<Value = Intervals<i8>> {
    let one = (0..6_u8, -9..9_i8, -9..9_i8).prop_map(|(kind, low, high)| match kind {
        0 => Intervals::point(low),
        1 => Intervals::closed(low, high),
        2 => Intervals::less(low),
        3 => Intervals::at_least(low),
        4 => Intervals::greater(low).intersection(&Intervals::less(high)),
        _ => Intervals::at_most(low),
    });
    prop::collection::vec(one, 0..4).prop_map(|all| all.iter().fold(Intervals::none(), |left, right| left.union(right)))
}

/// Partitions over three keys of four values.
fn partitions() -> impl Strategy<Value = BTreeSet<Vec<String>>> {
    let tuple = prop::collection::vec(0..4_u8, 3);
    prop::collection::btree_set(tuple, 0..40)
        .prop_map(|all| all.into_iter().map(|tuple| tuple.iter().map(u8::to_string).collect()).collect())
}

fn set_of(tuples: BTreeSet<Vec<String>>, domain: Vec<Option<u64>>) -> PartitionSet {
    PartitionSet { tuples, total: None, domain, window: Intervals::all(), outside: Vec::new(), open: false, size: None }
}

/// All combinations of the four values of three keys that lie in a rectangle.
fn members(rectangle: &Rectangle) -> Vec<Vec<String>> {
    let all = (0..64_u8).map(|number| [number / 16, number / 4 % 4, number % 4].map(|part| part.to_string()).to_vec());
    all.filter(|tuple| rectangle.contains(tuple)).collect()
}

/// A predicate over two Regions and some hours around New Year.
fn predicates() -> impl Strategy<Value = Predicate> {
    let start = at("2019-12-30T00:00:00");
    let hour = i128::from(HOUR) * SECOND;
    let leaf = prop_oneof![
        Just(Predicate::Unknown),
        Just(Predicate::False),
        (0..72_i128, 0..30_i128).prop_map(move |(from, hours)| Predicate::Time(Intervals::closed(
            start + from * hour,
            start + (from + hours) * hour
        ))),
        (0..72_i128).prop_map(move |from| Predicate::Time(Intervals::closed(start, start + from * hour).complement())),
        prop_oneof![Just("eu-west-1"), Just("us-east-1")].prop_map(|name| key_is(0, &[name])),
    ];
    let tree = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Predicate::And),
            prop::collection::vec(inner, 1..4).prop_map(Predicate::Or),
        ]
    });
    // Whole years would be slow to compare, and say no more.
    let winter = Intervals::closed(start - 48 * hour, start + 400 * hour);
    tree.prop_map(move |tree| Predicate::And(vec![Predicate::Time(winter.clone()), tree]))
}

/// Whether a predicate can be true for a record of some time that lies in a folder of some Region.
fn can_be_true(predicate: &Predicate, region: &str, time: i128) -> bool {
    match predicate {
        Predicate::True | Predicate::Unknown => true,
        Predicate::False => false,
        Predicate::And(all) => all.iter().all(|one| can_be_true(one, region, time)),
        Predicate::Or(any) => any.iter().any(|one| can_be_true(one, region, time)),
        Predicate::Key { values, .. } => values.contains(&KeyValue::Text(region.to_owned())),
        Predicate::Time(times) => times.contains(&time),
    }
}

proptest! {
    #[test]
    fn intervals_are_sets(left in intervals(), right in intervals(), value in -11..11_i8) {
        let (a, b) = (left.contains(&value), right.contains(&value));
        prop_assert_eq!(left.union(&right).contains(&value), a || b);
        prop_assert_eq!(left.intersection(&right).contains(&value), a && b);
        prop_assert_eq!(left.complement().contains(&value), !a);
        prop_assert_eq!(left.minus(&right).contains(&value), a && !b);
        prop_assert_eq!(&left.complement().complement(), &left);
        prop_assert_eq!(left.union(&right), right.union(&left));
        prop_assert_eq!(left.union(&right).complement(), left.complement().intersection(&right.complement()));
        prop_assert!(left.intersection(&left.complement()).is_empty());
        prop_assert!(left.union(&left.complement()).is_all());
        prop_assert_eq!(left.is_subset(&right), left.minus(&right).is_empty());
        prop_assert_eq!(left.points().is_some_and(|points| points.contains(&&value)), a && left.points().is_some());
    }

    #[test]
    fn a_cover_is_exact_and_disjoint(tuples in partitions(), whole in any::<bool>()) {
        let domain = vec![if whole { Some(4) } else { None }; 3];
        let set = set_of(tuples.clone(), domain.clone());
        let rectangles = cover(&set);
        let union: Vec<Vec<String>> = rectangles.iter().flat_map(members).collect();
        prop_assert_eq!(union.len(), tuples.len(), "a partition is covered twice or a foreign one is");
        prop_assert_eq!(union.into_iter().collect::<BTreeSet<_>>(), tuples.clone());
        prop_assert_eq!(&cover(&set), &rectangles);
        for (at, left) in rectangles.iter().enumerate() {
            prop_assert!(rectangles[at + 1..].iter().all(|right| left.is_disjoint(right)));
        }
        let (coarse, extra) = coarsen(&rectangles, 2, &domain);
        prop_assert!(coarse.len() <= 2);
        let union: Vec<Vec<String>> = coarse.iter().flat_map(members).collect();
        prop_assert_eq!(union.len() as u64, tuples.len() as u64 + extra);
        let union: BTreeSet<Vec<String>> = union.into_iter().collect();
        prop_assert!(tuples.is_subset(&union) && union.len() as u64 == tuples.len() as u64 + extra);
    }

    #[test]
    fn the_folder_of_every_record_is_needed(
        predicate in predicates(),
        second in 0..(4 * 24 * HOUR),
        late in 0..=(2 * HOUR),
        region in prop_oneof![Just("eu-west-1"), Just("us-east-1")],
    ) {
        let slack = 2 * HOUR;
        let happened = at("2019-12-29T12:00:00") + i128::from(second) * SECOND;
        let delivered = calendar(happened + i128::from(late) * SECOND);
        let regions = predicate.regions();
        if can_be_true(&predicate, region, happened) {
            let day = format!("{:04}/{:02}/{:02}", delivered.year(), delivered.month(), delivered.day());
            let set = find(&predicate, &by_day(), slack);
            prop_assert!(set.tuples.contains(&vec![region.to_owned(), day.clone()]));
            let parts: Vec<String> = std::iter::once(region).chain(day.split('/')).map(str::to_owned).collect();
            prop_assert!(find(&predicate, &by_parts(), slack).tuples.contains(&parts));
        } else {
            let value = KeyValue::Text(region.to_owned());
            let inside = |one: &Region| {
                one.time.contains(&happened) && one.keys.get(&0).is_none_or(|values| values.contains(&value))
            };
            prop_assert!(!regions.parts().iter().any(inside), "few regions are exact");
        }
    }

    #[test]
    fn more_regions_need_more(left in predicates(), right in predicates()) {
        let either = Predicate::Or(vec![left.clone(), right.clone()]);
        let both = Predicate::And(vec![left.clone(), right.clone()]);
        for table in [by_day(), by_parts()] {
            let (left, right) = (find(&left, &table, HOUR).tuples, find(&right, &table, HOUR).tuples);
            let union: BTreeSet<_> = left.union(&right).cloned().collect();
            prop_assert_eq!(find(&either, &table, HOUR).tuples, union);
            prop_assert!(find(&both, &table, HOUR).tuples.is_subset(&left));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn too_many_regions_leave_nothing_out(picks in prop::collection::vec((0..400_i128, 0..5_i128, any::<bool>()), 150..400), probe in 0..400_i128) {
        let start = at("2020-01-01T00:00:00");
        let time = |from: i128| start + from * 10 * SECOND;
        let atoms = picks.iter().map(|(from, length, east)| Predicate::And(vec![
            Predicate::Time(Intervals::closed(time(*from), time(from + length))),
            key_is(0, &[if *east { "us-east-1" } else { "eu-west-1" }]),
            key_is(2, &[&from.to_string()]),
        ]));
        let predicate = Predicate::Or(atoms.collect());
        let regions = predicate.regions();
        prop_assert!(regions.parts().len() <= 128);
        let value = |text: &str| KeyValue::Text(text.to_owned());
        for (from, length, east) in picks.iter().filter(|(from, length, _)| (*from..=from + length).contains(&probe)) {
            let place = value(if *east { "us-east-1" } else { "eu-west-1" });
            let key = value(&from.to_string());
            let inside = |one: &Region| {
                one.time.contains(&time(probe))
                    && one.keys.get(&0).is_none_or(|values| values.contains(&place))
                    && one.keys.get(&2).is_none_or(|values| values.contains(&key))
            };
            prop_assert!(regions.parts().iter().any(inside), "lost {from} + {length}");
        }
    }
}

/// Folders named by months' names do not sort as time does, so that a range of names says nothing of times.
#[test]
fn names_of_months_are_in_no_order_of_time() {
    let days = ["2024-Apr-05", "2024-Aug-05", "2024-Feb-05"].map(str::to_owned);
    let entries = days.iter().map(|day| PartitionEntry { values: vec![day.clone()], location: None }).collect();
    let table = table(vec![column("day", Type::VARCHAR)], Layout::Registered(entries), &[(0, "yyyy-MMM-dd")]);
    let after = Predicate::Key { index: 0, values: Intervals::at_least(KeyValue::Text("2024-Aug-01".to_owned())) };
    let found = needed(&after.regions(), &table, 0, at(NOW), None).expect("the partitions can be named");
    let named: Vec<&str> = found.tuples.iter().map(|tuple| tuple[0].as_str()).collect();
    assert_eq!(named, ["2024-Aug-05", "2024-Feb-05"]);
}
