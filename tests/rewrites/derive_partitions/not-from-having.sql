-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- HAVING is about groups, even where it names a key of them; write it into WHERE.
SELECT day, count(*) AS c FROM trail GROUP BY day HAVING day = '2020-01-02';
