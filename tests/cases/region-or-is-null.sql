-- On the null-supplying side `c.region = 'us-east-1' OR c.region IS NULL` holds for rows that are not
-- there: reading us-east-1 alone would take the match in eu-west-1 for none.
-- records:
--   2024-03-05T10:00:00Z us-east-1 Get ann
--   2024-03-05T10:00:00Z eu-west-1 Get bob
-- file keys.csv:
--   who
--   ann
--   bob
--   cat
-- rows:
--   ann|us-east-1
--   cat|NULL

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (who varchar) FROM 'keys.csv';

SELECT k.who, c.region
FROM keys k
LEFT JOIN logs c ON c.sourceipaddress = k.who AND c.eventtime LIKE '2024-03-05%'
WHERE c.region = 'us-east-1' OR c.region IS NULL;
