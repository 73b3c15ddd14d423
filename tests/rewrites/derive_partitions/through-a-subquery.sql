-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- A condition on what a subquery yields holds for what it reads.
SELECT who FROM (SELECT who, day AS folder, region FROM trail WHERE region <> 'c') WHERE folder = '2020-01-02';
