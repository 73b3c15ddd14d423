-- A driver row without a match has a count of 0, and so has one whose bound is NULL; it is not absent.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann
-- file keys.csv:
--   issued,who
--   2024-03-05T23:45:00Z,ann
--   2024-03-05T23:45:00Z,bob
--   2024-03-09T00:00:00Z,ann
--   ,ann
-- rows:
--   ann|1
--   bob|0
--   ann|0
--   ann|0

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT k.who, count(c.eventname) AS calls FROM logs c
  WHERE c.sourceipaddress = k.who
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;
