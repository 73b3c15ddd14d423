-- A full join keeps both sides' rows for each driver row.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Assume ann
--   2024-03-05T23:51:00Z us-east-1 Assume bob
--   2024-03-06T00:10:00Z us-east-1 Put ann
--   2024-03-06T00:11:00Z eu-west-1 Put cat
-- file keys.csv:
--   issued
--   2024-03-05T23:45:00Z
--   2024-03-05T23:45:00Z
-- rows:
--   ann|ann
--   ann|ann
--   bob|NULL
--   bob|NULL
--   NULL|cat
--   NULL|cat

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT a.who AS assumed, b.who AS used
  FROM (SELECT c.sourceipaddress AS who FROM logs c
        WHERE c.eventname = 'Assume'
          AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                      AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR) a
  FULL JOIN (SELECT c.sourceipaddress AS who FROM logs c
             WHERE c.eventname = 'Put'
               AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                           AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR) b
    ON b.who = a.who;
