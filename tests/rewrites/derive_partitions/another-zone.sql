-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- In a zone with summer time, a date may be reached, left, and reached again.
SELECT who FROM trail
WHERE date(from_iso8601_timestamp(eventtime) AT TIME ZONE 'Europe/Berlin') >= DATE '2020-01-02';
