-- FROM.
-- production: relation, join_kind, sampled, matched, match_recognize, table_alias, relation_primary, table, unnest
-- production: lateral, table_function, json_table, opaque
SELECT 1 FROM a, b x, c AS y (p, q);
SELECT 1 FROM a JOIN b ON a.x = b.x INNER JOIN c USING (x, y) LEFT OUTER JOIN d ON true RIGHT JOIN e ON true FULL JOIN f ON true;
SELECT 1 FROM a NATURAL JOIN b NATURAL LEFT JOIN c CROSS JOIN d;
SELECT 1 FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x;
SELECT 1 FROM (a JOIN b ON true) JOIN (c CROSS JOIN d) ON true, ((e)) AS f;
SELECT 1 FROM ((SELECT 1) t JOIN u ON true), ((SELECT 1) UNION (SELECT 2)) v, ((SELECT 3)) w, (VALUES 'z') t2(x);
SELECT 1 FROM UNNEST(ARRAY[1, 2], m) WITH ORDINALITY AS t(a, k, v, n) CROSS JOIN UNNEST(resources) r;
SELECT 1 FROM t TABLESAMPLE BERNOULLI (10), u x TABLESAMPLE SYSTEM (:p);
SELECT 1 FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY b MEASURES A.b AS m PATTERN (A B+ {- C -}? | ^ D{1,2} $) DEFINE B AS B.x > 1) AS m (p);
SELECT 1 FROM TABLE(sequence(start => 1, stop => 10)) s, JSON_TABLE(j, 'lax $' COLUMNS (a integer PATH 'lax $.a')) AS jt;
SELECT 1 FROM t FOR TIMESTAMP AS OF TIMESTAMP '2024-01-01 00:00:00 UTC' AS old, u FOR VERSION AS OF 5;
SELECT "$path", "$file_size" FROM "t$partitions";
