-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- NOT BETWEEN is one of two comparisons: two windows.
SELECT who FROM trail WHERE eventtime NOT BETWEEN '2020-01-02T08:00:00Z' AND '2020-01-08T12:00:00Z';
