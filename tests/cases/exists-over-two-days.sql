-- What exists on the next day exists; and what does not exist does so once.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Assume ann
--   2024-03-06T00:10:00Z us-east-1 Put ann
--   2024-03-06T00:20:00Z eu-west-1 Put ann
-- file keys.csv:
--   issued,who
--   2024-03-05T23:45:00Z,ann
--   2024-03-05T23:45:00Z,bob
-- rows:
--   ann
-- rows:
--   bob

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT k.who
  WHERE EXISTS (SELECT 1 FROM logs c
                WHERE c.sourceipaddress = k.who
                  AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                              AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR);

FOREACH k IN (SELECT * FROM keys)
  SELECT k.who
  WHERE NOT EXISTS (SELECT 1 FROM logs c
                    WHERE c.sourceipaddress = k.who
                      AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                                  AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR);
