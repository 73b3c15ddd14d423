-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- EXISTS over the row would be correlated with a join, of which engines take fewer forms.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname FROM trail t
WHERE t.day = '2020-01-02' AND EXISTS (SELECT 1 FROM trail u WHERE u.who = k.who AND u.day = '2020-01-03');
