-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- ON of the inner join is about the rows of that join; ON of the outer one about all that it supplies with NULL.
SELECT k.n, t.who, u.who AS other
FROM (VALUES (1, 'ann')) k (n, who)
LEFT JOIN (trail t JOIN trail u ON t.who = u.who AND u.region = 'b') ON t.who = k.who AND t.day = '2020-01-02';
