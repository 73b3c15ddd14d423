-- rules: derive_partitions
-- tables: flow
-- show: spec, after
-- expect: derive_partitions
-- Adding a number and multiplying with a positive one keep the order.
SELECT bytes FROM flow WHERE started * 1000 + 1 >= 1577836200000 AND started / 3600 < 438288;
