SELECT `a` FROM t;
CREATE EXTERNAL TABLE t ("a" int) LOCATION 's3://b/';
DROP TABLE "t";
SELECT 'never closed;
SELECT 1;
