-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- UNNEST cannot see a relation to its right.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, u.part FROM trail t CROSS JOIN UNNEST(split(k.who, 'n')) u (part) WHERE t.day = '2020-01-02' AND t.who = u.part;
