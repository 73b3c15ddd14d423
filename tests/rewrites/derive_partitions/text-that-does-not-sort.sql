-- rules: derive_partitions
-- tables: access
-- show: spec, after
-- expect-not: derive_partitions
-- Text that begins with the day of the month does not sort as time does: it derives nothing.
SELECT path FROM access WHERE stamp >= '02/01/2020 00:00:00' AND stamp LIKE '02/01/2020%';
