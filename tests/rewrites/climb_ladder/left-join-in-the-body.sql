-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect: climb_ladder
-- The preserved side of a left join may be filtered by the row; partitions of that side only are read apart.
FOREACH k IN (SELECT * FROM keys)
  SELECT k.n, t.eventname, u.eventname AS other FROM trail t LEFT JOIN trail u ON u.who = t.who AND u.day = '2020-01-03'
  WHERE t.region = k.region AND t.day = '2020-01-02';
