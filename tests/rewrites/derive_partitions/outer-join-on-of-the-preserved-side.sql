-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- ON of a LEFT JOIN says which rows match, not which rows of the left side are kept.
SELECT t.who FROM trail t LEFT JOIN (VALUES 'ann') k (who) ON t.who = k.who AND t.day = '2020-01-02';
