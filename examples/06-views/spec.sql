-- A view names a query, a CTE names one inside another; both are inlined, and partitions are pruned through them.
CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';

CREATE VIEW refused_calls AS
SELECT eventtime, region, useridentity.arn AS arn, eventsource, eventname, errorcode
FROM cloudtrail
WHERE errorcode IS NOT NULL;

WITH april AS (
  SELECT substr(eventtime, 1, 10) AS day, arn, eventname, errorcode
  FROM refused_calls
  WHERE eventtime BETWEEN '2019-04-01T00:00:00Z' AND '2019-04-30T23:59:59Z'
    AND region IN ('us-west-2', 'eu-central-1')
)
SELECT day, arn, errorcode, count(*) AS calls
FROM april
GROUP BY day, arn, errorcode
ORDER BY day, arn, errorcode;
