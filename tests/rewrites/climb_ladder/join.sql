-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, before, after, statements
-- expect: climb_ladder
-- Select, project, filter: the driver is joined in. Its rows come from a step of this run, so that it is
-- read where it stands.
FOREACH k IN (SELECT * FROM keys WHERE n < 10) SELECT k.n, t.eventname FROM trail t WHERE t.who = k.who AND t.day = '2020-01-02';
