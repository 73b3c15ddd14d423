-- Hive DDL as Athena's documentation writes it.
-- production: create_external_table, hive_columns, hive_column, hive_type, table_clause, partitioned_by, row_format
-- production: delimiter, serde_properties, stored_as, location, table_properties, hive_properties, hive_string
-- production: quoted_name, drop_table
CREATE EXTERNAL TABLE IF NOT EXISTS `default`.cloudtrail_logs (
    eventversion STRING COMMENT 'the format\'s
',
    useridentity STRUCT<
        type:STRING,
        principalid:STRING,
        sessioncontext:STRUCT<
            attributes:STRUCT<mfaauthenticated:STRING, creationdate:STRING>,
            sessionissuer:STRUCT<type:STRING, `date`:STRING>>>,
    `timestamp` bigint,
    resources ARRAY<STRUCT<arn:STRING, accountid:STRING>>,
    tags map<string,array<array<int>>>,
    a decimal(10,2), b decimal, c varchar(10), d char(3), e float, f double, g binary, h date, i timestamp,
    j boolean, k tinyint, l smallint, m integer)
COMMENT 'CloudTrail'
PARTITIONED BY (region string, day string COMMENT 'yyyy/MM/dd')
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/'
TBLPROPERTIES ('projection.enabled'='true',
    'storage.location.template'='s3://bucket/AWSLogs/111111111111/CloudTrail/${region}/${day}');

-- properties behind STORED AS, double-quoted strings, backslash escapes
CREATE EXTERNAL TABLE alb (`type` string, time string)
ROW FORMAT SERDE "org.apache.hadoop.hive.serde2.RegexSerDe"
STORED AS TEXTFILE
WITH SERDEPROPERTIES ("input.regex" = "([^ ]*) \\[(.*?)\\] (\"[^\"]*\"|-) 'it' \u0041\011",
                      'quoteChar' = '\'', "quoteChar2" = "\"")
LOCATION 's3://bucket/alb/' TBLPROPERTIES ("skip.header.line.count"="1");

CREATE EXTERNAL TABLE flow (version int, start bigint, `end` bigint)
PARTITIONED BY (`date` date)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' ' ESCAPED BY '\\' COLLECTION ITEMS TERMINATED BY '\002'
  MAP KEYS TERMINATED BY '\003' LINES TERMINATED BY '\n' NULL DEFINED AS '-'
LOCATION 's3://bucket/flow/' TBLPROPERTIES ('skip.header.line.count'='1');

CREATE EXTERNAL TABLE p (a int) STORED AS PARQUET LOCATION 's3://bucket/p/';
DROP TABLE IF EXISTS `db`.`t`;
DROP TABLE t;
-- Trino's quotes hold again
SELECT "a" FROM "t" WHERE b = 'it''s \';
