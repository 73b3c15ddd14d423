-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A common table expression may be read by others too, and is planned by itself.
WITH w AS (SELECT who, day FROM trail) SELECT who FROM w WHERE day = '2020-01-02';
