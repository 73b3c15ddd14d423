SELECT : name;
SELECT :1;
SET athplan.max_cost 3;
DECLARE varchar;
CREATE TEMPORARY TABLE t (a varchar) FROM iocs;
