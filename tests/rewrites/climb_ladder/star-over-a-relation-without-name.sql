-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- `*` would spread the driver too, and `t.*` cannot be written for a relation that has no name.
FOREACH k IN (SELECT * FROM keys) SELECT * FROM (SELECT eventname, tags FROM trail WHERE day = '2020-01-02') WHERE eventname = k.who;
