-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect: derive_partitions
-- The null-supplying side gets what its own ON says; the preserved side gets nothing from it.
SELECT k.n, t.who FROM keys k LEFT JOIN trail t ON t.who = k.who AND t.day = '2020-01-02';
SELECT t.who FROM trail t LEFT JOIN keys k ON t.who = k.who AND t.day = '2020-01-02';
