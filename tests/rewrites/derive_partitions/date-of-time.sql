-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- date() and a cast to date never decrease as time goes on.
SELECT who FROM trail
WHERE date(from_iso8601_timestamp(eventtime)) = DATE '2020-01-02'
  AND CAST(from_iso8601_timestamp(eventtime) AS date) < current_date AND region = 'a';
