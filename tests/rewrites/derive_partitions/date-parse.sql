-- rules: derive_partitions
-- tables: trail, access
-- show: spec, after
-- expect: derive_partitions
-- A pattern that reads the column's text back to the time that was written.
SELECT path FROM access WHERE date_parse(stamp, '%d/%m/%Y %H:%i:%s') >= TIMESTAMP '2020-01-02 00:00:00';
SELECT who FROM trail WHERE date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') >= TIMESTAMP '2020-01-02 00:00:00';
