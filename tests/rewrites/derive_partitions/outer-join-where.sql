-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect: derive_partitions
-- A conjunct of WHERE that rejects NULL holds for the null-supplying side too.
SELECT k.n, t.who FROM keys k LEFT JOIN trail t ON t.who = k.who WHERE t.day = '2020-01-02' AND NOT t.region = 'a';
