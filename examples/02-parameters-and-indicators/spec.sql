-- Who called from an address that a feed lists, in the regions and days asked for?
DECLARE since varchar DEFAULT '2019-04-20T00:00:00Z';
DECLARE until varchar DEFAULT '2019-04-30T23:59:59Z';
DECLARE regions array(varchar) DEFAULT ARRAY['us-east-1', 'ap-southeast-1', 'sa-east-1'];

CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';

CREATE TEMPORARY TABLE indicators (ip varchar, feed varchar) FROM 'indicators.csv';

SELECT c.eventtime, c.region, i.feed, c.useridentity.arn, c.eventname, c.useragent
FROM cloudtrail c
JOIN indicators i ON i.ip = c.sourceipaddress
WHERE c.region IN (:regions)
  AND c.eventtime BETWEEN :since AND :until
ORDER BY c.eventtime, c.eventid;
