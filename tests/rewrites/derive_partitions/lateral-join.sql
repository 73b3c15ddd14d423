-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect: derive_partitions
-- A LATERAL join is a FOREACH: what its body says of the columns beside it is known for each of them.
SELECT k.n, b.eventname FROM keys k
LEFT JOIN LATERAL (SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.region = k.region AND t.day = '2020-01-02') b ON TRUE;
