-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- FULL JOIN preserves both sides.
SELECT t.who FROM trail t FULL JOIN (VALUES 'ann') k (who) ON t.who = k.who AND t.day = '2020-01-02';
