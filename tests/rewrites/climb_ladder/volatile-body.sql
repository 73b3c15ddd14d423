-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- Run once, it would give the same number for every row.
FOREACH k IN (SELECT * FROM keys) SELECT t.who, random() AS dice FROM trail t WHERE t.day = '2020-01-02';
