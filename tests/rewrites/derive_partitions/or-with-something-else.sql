-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- One side of the OR says nothing of partitions, so the whole says nothing.
SELECT who FROM trail WHERE day = '2020-01-02' OR eventname = 'AssumeRole';
