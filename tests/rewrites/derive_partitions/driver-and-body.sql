-- rules: derive_partitions
-- tables: trail
-- show: spec, after
-- expect: derive_partitions
-- The driver is a query of its own, the body another.
FOREACH k IN (SELECT DISTINCT who, day FROM trail WHERE eventname = 'CreateUser' AND day = '2020-01-02')
  SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day >= k.day AND t.region = 'a';
