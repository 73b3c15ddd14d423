CREATE EXTERNAL TABLE t (end bigint) LOCATION 's3://b/';
