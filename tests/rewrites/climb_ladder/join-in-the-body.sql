-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after, statements
-- expect: climb_ladder
-- Joins of the body stay; ON of an inner join may use the row, and a subquery that does not use it too.
FOREACH k IN (SELECT * FROM keys)
  SELECT k.n, t.eventname FROM trail t JOIN (SELECT DISTINCT who FROM trail WHERE day = '2020-01-03') u ON u.who = k.who
  WHERE t.who = u.who AND t.region = k.region AND t.day = '2020-01-02';
