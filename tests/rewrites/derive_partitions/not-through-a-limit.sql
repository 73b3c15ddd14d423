-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A limit chooses among rows that the condition would take away.
SELECT who FROM (SELECT who, day FROM trail ORDER BY eventtime LIMIT 10) WHERE day = '2020-01-02';
