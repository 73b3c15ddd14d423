-- Which keys of a devops role was Bob handed, and what was done with each within twelve hours?
DECLARE user_arn varchar DEFAULT 'arn:aws:iam::111111111111:user/bob';

CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE bob_access_keys AS
SELECT eventtime AS issued,
       json_extract_scalar(requestparameters, '$.roleArn') AS rolearn,
       json_extract_scalar(responseelements, '$.credentials.accessKeyId') AS accesskeyid
FROM cloudtrail
WHERE eventname = 'AssumeRole' AND useridentity.arn = :user_arn
  AND eventtime BETWEEN '2019-03-01T00:00:00Z' AND '2019-05-31T23:59:59Z';

CREATE TABLE bob_role_activity AS
FOREACH k IN (SELECT * FROM bob_access_keys WHERE rolearn LIKE '%:role/devops')
  SELECT k.rolearn, c.eventtime, c.region, c.eventname, c.eventsource
  FROM cloudtrail c
  WHERE c.useridentity.accesskeyid = k.accesskeyid
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR;

SELECT eventname, count(*) AS calls FROM bob_role_activity GROUP BY eventname ORDER BY calls DESC;
