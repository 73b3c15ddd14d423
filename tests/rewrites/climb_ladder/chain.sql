-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after, statements
-- expect: climb_ladder
-- Of two FOREACHs that stand inside each other each has its own rung: first the pairs of rows, then the body.
FOREACH k IN (SELECT * FROM keys)
FOREACH u IN (SELECT DISTINCT t.who FROM trail t WHERE t.region = k.region AND t.day = '2020-01-02')
  SELECT k.n, v.eventname FROM trail v WHERE v.who = u.who AND v.region = k.region AND v.day = '2020-01-03';
