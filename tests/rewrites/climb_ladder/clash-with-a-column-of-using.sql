-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- A column that USING has merged cannot be qualified.
FOREACH k IN (SELECT * FROM keys) SELECT who, u.n FROM trail t JOIN keys u USING (who) WHERE t.day = '2020-01-02' AND u.n = k.n;
