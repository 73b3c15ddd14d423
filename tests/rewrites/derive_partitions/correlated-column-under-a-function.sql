-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect-not: derive_partitions
-- A comparison of something that is no function of time alone is none of time.
FOREACH k IN (SELECT * FROM keys) SELECT k.n, t.eventname FROM trail t
WHERE concat(t.eventtime, k.since) > '2020' AND concat(t.day, k.who) = '2020-01-02ann';
