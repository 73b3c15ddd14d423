-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- The bound may stand on the left.
SELECT who FROM trail WHERE '2020-01-02T08:00:00Z' <= eventtime AND '2020-01-03' > eventtime;
