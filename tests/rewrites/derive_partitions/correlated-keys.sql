-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect: derive_partitions
-- In a FOREACH a column of the driver row is a bound too: the row's partitions follow when its values are known.
FOREACH k IN (SELECT * FROM keys) SELECT k.n, t.eventname FROM trail t
WHERE t.who = k.who AND t.region = k.region AND t.day = substr(k.since, 1, 10);
