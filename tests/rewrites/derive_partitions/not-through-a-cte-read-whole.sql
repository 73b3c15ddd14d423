-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- One reference keeps a day, the other keeps all: so does the common table expression.
WITH w AS (SELECT who, day FROM trail)
SELECT a.who FROM w a JOIN w b ON a.who = b.who WHERE a.day = '2020-01-02';
