-- Two events of one actor belong together though one lies in the folder of one day and the other in the
-- next: read day by day, the pair would be lost.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Assume ann
--   2024-03-06T00:10:00Z us-east-1 Put ann
--   2024-03-06T00:10:00Z eu-west-1 Put bob
-- file keys.csv:
--   issued,who
--   2024-03-05T23:45:00Z,ann
--   2024-03-05T23:45:00Z,bob
-- rung join
-- rows:
--   2024-03-05T23:50:00Z|2024-03-06T00:10:00Z

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT a.eventtime AS assumed, b.eventtime AS used
  FROM logs a
  JOIN logs b ON b.sourceipaddress = a.sourceipaddress AND b.eventname = 'Put'
  WHERE a.sourceipaddress = k.who AND a.eventname = 'Assume'
    AND from_iso8601_timestamp(a.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR
    AND from_iso8601_timestamp(b.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR;
