-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- RIGHT JOIN is LEFT JOIN with sides exchanged.
SELECT t.who FROM trail t RIGHT JOIN (VALUES 'ann') k (who) ON t.who = k.who AND t.day = '2020-01-02';
