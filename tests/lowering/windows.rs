//! Window functions and frames.

use super::bench::Bench;

#[test]
fn windows() {
    let over = |call: &str| format!("SELECT i, {call} FROM (VALUES (1, 5), (2, 3), (3, 5), (4, NULL)) t(i, x)");
    let cases = [
        ("row_number() OVER (ORDER BY x, i)", "1|2; 2|1; 3|3; 4|4"),
        ("rank() OVER (ORDER BY x)", "1|2; 2|1; 3|2; 4|4"),
        ("dense_rank() OVER (ORDER BY x DESC NULLS FIRST)", "1|2; 2|3; 3|2; 4|1"),
        ("percent_rank() OVER (ORDER BY x)", "1|0.3333333333333333; 2|0.0; 3|0.3333333333333333; 4|1.0"),
        ("cume_dist() OVER (ORDER BY x)", "1|0.75; 2|0.25; 3|0.75; 4|1.0"),
        ("ntile(3) OVER (ORDER BY i)", "1|1; 2|1; 3|2; 4|3"),
        ("lag(x) OVER (ORDER BY i)", "1|NULL; 2|5; 3|3; 4|5"),
        ("lead(x, 2, 0) OVER (ORDER BY i)", "1|5; 2|NULL; 3|0; 4|0"),
        ("lag(x) IGNORE NULLS OVER (ORDER BY i DESC)", "1|3; 2|5; 3|NULL; 4|NULL"),
        ("first_value(x) OVER (ORDER BY i)", "1|5; 2|5; 3|5; 4|5"),
        ("last_value(x) IGNORE NULLS OVER (ORDER BY i)", "1|5; 2|3; 3|5; 4|5"),
        ("nth_value(x, 2) OVER (ORDER BY x)", "1|5; 2|NULL; 3|5; 4|5"),
        ("sum(x) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)", "1|8; 2|13; 3|8; 4|5"),
        ("sum(x) OVER (ORDER BY x)", "1|13; 2|3; 3|13; 4|13"),
        ("count(*) OVER (PARTITION BY x)", "1|2; 2|1; 3|2; 4|1"),
        ("count(*) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)", "1|3; 2|1; 3|3; 4|3"),
        ("count(DISTINCT x) OVER ()", "1|2; 2|2; 3|2; 4|2"),
        ("count(DISTINCT x) OVER (ORDER BY i)", "1|1; 2|2; 3|2; 4|2"),
        ("sum(DISTINCT x) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)", "1|5; 2|8; 3|8; 4|8"),
        ("array_agg(i ORDER BY i DESC) OVER (PARTITION BY x)", "1|[3,1]; 2|[2]; 3|[3,1]; 4|[4]"),
        ("array_agg(i) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)", "1|NULL; 2|[1]; 3|[1,2]; 4|[2,3]"),
    ];
    let cases: Vec<(String, &str)> = cases.iter().map(|(call, rows)| (over(call), *rows)).collect();
    Bench::new().check(&cases);
    Bench::new().check(&[
        ("SELECT k, sum(count(*)) OVER () FROM (VALUES 'a', 'a', 'b') t(k) GROUP BY k", "a|3; b|3"),
        ("SELECT x FROM (VALUES 3, 1, 2) t(x) ORDER BY row_number() OVER (ORDER BY x DESC)", "3; 2; 1"),
    ]);
}
