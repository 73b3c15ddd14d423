-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- A conjunct that is FALSE or NULL for every row keeps none.
SELECT who FROM trail WHERE eventname = 'AssumeRole' AND 1 = 2;
