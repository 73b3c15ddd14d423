-- rules: derive_partitions
-- tables: flow
-- show: spec, after
-- expect: derive_partitions
-- Integers of other widths are the same numbers.
SELECT bytes FROM flow WHERE year = BIGINT '2020' AND month = TINYINT '1';
