-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- A bound is any expression that the closed evaluator knows.
SELECT who FROM trail WHERE eventtime >= to_iso8601(DATE '2020-01-01' + INTERVAL '2' DAY) AND day <= concat('2020-01-', '0', '4');
