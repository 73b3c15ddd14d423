-- rules: derive_partitions, climb_ladder
-- tables: keys
-- show: spec, after
-- expect-not: climb_ladder
-- A row of constants for each row.
FOREACH k IN (SELECT * FROM keys) (VALUES (k.n, k.who));
