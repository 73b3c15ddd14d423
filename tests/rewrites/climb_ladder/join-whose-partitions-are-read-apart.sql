-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after, statements
-- expect: climb_ladder
-- The row decides partitions of one scan, and only filters and projections lie above it: its partitions may be
-- spread over statements.
FOREACH k IN (SELECT * FROM keys) SELECT k.n, t.eventname FROM trail t
WHERE t.who = k.who AND t.region = k.region AND t.eventtime >= k.since AND t.day < '2020-01-05';
