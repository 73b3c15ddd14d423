-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- What WHERE rejects is rejected behind any join.
SELECT t.who FROM trail t FULL JOIN (VALUES 'ann') k (who) ON t.who = k.who WHERE t.day = '2020-01-02';
