-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- Nothing is said of partitions.
SELECT who FROM trail;
