-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A key that is not in every grouping set is NULL in some.
SELECT who FROM (SELECT who, day FROM trail GROUP BY GROUPING SETS ((who, day), (who))) WHERE day = '2020-01-02' AND day IS NOT NULL;
