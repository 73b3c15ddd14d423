-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A window is over rows that the condition would take away.
SELECT who FROM (SELECT who, day, row_number() OVER (PARTITION BY who ORDER BY eventtime) AS r FROM trail)
WHERE day = '2020-01-02' AND r = 1;
