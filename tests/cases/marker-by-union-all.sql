-- A marker behind UNION ALL comes once for each driver row, however many days and statements it needs.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann
--   2024-03-06T00:10:00Z us-east-1 Put ann
-- file keys.csv:
--   issued
--   2024-03-05T23:45:00Z
--   2024-03-01T00:00:00Z
-- rows:
--   Get
--   Put
--   marker
--   marker

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  (SELECT c.eventname
   FROM logs c
   WHERE from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                 AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR
   UNION ALL
   SELECT 'marker');
