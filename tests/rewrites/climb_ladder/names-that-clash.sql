-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after, statements
-- expect: climb_ladder
-- Beside the driver `who` could be either's, so it is qualified.
FOREACH t IN (SELECT n, who, region FROM keys)
  SELECT t.n, eventname, who FROM trail WHERE trail.who = t.who AND trail.region = t.region AND day = '2020-01-02';
