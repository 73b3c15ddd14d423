-- FOREACH wherever a query may stand.
-- production: foreach, cte, with, relation_primary, lateral, query_primary, unload, create_view
FOREACH k IN (SELECT a FROM t) SELECT b FROM u WHERE u.a = k.a;
FOREACH k IN (SELECT a FROM t) (SELECT b FROM u WHERE u.a = k.a ORDER BY b LIMIT 3);
FOREACH k IN (SELECT a FROM t) (SELECT b FROM u) ORDER BY b LIMIT 10;
FOREACH k IN (VALUES 1, 2) (SELECT k._col0) UNION ALL FOREACH m IN (TABLE t) (TABLE u);
FOREACH k IN (FOREACH j IN (TABLE s) SELECT a FROM t WHERE t.j = j.j) FOREACH m IN (TABLE u) SELECT k.a, m.b;
WITH w AS (FOREACH k IN (TABLE t) SELECT k.a) SELECT * FROM w;
SELECT * FROM (FOREACH k IN (TABLE t) SELECT k.a) f WHERE f.a > 1;
SELECT * FROM (TABLE t) AS k CROSS JOIN LATERAL (SELECT b FROM u WHERE u.a = k.a) AS b;
SELECT * FROM t k LEFT JOIN LATERAL (SELECT b FROM u WHERE u.a = k.a) b ON TRUE;
SELECT EXISTS (FOREACH k IN (TABLE t) SELECT 1), a IN (FOREACH k IN (TABLE t) SELECT k.a) FROM v;
((FOREACH k IN (TABLE t) SELECT k.a) LIMIT 1);
CREATE VIEW v AS FOREACH k IN (TABLE t) SELECT k.a;
UNLOAD (FOREACH k IN (TABLE t) SELECT k.a) TO 's3://b/p/' WITH (format = 'PARQUET');
-- elsewhere it is a name
SELECT foreach, foreach + 1 AS foreach FROM foreach AS foreach WHERE (foreach) IN (1, 2) AND foreach(1) = 2;
