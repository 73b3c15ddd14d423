-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- And so on both sides.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, u.n FROM trail t FULL JOIN keys u ON t.who = u.who AND t.day = '2020-01-02' WHERE coalesce(u.n, 0) <> k.n;
