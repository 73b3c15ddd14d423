-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- What is said of one column is said of another that must be equal to it.
SELECT t.who FROM trail t JOIN trail u ON t.day = u.day AND t.who = u.who
WHERE u.day = '2020-01-02' AND u.region = 'a' AND t.region = 'b';
