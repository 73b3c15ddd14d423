-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- The last time of a group says nothing of the others.
SELECT who FROM (SELECT who, max(eventtime) AS eventtime FROM trail GROUP BY who) WHERE eventtime < '2020-01-02';
