-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- Every text starts with the empty one.
SELECT who FROM trail WHERE starts_with(eventtime, '');
