-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect: derive_partitions
-- So is an expression over it.
FOREACH k IN (SELECT * FROM keys) SELECT k.n, t.eventname FROM trail t
WHERE from_iso8601_timestamp(t.eventtime) BETWEEN from_iso8601_timestamp(k.since)
  AND from_iso8601_timestamp(k.since) + INTERVAL '12' HOUR;
