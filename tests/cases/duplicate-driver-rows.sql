-- Equal driver rows are rows like others: each brings its own rows.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann
--   2024-03-05T23:50:00Z us-east-1 Get ann
-- file keys.csv:
--   issued,who
--   2024-03-05T23:45:00Z,ann
--   2024-03-05T23:45:00Z,ann
--   2024-03-05T23:45:00Z,
--   ,ann
-- rows:
--   Get
--   Get
--   Get
--   Get
-- rows:
--   2
--   2
--   0
--   0

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT c.eventname FROM logs c
  WHERE c.sourceipaddress = k.who
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;

FOREACH k IN (SELECT * FROM keys)
  SELECT count(*) AS calls FROM logs c
  WHERE c.sourceipaddress = k.who
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;
