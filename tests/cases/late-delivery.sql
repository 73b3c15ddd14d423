-- A record lies in the folder of its delivery: within the slack it is found in the next day's folder, and
-- what comes later than the table promises is found with a larger slack.
-- slack 7200
-- records:
--   2024-03-05T23:50:00Z us-east-1 Get ann - 2024-03-06T00:20:00Z
--   2024-03-05T23:50:00Z us-east-1 Put ann - 2024-03-06T01:30:00Z
-- rows:
--   Get
--   Put

CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';

SELECT eventname FROM logs WHERE eventtime BETWEEN '2024-03-05T23:00:00Z' AND '2024-03-05T23:59:59Z';
