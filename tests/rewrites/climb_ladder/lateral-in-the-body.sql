-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after
-- expect-not: climb_ladder
-- The LATERAL query is a step of its own.
FOREACH k IN (SELECT * FROM keys) SELECT t.eventname, b.c FROM (VALUES 'Create', 'Delete') t (eventname)
  CROSS JOIN LATERAL (SELECT count(*) AS c FROM trail u WHERE u.eventname = t.eventname AND u.day = '2020-01-02') b
WHERE t.eventname = k.who;
