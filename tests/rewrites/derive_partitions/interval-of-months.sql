-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- The 30th at noon plus a month is later than the 31st at six plus a month.
SELECT who FROM trail
WHERE from_iso8601_timestamp(eventtime) + INTERVAL '1' MONTH >= TIMESTAMP '2020-02-02 00:00:00 UTC';
