-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- HAVING is grouping.
FOREACH k IN (SELECT * FROM keys) (SELECT max(t.eventtime) AS last FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02' HAVING count(*) > 3);
