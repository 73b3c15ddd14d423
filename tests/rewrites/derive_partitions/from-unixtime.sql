-- rules: derive_partitions
-- tables: flow
-- show: spec, after, statements
-- expect: derive_partitions
-- Seconds since the epoch, as a timestamp.
SELECT bytes FROM flow
WHERE from_unixtime(started) BETWEEN TIMESTAMP '2019-12-31 23:55:00 UTC' AND TIMESTAMP '2020-01-01 12:00:00 UTC';
