-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- A text that begins with a prefix lies between the prefix and the next text of its length.
SELECT who FROM trail WHERE eventtime LIKE '2020-01-02T1%' AND region = 'a';
