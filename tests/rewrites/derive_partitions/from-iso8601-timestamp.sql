-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- Parsing, moving by an interval of fixed length, and the zone UTC keep the order of times.
SELECT who FROM trail
WHERE from_iso8601_timestamp(eventtime) + INTERVAL '6' HOUR >= TIMESTAMP '2020-01-02 00:00:00 UTC'
  AND from_iso8601_timestamp(eventtime) AT TIME ZONE 'UTC' < TIMESTAMP '2020-01-03 00:00:00 UTC';
