-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect: climb_ladder
-- Whatever it is: it gives the same for each row.
FOREACH k IN (SELECT * FROM keys) (SELECT count(*) AS calls FROM trail t WHERE t.day = '2020-01-02');
