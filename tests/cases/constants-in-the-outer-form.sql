-- LEFT JOIN LATERAL: where nothing matches, every column of the body is NULL, constants and the driver's
-- own columns included.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann
-- file keys.csv:
--   issued,who
--   2024-03-05T23:45:00Z,ann
--   2024-03-05T23:45:00Z,bob
--   ,cat
-- rows:
--   ann|used|ann|Get
--   bob|NULL|NULL|NULL
--   cat|NULL|NULL|NULL

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

SELECT k.who, u.word, u.owner, u.eventname
FROM keys k
LEFT JOIN LATERAL (
  SELECT 'used' AS word, k.who AS owner, c.eventname
  FROM logs c
  WHERE c.sourceipaddress = k.who
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '1' HOUR
) u ON TRUE;
