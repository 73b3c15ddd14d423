-- The left side of a LATERAL join may be a subquery of `SELECT *`, or a scan of the log itself.
-- records:
--   2024-03-05T10:00:00Z us-east-1 Assume ann
--   2024-03-05T10:30:00Z us-east-1 Put ann
-- file keys.csv:
--   issued,who
--   2024-03-05T09:30:00Z,ann
--   2024-03-05T09:30:00Z,
-- rows:
--   ann|Assume
--   ann|Put
-- rows:
--   2024-03-05T10:00:00Z|Put

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

SELECT k.who, u.eventname
FROM (SELECT * FROM keys d WHERE d.who IS NOT NULL) k
CROSS JOIN LATERAL (
  SELECT c.eventname FROM logs c WHERE c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z'
) u;

SELECT a.eventtime, u.eventname
FROM logs a
CROSS JOIN LATERAL (
  SELECT c.eventname FROM logs c WHERE c.eventtime > a.eventtime AND c.eventtime < '2024-03-06T00:00:00Z'
) u
WHERE a.eventname = 'Assume' AND a.eventtime LIKE '2024-03-05%';
