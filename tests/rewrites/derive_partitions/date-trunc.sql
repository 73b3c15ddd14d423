-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- date_trunc rounds down, so that it never decreases; all times of the week it is equal to are needed.
SELECT who FROM trail
WHERE date_trunc('week', from_iso8601_timestamp(eventtime)) = TIMESTAMP '2020-01-06 00:00:00 UTC' AND region = 'a';
