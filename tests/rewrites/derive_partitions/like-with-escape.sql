-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- An escaped wildcard is a character of the prefix.
SELECT who FROM trail WHERE region LIKE 'a\_%' ESCAPE '\' AND eventtime LIKE '2020-01-02%';
