-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- settings: no-merge
-- show: spec, after, statements
-- expect-not: climb_ladder
-- One statement a row.
FOREACH k IN (SELECT * FROM keys) SELECT k.n, t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02';
