-- The left side's rows are kept once for each driver row, with a match of another day or with none.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Assume ann
--   2024-03-05T23:51:00Z us-east-1 Assume bob
--   2024-03-06T00:10:00Z us-east-1 Put ann
-- file keys.csv:
--   issued
--   2024-03-05T23:45:00Z
-- rows:
--   ann|2024-03-06T00:10:00Z
--   bob|NULL

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT a.sourceipaddress, b.eventtime
  FROM logs a
  LEFT JOIN logs b
    ON b.sourceipaddress = a.sourceipaddress AND b.eventname = 'Put'
   AND from_iso8601_timestamp(b.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                               AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR
  WHERE a.eventname = 'Assume'
    AND from_iso8601_timestamp(a.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;
