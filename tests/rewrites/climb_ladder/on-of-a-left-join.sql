-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- A row of the left side that matches for no driver row would be kept once, not once for each of them.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, u.n FROM trail t LEFT JOIN keys u ON t.who = u.who AND u.n = k.n WHERE t.day = '2020-01-02';
