-- rules: derive_partitions, climb_ladder
-- tables: trail
-- show: spec, after
-- expect-not: climb_ladder
-- There is no FOREACH.
SELECT who FROM trail WHERE day = '2020-01-02';
