-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- All times but one are no bound.
SELECT who FROM trail WHERE eventtime <> '2020-01-02T00:00:00Z';
