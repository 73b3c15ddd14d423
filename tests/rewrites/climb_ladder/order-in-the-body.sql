-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after, statements
-- expect: climb_ladder
-- A subquery's order without a limit means nothing; the body is a join.
FOREACH k IN (SELECT * FROM keys) (SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02' ORDER BY t.eventtime);
