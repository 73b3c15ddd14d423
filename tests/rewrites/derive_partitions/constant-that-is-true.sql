-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- TRUE says nothing.
SELECT who FROM trail WHERE eventname = 'AssumeRole' AND 1 = 1;
