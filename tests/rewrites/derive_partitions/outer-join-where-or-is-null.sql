-- rules: derive_partitions
-- tables: trail, keys
-- show: spec, after
-- expect-not: derive_partitions
-- One that does not reject NULL must derive nothing: else a row that matches in another region would be kept
-- as one without a match.
SELECT k.n, t.who FROM keys k LEFT JOIN trail t ON t.who = k.who WHERE t.region = 'b' OR t.region IS NULL;
