-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- IS NOT DISTINCT FROM may be TRUE for a row that an outer join supplied: it is not strict.
SELECT who FROM trail WHERE eventtime IS NOT DISTINCT FROM '2020-01-02T00:00:00Z';
