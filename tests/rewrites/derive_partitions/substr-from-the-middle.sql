-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A month alone comes again every year.
SELECT who FROM trail WHERE substr(eventtime, 6, 2) = '01';
