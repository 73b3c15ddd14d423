-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- EXISTS and IN are queries of their own; a column of the query around them is no bound.
SELECT k.n FROM (VALUES (1, 'ann', 'a')) k (n, who, region)
WHERE EXISTS (SELECT 1 FROM trail t WHERE t.who = k.who AND t.region = k.region AND t.day = '2020-01-02')
  AND k.who IN (SELECT who FROM trail WHERE region = 'b');
