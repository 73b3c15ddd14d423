-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- The texts without a prefix are no interval; nothing is derived.
SELECT who FROM trail WHERE eventtime NOT LIKE '2020-01-02%';
