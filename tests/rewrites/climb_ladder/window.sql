-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- A window is over the matches of one row.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, row_number() OVER (ORDER BY t.eventtime) AS r FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02';
