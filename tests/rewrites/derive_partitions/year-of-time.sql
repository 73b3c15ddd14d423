-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- A year is not left to be reached again.
SELECT who FROM trail WHERE year(from_iso8601_timestamp(eventtime)) = 2020;
