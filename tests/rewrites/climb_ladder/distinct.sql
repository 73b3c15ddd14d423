-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- Two rows may yield the same, and each keeps it.
FOREACH k IN (SELECT * FROM keys) (SELECT DISTINCT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02');
