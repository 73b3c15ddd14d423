-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, before, after, statements
-- expect-not: climb_ladder
-- A join would group the matches of all rows together, and have no group for a row without any.
FOREACH k IN (SELECT * FROM keys) (SELECT k.n, count(*) AS calls FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02');
