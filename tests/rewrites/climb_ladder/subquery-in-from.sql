-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- A subquery of FROM cannot see a relation beside it.
FOREACH k IN (SELECT * FROM keys) SELECT u.eventname FROM (SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02') u;
