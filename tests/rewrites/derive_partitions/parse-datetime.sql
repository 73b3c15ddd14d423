-- rules: derive_partitions
-- tables: trail, access
-- show: spec, after
-- expect: derive_partitions
-- The same with Joda's patterns.
SELECT path FROM access WHERE parse_datetime(stamp, 'dd/MM/yyyy HH:mm:ss') >= TIMESTAMP '2020-01-02 00:00:00 UTC';
SELECT who FROM trail WHERE parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ssZ') >= TIMESTAMP '2020-01-02 00:00:00 UTC';
