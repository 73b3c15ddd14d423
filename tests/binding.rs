//! Binding: expressions are typed as a real Trino typed them, and names mean what scopes say.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::bind::expr::ExprKind;
use athplan::bind::query::{Body, Query, RelationKind};
use athplan::bind::spec::{BoundSpec, BoundStatementKind};
use athplan::bind::{BindError, BindOptions, NoTables, bind, bind_query};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::spec::{parse, parse_query};
use athplan::types::{Dialect, parse_type};

/// 2024-05-06 07:08:09.123 UTC.
fn now() -> Value {
    Value::TimestampWithTimeZone(1_714_979_289_123 * 1_000_000_000, Zone::Offset(0))
}

fn with_options<T>(dialect: Dialect, arguments: &[(&str, &str)], work: impl FnOnce(&BindOptions<'_>) -> T) -> T {
    let arguments: BTreeMap<String, String> =
        arguments.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    work(&BindOptions { dialect, now: now(), arguments: &arguments, catalog: &NoTables })
}

fn spec_with(text: &str, arguments: &[(&str, &str)]) -> Result<BoundSpec, Vec<BindError>> {
    let source = Arc::new(Source::new("spec.sql", text));
    let parsed = parse(&source).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    with_options(Dialect::Athena, arguments, |options| bind(&parsed, Arc::clone(&source), options))
}

fn spec(text: &str) -> Result<BoundSpec, Vec<BindError>> {
    spec_with(text, &[])
}

fn query_in(dialect: Dialect, text: &str) -> Result<Query, Vec<BindError>> {
    let source = Source::new("query.sql", text);
    let parsed = parse_query(&source).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    with_options(dialect, &[], |options| bind_query(&parsed, &source, options))
}

/// The types of the columns of a spec's last query.
fn types(text: &str) -> String {
    let bound = spec(text).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    let Some(BoundStatementKind::Query(query)) = bound.statements.last().map(|statement| &statement.kind) else {
        panic!("the last statement is no query")
    };
    columns(query)
}

fn columns(query: &Query) -> String {
    let named = query.columns.iter().map(|column| match &column.name {
        Some(name) => format!("{name} {}", column.ty),
        None => column.ty.to_string(),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// The headlines of a spec's mistakes.
fn mistakes(text: &str) -> Vec<String> {
    match spec(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn expressions_have_the_types_that_trino_gave_them() {
    let mut families: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut different = Vec::new();
    for line in include_str!("data/trino/answers.tsv").lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [family, expression, ty, value] = parts.as_slice() else { panic!("{line}") };
        let bound = query_in(Dialect::Trino, &format!("SELECT {expression}"));
        let is_type_error =
            *ty == "ERROR" && matches!(*value, "TYPE_MISMATCH" | "FUNCTION_NOT_FOUND" | "AMBIGUOUS_FUNCTION_CALL");
        let verdict = match &bound {
            Ok(query) if *ty == "ERROR" => {
                // Other errors come while the expression is evaluated, whatever its type.
                if is_type_error && !query.columns.iter().any(|column| column.ty.is_opaque()) { 1 } else { 0 }
            }
            Ok(query) if query.columns.iter().any(|column| column.ty.is_opaque()) => 2,
            Ok(query) => {
                let recorded = parse_type(ty).unwrap_or_else(|| panic!("`{ty}` is a type"));
                let same = matches!(query.columns.as_slice(), [column] if column.ty == recorded);
                usize::from(!same)
            }
            Err(_) if *ty == "ERROR" => 0,
            Err(_) => 1,
        };
        families.entry(family).or_default()[verdict] += 1;
        if verdict == 1 {
            different.push(format!(
                "{expression}\n    Trino: {ty} {value}\n    here: {:?}",
                bound.map(|query| columns(&query))
            ));
        }
    }
    println!("{:<14}{:>8}{:>11}{:>9}", "family", "same", "different", "refused");
    for (family, [same, different, refused]) in &families {
        println!("{family:<14}{same:>8}{different:>11}{refused:>9}");
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// The investigation of the design: a bucket of CloudTrail, keys handed out, what they did.
const KEYS: &str = "
    CREATE EXTERNAL TABLE cloudtrail USING cloudtrail LOCATION 's3://trail/AWSLogs/111111111111/CloudTrail/';
    CREATE TEMPORARY TABLE keys AS
    SELECT eventtime AS issued, json_extract_scalar(responseelements, '$.credentials.accessKeyId') AS accesskeyid
    FROM cloudtrail WHERE eventname = 'AssumeRole';
";

fn with_keys(query: &str) -> String {
    format!("{KEYS} {query};")
}

/// A spec's last query.
fn last_query(text: &str) -> Query {
    let bound = spec(text).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    match bound.statements.into_iter().last().map(|statement| statement.kind) {
        Some(BoundStatementKind::Query(query)) => query,
        other => panic!("the last statement is no query but {other:?}"),
    }
}

#[test]
fn a_foreach_binds_its_row_to_the_driver() {
    let query = last_query(&with_keys(
        "FOREACH k IN (SELECT * FROM keys WHERE accesskeyid LIKE 'AKIA%')
         SELECT k.*, c.eventname, c.useridentity.arn, \"$path\" AS file FROM cloudtrail c
         WHERE c.useridentity.accesskeyid = k.accesskeyid
           AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                       AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR",
    ));
    assert_eq!(columns(&query), "issued varchar, accesskeyid varchar, eventname varchar, arn varchar, file varchar");
    let Body::Foreach(foreach) = &query.body else { panic!("{query:?}") };
    assert_eq!(foreach.row, "k");
    let Body::Block(block) = &foreach.body.body else { panic!("{foreach:?}") };
    assert_eq!(block.filter.len(), 2);
    let ExprKind::Call(sign, sides) = &block.filter[0].kind else { panic!("{:?}", block.filter[0]) };
    assert_eq!(sign, "=");
    assert!(matches!(sides[0].kind, ExprKind::Field(..)));
    assert!(
        matches!(sides[1].kind, ExprKind::Column(column) if column.relation == foreach.relation && column.column == 1)
    );
}

#[test]
fn a_row_is_reached_by_its_qualified_name_only() {
    let query = "FOREACH k IN (SELECT issued AS start FROM keys) SELECT start FROM cloudtrail";
    let errors = spec(&with_keys(query)).expect_err("an unqualified name");
    let [BindError::UnknownColumn { name, help, .. }] = errors.as_slice() else { panic!("{errors:?}") };
    assert_eq!(name, "start");
    assert_eq!(help.as_deref(), Some("a FOREACH row's columns are qualified: write `k.start`"));
    // A column of the body's own relation of that name is meant instead.
    assert_eq!(
        types("FOREACH k IN (SELECT 'text' AS a) SELECT a, k.a AS outer_a FROM (VALUES 1) t(a)"),
        "a integer, outer_a varchar(4)"
    );
    assert_eq!(
        mistakes("FOREACH k IN (SELECT 1 AS a) SELECT k FROM (VALUES 1) t(a)"),
        ["`k` is a FOREACH row, not a value"]
    );
}

#[test]
fn foreach_nests_and_stands_wherever_a_query_may() {
    let nested = "FOREACH a IN (VALUES 1, 2) FOREACH b IN (SELECT a._col0 + 1 AS n) SELECT b.n";
    assert_eq!(mistakes(nested), ["there is no column `a._col0`"]);
    assert_eq!(
        types("FOREACH a IN (SELECT 1 AS n) FOREACH b IN (SELECT a.n + 1 AS m) SELECT a.n, b.m"),
        "n integer, m integer"
    );
    assert_eq!(
        types("WITH x AS (FOREACH a IN (SELECT 1 AS n) SELECT a.n * 2 AS d) SELECT sum(d) AS s FROM x"),
        "s bigint"
    );
    assert_eq!(types("SELECT * FROM (FOREACH a IN (SELECT 1 AS n) SELECT a.n) q ORDER BY n"), "n integer");
    assert_eq!(types("FOREACH a IN (SELECT 1 AS n) (SELECT a.n UNION SELECT 2 ORDER BY n LIMIT 1)"), "n integer");
}

#[test]
fn lateral_sees_what_stands_to_its_left() {
    assert_eq!(
        types("SELECT * FROM (VALUES 1) t(a) CROSS JOIN LATERAL (SELECT a + 1 AS b, t.a AS c) l"),
        "a integer, b integer, c integer"
    );
    assert_eq!(types("SELECT * FROM (VALUES 1) t(a), LATERAL (SELECT a AS b)"), "a integer, b integer");
    assert_eq!(mistakes("SELECT * FROM (VALUES 1) t(a), (SELECT a AS b) l"), ["there is no column `a`"]);
    assert_eq!(
        mistakes("SELECT * FROM (VALUES 1) t(a) RIGHT JOIN LATERAL (SELECT a) l ON TRUE"),
        ["LATERAL on the right of a RIGHT or FULL JOIN is not supported"]
    );
}

#[test]
fn unnest_spreads_rows_and_maps() {
    let of_rows = "CAST(ARRAY[ROW('a', 1)] AS array(row(arn varchar, account bigint)))";
    assert_eq!(types(&format!("SELECT * FROM UNNEST({of_rows}) AS t(x, y)")), "x varchar, y bigint");
    assert_eq!(types(&format!("SELECT * FROM UNNEST({of_rows})")), "arn varchar, account bigint");
    assert_eq!(
        types("SELECT * FROM UNNEST(map(ARRAY['k'], ARRAY[1.5]), ARRAY[1]) WITH ORDINALITY t(k, v, e, n)"),
        "k varchar(1), v double, e integer, n bigint"
    );
    let errors = spec(&format!("SELECT * FROM UNNEST({of_rows}) AS t(r)")).expect_err("one name for two fields");
    let [BindError::AliasColumns { given: 1, expected: 2, help, .. }] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(help.contains("t(arn, account)"), "{help}");
    assert_eq!(
        types(&with_keys("SELECT r.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS r(arn, account, type)")),
        "arn varchar"
    );
}

#[test]
fn using_merges_columns() {
    let sides = "(VALUES (1, 'a')) l(k, x) {} JOIN (VALUES (BIGINT '1', 'b')) r(k, y) USING (k)";
    for kind in ["INNER", "LEFT", "RIGHT", "FULL"] {
        let from = sides.replace("{}", kind);
        assert_eq!(types(&format!("SELECT * FROM {from}")), "k bigint, x varchar(1), y varchar(1)", "{kind}");
        assert_eq!(types(&format!("SELECT k, l.x, r.y FROM {from}")), "k bigint, x varchar(1), y varchar(1)");
        assert_eq!(mistakes(&format!("SELECT l.k FROM {from}")), ["`l.k` was merged by USING"]);
    }
    assert_eq!(
        mistakes("SELECT a FROM (VALUES 1) l(a) NATURAL JOIN (VALUES 1) r(b)"),
        ["NATURAL JOIN is not supported"]
    );
}

#[test]
fn ctes_shadow_tables_and_end_with_their_query() {
    assert_eq!(types(&with_keys("WITH keys AS (SELECT 1 AS n) SELECT * FROM keys")), "n integer");
    assert_eq!(
        mistakes("SELECT * FROM (WITH x AS (SELECT 1 AS n) SELECT * FROM x) q CROSS JOIN x"),
        ["there is no table `x`"]
    );
    assert_eq!(types("WITH x (a, b) AS (VALUES (1, 'q')), y AS (SELECT b FROM x) SELECT * FROM y"), "b varchar(1)");
    assert_eq!(mistakes("WITH x AS (SELECT * FROM x) SELECT * FROM x"), ["there is no table `x`"]);
    // Both references share the query, and so the relations inside it.
    let query = last_query("WITH x AS (SELECT 1 AS n) SELECT * FROM x a JOIN x b ON a.n = b.n");
    assert_eq!(query.with.len(), 1);
}

#[test]
fn views_are_bound_afresh_where_they_are_used() {
    let query = last_query(&format!(
        "{KEYS} CREATE VIEW v AS SELECT eventname AS name, count(*) AS calls FROM cloudtrail GROUP BY eventname;
         WITH cloudtrail AS (SELECT 1 AS other) SELECT a.calls FROM v a JOIN v b USING (name);"
    ));
    let mut expanded = Vec::new();
    let Body::Block(block) = &query.body else { panic!("{query:?}") };
    let Some(athplan::bind::query::From::Join(join)) = &block.from else { panic!("{block:?}") };
    for side in [&join.left, &join.right] {
        let athplan::bind::query::From::Relation(relation) = side else { panic!("{side:?}") };
        let RelationKind::View(name, view, _) = &relation.kind else { panic!("{relation:?}") };
        assert_eq!(name, "v");
        let Body::Block(inner) = &view.body else { panic!("{view:?}") };
        let Some(athplan::bind::query::From::Relation(scan)) = &inner.from else { panic!("{inner:?}") };
        expanded.push(scan.id);
    }
    assert_ne!(expanded[0], expanded[1]);
}

#[test]
fn subqueries_see_the_columns_around_them() {
    let from = "(VALUES (1, 'x')) t(a, b)";
    assert_eq!(
        types(&format!("SELECT (SELECT max(u.c) FROM (VALUES 2) u(c) WHERE u.c > t.a) AS m FROM {from}")),
        "m integer"
    );
    assert_eq!(
        types(&format!("SELECT a FROM {from} WHERE EXISTS (SELECT 1 FROM (VALUES 'x') u(b) WHERE u.b = t.b)")),
        "a integer"
    );
    assert_eq!(
        types(&format!("SELECT a IN (SELECT BIGINT '1') AS i, a >= ALL (VALUES 1.5) AS q FROM {from}")),
        "i boolean, q boolean"
    );
    assert_eq!(mistakes(&format!("SELECT a IN (SELECT 'x') FROM {from}")).len(), 1);
    assert_eq!(
        mistakes(&format!("SELECT (SELECT 1, 2) FROM {from}")),
        ["a query used as a value must yield one column, not 2"]
    );
}

#[test]
fn grouped_blocks_hold_keys_and_aggregates_only() {
    let from = "FROM (VALUES (1, 'x', ROW(1))) t(a, b, r)";
    assert_eq!(
        types(&format!("SELECT b, count(*) AS n {from} GROUP BY b HAVING count(*) > 1 ORDER BY n DESC, max(a)")),
        "b varchar(1), n bigint"
    );
    assert_eq!(types(&format!("SELECT a + 1 AS n, sum(a) AS s {from} GROUP BY a + 1")), "n integer, s bigint");
    assert_eq!(
        types(&format!("SELECT a + 1 AS n, grouping(a) AS g {from} GROUP BY ROLLUP (a)")),
        "n integer, g integer"
    );
    assert_eq!(types(&format!("SELECT upper(b) AS u, count(*) AS n {from} GROUP BY 1")), "u varchar(1), n bigint");
    assert_eq!(types(&format!("SELECT sum(count(*)) OVER (ORDER BY b) AS s {from} GROUP BY b")), "s bigint");
    let rule = |text: &str| vec![format!("`{text}` must be an aggregate or appear in GROUP BY")];
    assert_eq!(mistakes(&format!("SELECT a, count(*) {from}")), rule("a"));
    assert_eq!(mistakes(&format!("SELECT b, a + 1 {from} GROUP BY b")), rule("a"));
    assert_eq!(mistakes(&format!("SELECT b, count(*) {from} GROUP BY b ORDER BY a")), rule("a"));
    assert_eq!(mistakes(&format!("SELECT b, (SELECT max(a) FROM (VALUES 1)) {from} GROUP BY b")), rule("a"));
    assert_eq!(
        mistakes(&format!("SELECT sum(max(a)) {from}")),
        ["an aggregate's argument cannot hold the aggregate `max`"]
    );
    assert_eq!(mistakes(&format!("SELECT a {from} WHERE count(*) > 1")), ["WHERE cannot hold the aggregate `count`"]);
    assert_eq!(
        mistakes(&format!("SELECT a {from} WHERE row_number() OVER () > 1")),
        ["WHERE cannot hold the window function `row_number`"]
    );
    assert_eq!(mistakes(&format!("SELECT count(*) {from} GROUP BY 4")), ["GROUP BY 4 names no column: there are 1"]);
}

#[test]
fn grouping_sets_are_written_out() {
    let query = last_query("SELECT count(*) FROM (VALUES (1, 2, 3)) t(a, b, c) GROUP BY a, ROLLUP (b, c), CUBE (c)");
    let Body::Block(block) = query.body else { panic!("a block") };
    let group = block.group.expect("it is grouped");
    assert_eq!(group.keys.len(), 3);
    assert_eq!(group.sets, [vec![0, 1, 2], vec![0, 1, 2], vec![0, 1, 2], vec![0, 1], vec![0, 2], vec![0]]);
}

/// As Trino: positions, fields of rows and expressions are no columns. A FOREACH row's columns are none of FROM's.
#[test]
fn grouping_sets_take_columns_alone() {
    let from = "FROM (VALUES (1, 2, CAST(ROW(1) AS row(x integer)))) t(a, b, r)";
    let rule =
        |text: &str| vec![format!("ROLLUP, CUBE and GROUPING SETS group by columns of FROM, and `{text}` is none")];
    for (element, text) in [
        ("ROLLUP (1)", "1"),
        ("ROLLUP (a, a + 1)", "a + 1"),
        ("CUBE (r.x)", "r.x"),
        ("GROUPING SETS ((a), (abs(b)), ())", "abs(b)"),
    ] {
        assert_eq!(mistakes(&format!("SELECT 5 AS five {from} GROUP BY {element}")), rule(text));
    }
    for element in ["ROLLUP (t.a, (a, b))", "a + 1, ROLLUP (b)", "(a + 1, b)", "1", "ROLLUP ((a))"] {
        assert_eq!(mistakes(&format!("SELECT 5 AS five {from} GROUP BY {element}")), Vec::<String>::new());
    }
    let merged = "SELECT count(*) AS n FROM (VALUES 1) t(a) FULL JOIN (VALUES 2) u(a) USING (a) GROUP BY CUBE (a)";
    assert_eq!(mistakes(merged), Vec::<String>::new());
    let row =
        "FOREACH k IN (SELECT 1 AS n) SELECT count(*) AS c FROM (VALUES 1) t(a) WHERE a = k.n GROUP BY ROLLUP (k.n, a)";
    assert_eq!(mistakes(row), rule("k.n"));
}

#[test]
fn order_by_sees_output_names_first() {
    let from = "FROM (VALUES (1, 'x')) t(a, b)";
    let order = |text: &str| {
        last_query(&format!("SELECT {text}")).order_by.into_iter().map(|key| key.target).collect::<Vec<_>>()
    };
    use athplan::bind::query::SortTarget::{Expr, Output};
    assert_eq!(order(&format!("b AS a, a AS c {from} ORDER BY a, 2, t.a")), [Output(0), Output(1), Output(1)]);
    assert!(matches!(order(&format!("b {from} ORDER BY a")).as_slice(), [Expr(_)]));
    assert_eq!(
        mistakes(&format!("SELECT DISTINCT b {from} ORDER BY a")),
        ["ORDER BY of a SELECT DISTINCT must name columns of the select list"]
    );
    assert_eq!(mistakes(&format!("SELECT b {from} ORDER BY 2")), ["ORDER BY 2 names no column: there are 1"]);
    assert_eq!(order(&format!("a AS x {from} UNION ALL SELECT 2 ORDER BY x")), [Output(0)]);
}

/// As on a real Trino: LIMIT takes zero, FETCH FIRST does not, written or given as a parameter.
#[test]
fn row_counts_are_positive() {
    assert!(mistakes("SELECT 1 AS x OFFSET 0 LIMIT 0").is_empty());
    assert!(mistakes("SELECT 1 AS x FETCH FIRST 1 ROW ONLY").is_empty());
    for text in
        ["SELECT 1 AS x FETCH FIRST 0 ROWS ONLY", "DECLARE n bigint DEFAULT 0; SELECT 1 AS x FETCH FIRST :n ROWS ONLY"]
    {
        assert!(
            matches!(mistakes(text).as_slice(), [only] if only.contains("at least one row")),
            "{:?}",
            mistakes(text)
        );
    }
}

/// A row and a query of several columns, field by field.
#[test]
fn rows_are_compared_with_queries_of_as_many_columns() {
    assert!(mistakes("SELECT (1, 'a') IN (SELECT BIGINT '1', 'b') AS x").is_empty());
    for text in
        ["(1, 2) IN (SELECT 1, 2, 3)", "(1, 'a') IN (SELECT 1, 2)", "1 IN (SELECT 1, 2)", "(1, 2) IN (SELECT 1)"]
    {
        assert_eq!(mistakes(&format!("SELECT {text} AS x")).len(), 1, "{text}");
    }
}

#[test]
fn set_operations_and_values_have_the_common_type() {
    assert_eq!(types("SELECT 1 AS a, 'x' AS b UNION ALL SELECT BIGINT '2', NULL"), "a bigint, b varchar(1)");
    assert_eq!(types("SELECT * FROM (VALUES (1, NULL), (2.5, 'abc')) t(a, b)"), "a double, b varchar(3)");
    assert_eq!(mistakes("SELECT 1 UNION SELECT 1, 2"), ["the sides of UNION have 1 and 2 columns"]);
    assert_eq!(
        mistakes("SELECT 1 UNION SELECT 'x'"),
        ["column 1 of the sides of UNION must be of one type, but there are integer and varchar(1)"]
    );
    assert_eq!(mistakes("VALUES (1, 2), (3)"), ["the rows of VALUES have 2 and 1 columns"]);
}

#[test]
fn names_are_qualified_as_in_trino() {
    let table = "CREATE EXTERNAL TABLE logs.events (id string, user struct<name: string, group: struct<id: int>>)
                 ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/events/';";
    assert_eq!(
        types(&format!("{table} SELECT events.id, logs.events.user.name, user.\"group\".id AS g FROM logs.events;")),
        "id varchar, name varchar, g integer"
    );
    assert_eq!(mistakes(&format!("{table} SELECT events.id FROM logs.events e;")), ["there is no column `events.id`"]);
    assert_eq!(mistakes(&format!("{table} SELECT id FROM logs.events e, logs.events f;")), ["`id` is ambiguous"]);
    assert_eq!(mistakes(&format!("{table} SELECT user.nam FROM logs.events;")), ["the row has no field `nam`"]);
    assert_eq!(
        mistakes(&format!("{table} SELECT id.name FROM logs.events;")),
        ["`.name` asks for a field of a varchar"]
    );
    assert_eq!(
        types(&format!("{table} SELECT * FROM logs.events;")),
        "id varchar, user row(name varchar, group row(id integer))"
    );
}

/// Each as a Trino 476 types it.
#[test]
fn literals_and_intervals_have_the_types_of_trino() {
    assert_eq!(types("SELECT CHAR 'xy ' AS a, CHAR '' AS b, VARCHAR 'abc' AS c"), "a char(3), b char(0), c varchar");
    assert_eq!(
        types(
            "SELECT TIME '01:02:03' + INTERVAL '1' DAY AS a, TIME '01:02:03.123456' - INTERVAL '1' DAY AS b,
                    INTERVAL '1' DAY + TIME '01:02:03+01:00' AS c"
        ),
        "a time(3), b time(6), c time(3) with time zone"
    );
    assert_eq!(
        mistakes("SELECT EXTRACT(HOUR FROM DATE '2020-01-01') AS a, EXTRACT(YEAR FROM NULL) AS b"),
        ["`EXTRACT(hour)` cannot be applied to date", "`EXTRACT(year)` cannot be applied to unknown"]
    );
    assert_eq!(mistakes("SELECT format('%s', 1, ARRAY[1]) AS a"), ["array(integer) cannot be cast to varchar"]);
    assert_eq!(mistakes("SELECT CAST(NULL AS unknown) AS a"), ["unknown cannot be cast to unknown"]);
    assert_eq!(types("SELECT CAST(ARRAY[NULL] AS array(unknown)) AS a"), "a array(unknown)");
    assert_eq!(
        mistakes("SELECT (1 = 1) LIKE ('a' < 1) AS a"),
        ["`like` cannot be applied to boolean", "`<` cannot be applied to varchar(1) and integer"]
    );
}

#[test]
fn the_dialect_decides_about_bare_decimals() {
    assert_eq!(types("SELECT 1.5 AS n"), "n double");
    assert_eq!(
        query_in(Dialect::Trino, "SELECT 1.5 AS n").map(|query| columns(&query)),
        Ok("n decimal(2,1)".to_owned())
    );
}

#[test]
fn parameters_have_the_values_of_the_command_line() {
    let text =
        "DECLARE who varchar; DECLARE days integer DEFAULT 3 + 4; DECLARE ips array(varchar) DEFAULT ARRAY['1.1.1.1'];
                SELECT :who AS who, :days AS days WHERE '1.1.1.1' IN (:ips);";
    let values = |arguments: &[(&str, &str)]| {
        let bound = spec_with(text, arguments).unwrap_or_else(|errors| panic!("{errors:#?}"));
        bound.parameters.into_iter().map(|parameter| (parameter.name, parameter.value)).collect::<BTreeMap<_, _>>()
    };
    let text_array = |texts: &[&str]| Value::Array(texts.iter().map(|text| Value::varchar(*text)).collect());
    let given = values(&[("who", "it's"), ("ips", r#"["a,b", "c"]"#), ("days", "12")]);
    assert_eq!(given["who"], Value::varchar("it's"));
    assert_eq!(given["ips"], text_array(&["a,b", "c"]));
    assert_eq!(given["days"], Value::Integer(12));
    let given = values(&[("who", ""), ("ips", "a, b")]);
    assert_eq!(given["ips"], text_array(&["a", "b"]));
    assert_eq!(given["days"], Value::Integer(7));

    let headlines = |arguments: &[(&str, &str)]| {
        spec_with(text, arguments).expect_err("a mistake").iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(headlines(&[]), ["the parameter `who` has no value"]);
    assert_eq!(
        headlines(&[("who", "x"), ("day", "1")]),
        ["the spec declares no parameter `day`, but -p day=… was given"]
    );
    assert_eq!(headlines(&[("who", "x"), ("days", "many")]), ["-p days=\"many\" is no integer"]);
}

#[test]
fn an_array_parameter_stands_for_its_elements() {
    let query = last_query("DECLARE ips array(varchar) DEFAULT ARRAY['a', 'b']; SELECT 1 WHERE 'x' IN (:ips);");
    let Body::Block(block) = query.body else { panic!("a block") };
    assert!(matches!(&block.filter[0].kind, ExprKind::InParameter(_, name, list) if name == "ips" && list.len() == 2));
}

#[test]
fn the_clock_is_the_callers() {
    let query = last_query("SELECT now() AS n, current_date AS d, current_timestamp(0) AS s, localtime AS t");
    assert_eq!(columns(&query), "n timestamp(3) with time zone, d date, s timestamp(0) with time zone, t time(3)");
    let Body::Block(block) = query.body else { panic!("a block") };
    let values: Vec<&ExprKind> = block.items.iter().map(|item| &item.expr.kind).collect();
    assert_eq!(*values[0], ExprKind::Now(now()));
    assert_eq!(*values[1], ExprKind::Now(Value::Date(19_849)));
    assert_eq!(*values[3], ExprKind::Now(Value::Time((7 * 3600 + 8 * 60 + 9) * 1_000_000_000_000 + 123_000_000_000)));
}

#[test]
fn a_step_has_the_types_that_storage_keeps() {
    let step = |select: &str| types(&format!("CREATE TABLE t AS SELECT {select}; SELECT * FROM t;"));
    assert_eq!(
        step("now() AS a, JSON '{}' AS b, 'x' AS c, TIMESTAMP '2020-01-01 00:00:00.123456' AS d"),
        "a timestamp(3), b varchar, c varchar(1), d timestamp(3)"
    );
    let refused = |select: &str| mistakes(&format!("CREATE TABLE t AS SELECT {select};"));
    assert_eq!(refused("NULL AS a"), ["a table cannot store the column `a`: unknown"]);
    assert_eq!(refused("INTERVAL '1' DAY AS a"), ["a table cannot store the column `a`: interval day to second"]);
    assert_eq!(refused("1 + 1"), ["column 1 of `t` has no name"]);
    assert_eq!(refused("1 AS a, 2 AS a"), ["`t` would have two columns `a`"]);
}

#[test]
fn tables_are_read_behind_the_statement_that_makes_them() {
    assert_eq!(mistakes("SELECT * FROM t; CREATE TABLE t AS SELECT 1 AS a;"), ["`t` is read before it is made"]);
    assert_eq!(
        mistakes("CREATE TABLE t AS SELECT 1 AS a; CREATE VIEW t AS SELECT 1 AS a;"),
        ["the table `t` is declared twice"]
    );
    assert_eq!(mistakes("CREATE TABLE kyes AS SELECT 1 AS a; SELECT * FROM keys;"), ["there is no table `keys`"]);
}

#[test]
fn partitions_are_held_against_the_table() {
    let table = "CREATE EXTERNAL TABLE t (a string) PARTITIONED BY (region string, day string)
                 ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/t/';";
    let add = |clause: &str| mistakes(&format!("{table} ALTER TABLE t ADD {clause};"));
    assert_eq!(add("PARTITION (day = '1', region = 'r') LOCATION 's3://b/x'"), Vec::<String>::new());
    assert_eq!(add("PARTITION (day = '1')"), ["PARTITION does not fit `t`: some keys have no value"]);
    assert_eq!(add("PARTITION (day = '1', regoin = 'r')").len(), 1);
    assert_eq!(
        add("PARTITION (day = '1', region = 'r') PARTITION (region = 'r', day = '1')"),
        ["PARTITION does not fit `t`: this partition is there already"]
    );
}

#[test]
fn what_is_not_known_is_passed_on() {
    assert_eq!(
        types("SELECT company_geolocate('1.1.1.1') AS g, company_geolocate('1.1.1.1') > 5 AS b"),
        "g (not known to athplan), b boolean"
    );
    assert_eq!(mistakes("SELECT json_extract_scaler('{}', '$.a')"), ["there is no function `json_extract_scaler`"]);
}

#[test]
fn all_mistakes_are_found_at_once() {
    let found = mistakes(&with_keys(
        "SELECT evntname, nosuch.x, eventtime = 5, upper(1, 2), :gone, CAST(DATE '2020-01-01' AS bigint), sum(eventname)
         FROM cloudtrail WHERE count(*) > 1 AND eventname ORDER BY 12",
    ));
    assert_eq!(found.len(), 10, "{found:#?}");
}

/// Deep nesting binds or is refused; how much stack that takes is held too (debug builds take most).
#[test]
fn deep_nesting_needs_a_bounded_stack() {
    let depth = 190;
    let texts = [
        format!("SELECT {}1{}", "(SELECT ".repeat(depth), ")".repeat(depth)),
        format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(depth), " END".repeat(depth)),
        format!("SELECT {}1{}", "abs(".repeat(depth), ")".repeat(depth)),
        format!("SELECT 1{}", " || 'x'".repeat(depth)),
        format!("SELECT * FROM {}(VALUES 1){}", "(SELECT * FROM ".repeat(depth), ") t".repeat(depth)),
        format!("SELECT {}x{} FROM (VALUES ARRAY[1]) t(x)", "transform(x, x -> ".repeat(8), ")".repeat(8)),
    ];
    for text in texts {
        let work = move || match parse_query(&Source::new("deep.sql", &*text)) {
            Ok(_) => drop(query_in(Dialect::Athena, &text)),
            Err(errors) => assert!(errors[0].to_string().contains("deep"), "{errors:?}"),
        };
        std::thread::Builder::new().stack_size(4 << 20).spawn(work).expect("a thread").join().expect("no overflow");
    }
}

#[test]
fn piles_of_views_end_in_an_error() {
    let mut text = "CREATE VIEW v0 AS SELECT 1 AS a;".to_owned();
    for at in 1..40 {
        text += &format!("CREATE VIEW v{at} AS SELECT x.a FROM v{} x, v{} y;", at - 1, at - 1);
    }
    assert!(mistakes(&text).iter().any(|mistake| mistake.contains("grows beyond")));
}
