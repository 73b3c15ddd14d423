-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A bound that changes from row to row is none.
SELECT who FROM trail WHERE day = format('2020-01-%02d', random(28));
