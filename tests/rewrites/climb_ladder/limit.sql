-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- The first of each row, not the first of all.
FOREACH k IN (SELECT * FROM keys) (SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02' ORDER BY t.eventtime LIMIT 1);
