-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- Parameters and the time of planning have values when the plan is made.
DECLARE since varchar DEFAULT '2020-01-08T00:00:00Z';
DECLARE regions array(varchar) DEFAULT ARRAY['a', 'b'];
SELECT who FROM trail
WHERE eventtime >= :since AND from_iso8601_timestamp(eventtime) < now() - INTERVAL '1' DAY AND region IN (:regions);
