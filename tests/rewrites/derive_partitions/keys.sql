-- rules: derive_partitions
-- tables: trail
-- show: spec, after, statements
-- expect: derive_partitions
-- Keys compared with constants: IN, a range, and what is left of an AND when one part says nothing.
SELECT who FROM trail WHERE region IN ('a', 'c') AND day >= '2020-01-08' AND upper(who) = 'ANN';
