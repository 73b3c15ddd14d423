-- Whenever a firewall was opened in the trail: who came in through port 22 within a day, says the flow log?
CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';

CREATE EXTERNAL TABLE vpc_flow (
  version int,
  account_id string,
  interface_id string,
  srcaddr string,
  dstaddr string,
  srcport int,
  dstport int,
  protocol bigint,
  packets bigint,
  bytes bigint,
  `start` bigint,
  `end` bigint,
  action string,
  log_status string
)
PARTITIONED BY (region string, day string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
LOCATION 's3://trail-bucket/AWSLogs/111111111111/vpcflowlogs/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum',
  'projection.region.values' = 'sa-east-1,us-east-1',
  'projection.day.type' = 'date',
  'projection.day.range' = '2019/01/01,2019/12/31',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://trail-bucket/AWSLogs/111111111111/vpcflowlogs/${region}/${day}/',
  'athplan.time.column' = 'start',
  'athplan.time.format' = 'unix',
  'athplan.time.keys' = 'day=yyyy/MM/dd',
  'athplan.time.slack' = '1 hour'
);

CREATE TABLE visitors AS
FOREACH o IN (SELECT eventtime AS opened, region
              FROM cloudtrail
              WHERE eventname = 'AuthorizeSecurityGroupIngress'
                AND eventtime BETWEEN '2019-04-01T00:00:00Z' AND '2019-04-30T23:59:59Z')
  SELECT o.opened, f.region, from_unixtime(f."start") AS seen, f.srcaddr, f.dstaddr, f.bytes
  FROM vpc_flow f
  WHERE f.region = o.region
    AND f.action = 'ACCEPT' AND f.dstport = 22
    AND from_unixtime(f."start") BETWEEN from_iso8601_timestamp(o.opened)
                                     AND from_iso8601_timestamp(o.opened) + INTERVAL '24' HOUR;

SELECT region, srcaddr, count(*) AS connections, count(DISTINCT dstaddr) AS hosts, sum(bytes) AS bytes
FROM visitors
GROUP BY region, srcaddr
ORDER BY region, srcaddr;
