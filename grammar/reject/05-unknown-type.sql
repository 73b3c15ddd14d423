SELECT CAST(a AS varchr), CAST(a AS string);
SELECT CAST(a AS string);
CREATE EXTERNAL TABLE t (a row(b int)) LOCATION 's3://b/';
DECLARE d blob;
