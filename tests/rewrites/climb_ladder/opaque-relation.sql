-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- What a table function does beside another relation, nobody here knows.
FOREACH k IN (SELECT * FROM keys) SELECT u.n FROM TABLE(sequence(start => 1, stop => 3)) s CROSS JOIN keys u WHERE u.n = k.n;
