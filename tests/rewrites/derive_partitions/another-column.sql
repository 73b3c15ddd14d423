-- rules: derive_partitions
-- tables: flow
-- show: spec, after
-- expect-not: derive_partitions
-- A column that is not the table's event time says nothing of its folders.
SELECT bytes FROM flow WHERE millis >= 1577836200000;
