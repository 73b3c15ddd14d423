-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- A condition of that join cannot be moved up into WHERE: it would reject what the left join keeps.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, u.n FROM trail t
  LEFT JOIN (keys u JOIN keys v ON u.n = v.n AND u.who = k.who) ON t.who = u.who WHERE t.day = '2020-01-02';
