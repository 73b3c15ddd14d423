-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A function of a key is looked at by no engine's pruning, and its values are not those of the folders.
SELECT who FROM trail WHERE upper(region) = 'A' AND coalesce(day, '') = '2020-01-02' AND day || '' = '2020-01-02';
