-- Every statement that is no query and no Hive DDL.
-- production: declare, set, create_table_from_file, create_table_as, create_view, unload, properties, column, names
;;
DECLARE names array(varchar);
DECLARE since timestamp(3) with time zone DEFAULT now() - INTERVAL '7' DAY;
SET athplan.max_cost = 3;
CREATE TEMPORARY TABLE iocs (ip varchar, feed varchar(20) COMMENT 'who said so', seen timestamp(3)) FROM 'iocs.csv';
CREATE TABLE db.result WITH (format = 'PARQUET', partitioned_by = ARRAY['region'], bucket_count = 2) AS SELECT 1 a, 'x' region;
CREATE TEMPORARY TABLE step AS (SELECT 1 a);
CREATE OR REPLACE VIEW v (a, b) AS SELECT 1, 2;
CREATE VIEW "my view" AS TABLE t;
UNLOAD (SELECT * FROM t) TO 's3://bucket/prefix/' WITH (format = 'JSON', compression = 'gzip');
UNLOAD (SELECT * FROM t) TO 's3://bucket/prefix/';
SELECT 1
