-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- A condition on a group's key chooses whole groups.
SELECT who, c FROM (SELECT who, day, count(*) AS c FROM trail GROUP BY who, day) WHERE day = '2020-01-02';
