-- rules: derive_partitions, climb_ladder
-- tables: keys
-- show: spec, after
-- expect-not: climb_ladder
-- There is nothing to join with.
FOREACH k IN (SELECT * FROM keys) SELECT k.n * 2 AS twice;
