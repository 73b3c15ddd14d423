-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A month is: it comes again every year.
SELECT who FROM trail WHERE month(from_iso8601_timestamp(eventtime)) = 1;
