-- A body may count: one row for each key, zero for the key that nobody used.
CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE bob_access_keys AS
SELECT DISTINCT eventtime AS issued,
       json_extract_scalar(responseelements, '$.credentials.accessKeyId') AS accesskeyid
FROM cloudtrail
WHERE eventname = 'AssumeRole' AND useridentity.arn = 'arn:aws:iam::111111111111:user/bob'
  AND json_extract_scalar(requestparameters, '$.roleArn') LIKE '%:role/devops'
  AND errorcode IS NULL
  AND eventtime BETWEEN '2019-03-01T00:00:00Z' AND '2019-05-31T23:59:59Z';

CREATE TABLE calls_per_key AS
FOREACH k IN (SELECT * FROM bob_access_keys)
  (SELECT k.issued, k.accesskeyid, count(*) AS calls, count(DISTINCT c.region) AS regions, max(c.eventtime) AS last_call
   FROM cloudtrail c
   WHERE c.useridentity.accesskeyid = k.accesskeyid
     AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                 AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR);

SELECT * FROM calls_per_key ORDER BY issued;
