-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- Rows of the preserved side stand once for each row.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, u.n FROM trail t RIGHT JOIN keys u ON t.who = u.who AND t.day = '2020-01-02' WHERE u.n <> k.n;
