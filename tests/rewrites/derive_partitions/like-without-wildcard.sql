-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- Without a wildcard LIKE is equality.
SELECT who FROM trail WHERE day LIKE '2020-01-02';
