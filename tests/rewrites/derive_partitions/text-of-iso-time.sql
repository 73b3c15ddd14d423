-- rules: derive_partitions
-- tables: trail
-- show: spec, before, after, statements
-- expect: derive_partitions
-- Canonical ISO text sorts as time does, so comparing it bounds time. The end of the window is
-- extended by the table's slack, and the user's own predicate stays.
SELECT who FROM trail
WHERE eventtime >= '2020-01-02T08:00:00Z' AND eventtime < '2020-01-03T23:30:00Z' AND eventname = 'AssumeRole';
