-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- An OR is kept as it is: either a day of one region, or a window in all regions.
SELECT who FROM trail WHERE (region = 'a' AND day = '2020-01-02') OR eventtime > '2020-01-10T00:00:00Z';
