-- rules: derive_partitions
-- tables: store
-- show: spec, after
-- expect: derive_partitions
-- A key of type date compared with a date.
SELECT id FROM store WHERE day BETWEEN DATE '2020-01-02' AND DATE '2020-01-03';
