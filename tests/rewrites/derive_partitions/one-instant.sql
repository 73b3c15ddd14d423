-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- Equality holds in the folder of the event's own day, and in the next one near midnight.
SELECT who FROM trail WHERE eventtime = '2020-01-02T23:59:59Z' AND region = 'a';
