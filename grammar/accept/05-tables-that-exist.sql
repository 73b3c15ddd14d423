-- athplan's own ways to name a table, and partitions by hand.
-- production: using_preset, using_table, add_partitions, partition, qualified_name
CREATE EXTERNAL TABLE flow USING vpcflow LOCATION 's3://b/AWSLogs/' TBLPROPERTIES ('athplan.time.slack' = '1 hour');
CREATE EXTERNAL TABLE records USING cloudtrail_lines LOCATION 's3://b/AWSLogs/';
CREATE EXTERNAL TABLE trail USING TABLE security.cloudtrail_logs TBLPROPERTIES ('athplan.time.column' = 'eventtime');
CREATE EXTERNAL TABLE trail2 USING TABLE awsdatacatalog.security.cloudtrail_logs;
ALTER TABLE t ADD PARTITION (day = '2019/04/01');
ALTER TABLE db.t ADD IF NOT EXISTS
  PARTITION (region = 'us-east-1', year = 2019, n = -1) LOCATION 's3://b/us-east-1/2019/'
  PARTITION (`region` = 'eu-west-1', year = 2019) LOCATION 's3://b/eu-west-1/2019/'
  PARTITION (region = "ap-south-1", year = 2019);
