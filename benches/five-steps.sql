-- Five steps: a table, keys, the keys that those assumed, what these did, and a count.
CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE first_keys AS
SELECT eventtime AS issued, json_extract_scalar(responseelements, '$.credentials.accessKeyId') AS accesskeyid
FROM cloudtrail
WHERE eventname = 'AssumeRole' AND eventtime BETWEEN '2019-03-01T00:00:00Z' AND '2019-05-31T23:59:59Z';

CREATE TEMPORARY TABLE second_keys AS
FOREACH k IN (SELECT * FROM first_keys)
  SELECT c.eventtime AS issued, json_extract_scalar(c.responseelements, '$.credentials.accessKeyId') AS accesskeyid
  FROM cloudtrail c
  WHERE c.eventname = 'AssumeRole' AND c.useridentity.accesskeyid = k.accesskeyid
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR;

CREATE TEMPORARY TABLE activity AS
FOREACH k IN (SELECT * FROM second_keys)
  SELECT k.accesskeyid, c.eventtime, c.region, c.eventname
  FROM cloudtrail c
  WHERE c.useridentity.accesskeyid = k.accesskeyid
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR;

SELECT region, eventname, count(*) AS calls FROM activity GROUP BY region, eventname ORDER BY calls DESC, eventname;
