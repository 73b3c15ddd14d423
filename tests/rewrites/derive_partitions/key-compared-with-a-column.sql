-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- Another column of the row is no bound.
SELECT who FROM trail WHERE region = who;
