-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A pattern that is no constant derives nothing.
SELECT who FROM trail WHERE eventtime LIKE who;
