-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, before, after, statements
-- expect: climb_ladder
-- A body that does not use the row runs once, beside the driver.
FOREACH k IN (SELECT * FROM keys) SELECT t.who FROM trail t WHERE t.day = '2020-01-02';
