-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- The marker stands once for each row.
FOREACH k IN (SELECT * FROM keys) (SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02' UNION ALL SELECT 'end');
