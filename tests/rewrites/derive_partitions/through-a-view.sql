-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- A view is a subquery with a name.
CREATE VIEW ann AS SELECT eventtime, eventname, day FROM trail WHERE who = 'ann';
SELECT eventname FROM ann WHERE eventtime LIKE '2020-01-02%';
