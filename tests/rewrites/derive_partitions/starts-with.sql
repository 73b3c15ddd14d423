-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- starts_with is LIKE with a wildcard at the end.
SELECT who FROM trail WHERE starts_with(eventtime, '2020-01-02');
