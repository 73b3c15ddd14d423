-- rules: derive_partitions
-- tables: flow
-- show: spec, after, statements
-- expect: derive_partitions
-- Seconds since the epoch, as they are. Year, month and day follow from the window together, not each by itself.
SELECT bytes FROM flow WHERE started >= 1577836200 AND started < 1577836800;
