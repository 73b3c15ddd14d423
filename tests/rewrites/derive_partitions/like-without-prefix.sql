-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect-not: derive_partitions
-- A pattern that begins with a wildcard says nothing of where the text begins, and is no bound on time.
SELECT who FROM trail WHERE eventtime LIKE '%T08:00:00Z';
