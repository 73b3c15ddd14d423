-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- The common table expression would have to be moved to the front of the statement.
FOREACH k IN (SELECT * FROM keys) (WITH w AS (SELECT * FROM trail WHERE day = '2020-01-02') SELECT w.eventname FROM w WHERE w.who = k.who);
