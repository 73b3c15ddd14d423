-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- And so on both sides of a set operation.
SELECT who FROM (SELECT who, day FROM trail WHERE region = 'a' EXCEPT SELECT who, day FROM trail WHERE region = 'b')
WHERE day = '2020-01-02';
