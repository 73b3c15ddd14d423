-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- NOT is moved inwards: of AND it makes OR, of IN all but these.
SELECT who FROM trail WHERE NOT (region IN ('a', 'b') OR day < '2020-01-09');
