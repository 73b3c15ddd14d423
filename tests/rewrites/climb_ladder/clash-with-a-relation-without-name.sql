-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- `who` could be either's, and this relation's cannot be qualified.
FOREACH k IN (SELECT * FROM keys) SELECT who FROM (SELECT eventname, who FROM trail WHERE day = '2020-01-02') WHERE eventname = k.region;
