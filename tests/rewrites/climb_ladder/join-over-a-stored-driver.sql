-- rules: derive_partitions, climb_ladder
-- tables: trail
-- show: spec, after, statements
-- expect: climb_ladder
-- A driver over a log is stored first: read again for each statement, it could give other rows.
FOREACH k IN (SELECT who FROM trail WHERE day = '2020-01-02' AND eventname = 'CreateUser')
  SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-03';
