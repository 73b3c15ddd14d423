-- rules: derive_partitions
-- tables: store
-- show: spec, after
-- expect-not: derive_partitions
-- A char is padded and a decimal has several texts, so that a folder's name is not the value; a date that is
-- coerced to a timestamp is no key any more.
SELECT id FROM store WHERE code = 'x' AND grade = 1.5 AND day >= TIMESTAMP '2020-01-02 00:00:00';
