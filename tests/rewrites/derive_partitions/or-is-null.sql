-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- IS NULL is TRUE for a row that an outer join supplied; and a key may be NULL.
SELECT who FROM trail WHERE region = 'a' OR region IS NULL;
