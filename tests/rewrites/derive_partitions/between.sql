-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- BETWEEN is two comparisons.
SELECT who FROM trail WHERE eventtime BETWEEN '2020-01-02T08:00:00Z' AND '2020-01-02T12:00:00Z';
