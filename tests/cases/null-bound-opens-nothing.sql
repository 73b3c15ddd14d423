-- A driver row whose bound is NULL needs no partition: the file of another day is never opened for it.
-- records:
--   2024-03-05T10:00:00Z us-east-1 Get ann
--   broken us-east-1 - - - 2024-03-01T00:00:00Z
-- file keys.csv:
--   issued,who
--   2024-03-05T09:30:00Z,ann
--   ,bob
-- rows:
--   1
--   0

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT count(*) AS calls FROM logs c
  WHERE from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;
