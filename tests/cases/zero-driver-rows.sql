-- No driver row, no row: not even of a count, and the table that it makes is there and empty.
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann
-- file keys.csv:
--   issued,who
-- rows:
-- rows:
-- rows:
--   0

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (SELECT * FROM keys)
  SELECT c.eventname FROM logs c
  WHERE c.sourceipaddress = k.who AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z';

FOREACH k IN (SELECT * FROM keys)
  SELECT count(*) AS calls FROM logs c
  WHERE c.sourceipaddress = k.who AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z';

SELECT count(*) AS n
FROM (FOREACH k IN (SELECT * FROM keys)
        SELECT c.eventname, k.issued FROM logs c
        WHERE c.sourceipaddress = k.who AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z') f;
