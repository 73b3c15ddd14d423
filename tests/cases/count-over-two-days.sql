-- A count is of all that a row asks for: two days must not become two counts.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann
--   2024-03-06T00:10:00Z us-east-1 Get ann
--   2024-03-06T00:20:00Z eu-west-1 Get ann
-- file keys.csv:
--   issued,who
--   2024-03-05T23:45:00Z,ann
--   2024-03-06T00:15:00Z,ann
-- rows:
--   ann|2024-03-05T23:45:00Z|3
--   ann|2024-03-06T00:15:00Z|1

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT k.who, k.issued, count(*) AS calls
  FROM logs c
  WHERE c.sourceipaddress = k.who
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;
