-- The SELECT block.
-- production: select, select_item, group_by, grouping_element, grouping_set, window, grouping
SELECT DISTINCT *, t.*, db.t.*, (r).* AS (x, y), a + 1 AS "sum", b c, "d" FROM t;
SELECT ALL a FROM t;
SELECT all, count(ALL a), count(DISTINCT a) FROM t;
SELECT a, (b), sum(c), grouping(a, t.b) FROM t WHERE d > 1
  GROUP BY a, (b), (), (a, b), ROLLUP (a, (b, c)), CUBE (a, b), GROUPING SETS ((a), (a, b), ()) HAVING count(*) > 1;
SELECT 1 FROM t GROUP BY ALL a;
SELECT 1 FROM t GROUP BY DISTINCT (a) + 1, (a).b, ((SELECT 1));
SELECT 1 FROM t GROUP BY AUTO;
SELECT rank() OVER w, sum(a) OVER (w ROWS 1 PRECEDING) FROM t WINDOW w AS (PARTITION BY b ORDER BY c), v AS ();
SELECT a limit, b offset, c window FROM t limit;
SELECT 1 LIMIT 1;
