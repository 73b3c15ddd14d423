-- rules: derive_partitions, climb_ladder
-- tables: trail, keys
-- show: spec, after, statements
-- expect: climb_ladder
-- LEFT JOIN LATERAL is a left join; its rows are numbered if they decide partitions, since each must stay in one
-- statement to be without a match.
SELECT k.n, b.eventname FROM keys k LEFT JOIN LATERAL (
  SELECT t.eventname FROM trail t WHERE t.who = k.who AND t.region = k.region AND t.day = '2020-01-02') b ON TRUE;
