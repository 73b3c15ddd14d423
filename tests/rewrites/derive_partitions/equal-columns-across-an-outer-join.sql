-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- It may cross over to the null-supplying side, and not back to the preserved one.
SELECT t.who FROM trail t LEFT JOIN trail u ON t.day = u.day AND u.region = 'a' WHERE t.day = '2020-01-02';
