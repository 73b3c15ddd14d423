-- A FOREACH in the driver, in the body, and beside another: each has a table of its own.
-- records:
--   2024-03-05T10:00:00Z us-east-1 Assume ann
--   2024-03-05T10:30:00Z us-east-1 Put ann
--   2024-03-05T11:10:00Z us-east-1 List ann
-- file keys.csv:
--   issued,who
--   2024-03-05T09:30:00Z,ann
-- rows:
--   List
--   Put
-- rows:
--   2024-03-05T09:30:00Z|Assume
-- rows:
--   Assume|Assume

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE keys (issued varchar, who varchar) FROM 'keys.csv';

FOREACH k IN (FOREACH j IN (SELECT * FROM keys)
                SELECT c.eventtime AS issued FROM logs c
                WHERE c.eventtime BETWEEN j.issued AND '2024-03-05T10:00:00Z')
  SELECT c.eventname FROM logs c
  WHERE c.eventtime > k.issued AND c.eventtime < '2024-03-06T00:00:00Z';

FOREACH j IN (SELECT * FROM keys)
FOREACH k IN (SELECT * FROM keys)
  SELECT j.issued, c.eventname FROM logs c
  WHERE c.eventtime BETWEEN j.issued AND '2024-03-05T10:00:00Z';

SELECT a.eventname, b.eventname
FROM (FOREACH k IN (SELECT * FROM keys)
        SELECT c.eventname FROM logs c WHERE c.eventtime BETWEEN k.issued AND '2024-03-05T10:00:00Z') a,
     (FOREACH k IN (SELECT * FROM keys)
        SELECT c.eventname FROM logs c WHERE c.eventtime BETWEEN k.issued AND '2024-03-05T10:00:00Z') b;
