-- rules: derive_partitions
-- tables: access
-- show: spec, after
-- expect-not: derive_partitions
-- A pattern that exchanges day and month parses many of the texts, and does not follow time.
SELECT path FROM access WHERE date_parse(stamp, '%m/%d/%Y %H:%i:%s') >= TIMESTAMP '2020-01-02 00:00:00';
