-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- What every reference of a common table expression keeps, it may keep itself.
WITH w AS (SELECT who, day FROM trail) SELECT who FROM w WHERE day = '2020-01-02';
