-- rules: derive_partitions
-- tables: flow
-- show: spec, after
-- expect-not: derive_partitions
-- A difference from a constant, and a negative factor, decrease as time goes on; a remainder does neither.
SELECT bytes FROM flow WHERE 2000000000 - started >= 0 AND started * -1 <= 0 AND started % 86400 = 0;
