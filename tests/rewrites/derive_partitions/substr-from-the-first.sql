-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- The text before a fixed position of a canonical time sorts as the time does.
SELECT who FROM trail WHERE substr(eventtime, 1, 10) = '2020-01-02' AND region = 'a';
