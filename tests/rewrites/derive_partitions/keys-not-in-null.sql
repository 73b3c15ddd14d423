-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- NOT IN over a list with NULL is never TRUE.
SELECT who FROM trail WHERE region NOT IN ('a', NULL);
