-- What doctor --live runs: one query for each form in which athplan writes predicates on partitions. Every file has one
-- row, whose n is a power of two, and a size that is a multiple of it: the sum of n says which files were found, the bytes
-- say which were read.
CREATE EXTERNAL TABLE projected (eventtime string, n bigint, padding string)
PARTITIONED BY (region string, day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://athplan-doctor/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum',
  'projection.region.values' = 'a,b',
  'projection.day.type' = 'date',
  'projection.day.range' = '2019/12/31,2020/01/02',
  'projection.day.format' = 'yyyy/MM/dd',
  'storage.location.template' = 's3://athplan-doctor/${region}/${day}/',
  'athplan.time.column' = 'eventtime',
  'athplan.time.format' = 'iso8601',
  'athplan.time.keys' = 'day=yyyy/MM/dd'
);

CREATE EXTERNAL TABLE registered (eventtime string, n bigint, padding string)
PARTITIONED BY (year string, month string, day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://athplan-doctor/a/'
TBLPROPERTIES (
  'athplan.time.column' = 'eventtime',
  'athplan.time.format' = 'iso8601',
  'athplan.time.keys' = 'year=yyyy,month=MM,day=dd'
);
ALTER TABLE registered ADD
  PARTITION (year = '2019', month = '12', day = '31') LOCATION 's3://athplan-doctor/a/2019/12/31/'
  PARTITION (year = '2020', month = '01', day = '01') LOCATION 's3://athplan-doctor/a/2020/01/01/'
  PARTITION (year = '2020', month = '01', day = '02') LOCATION 's3://athplan-doctor/a/2020/01/02/';

CREATE EXTERNAL TABLE injected (eventtime string, n bigint, padding string)
PARTITIONED BY (account string, day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://athplan-doctor/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = 'injected',
  'projection.day.type' = 'date',
  'projection.day.range' = '2019/12/31,2020/01/02',
  'projection.day.format' = 'yyyy/MM/dd',
  'storage.location.template' = 's3://athplan-doctor/${account}/${day}/'
);

CREATE TEMPORARY TABLE drivers AS
SELECT region, eventtime AS seen FROM projected
WHERE (region = 'a' AND day = '2019/12/31') OR (region = 'b' AND day = '2020/01/02');

CREATE TEMPORARY TABLE followed AS
FOREACH k IN (SELECT * FROM drivers)
  SELECT p.n FROM projected p WHERE p.region = k.region AND p.eventtime BETWEEN k.seen AND k.seen;

SELECT sum(n) AS n FROM projected WHERE region = 'a' AND day = '2020/01/01';
SELECT sum(n) AS n FROM projected WHERE region IN ('a', 'b') AND day IN ('2019/12/31', '2020/01/02');
SELECT sum(n) AS n FROM projected WHERE region = 'b' AND day BETWEEN '2019/12/31' AND '2020/01/01';
SELECT sum(n) AS n FROM projected WHERE eventtime BETWEEN '2020-01-01T00:00:00Z' AND '2020-01-02T13:00:00Z';
SELECT sum(n) AS n FROM projected
WHERE (region = 'a' AND day = '2019/12/31') OR (region = 'b' AND day = '2020/01/02');
SELECT sum(n) AS n FROM registered WHERE eventtime BETWEEN '2019-12-31T06:00:00Z' AND '2020-01-01T18:00:00Z';
SELECT sum(n) AS n FROM injected WHERE account = 'a' AND day = '2020/01/02';
SELECT sum(n) AS n FROM injected WHERE account IN ('a', 'b') AND day = '2019/12/31';
SELECT sum(n) AS n FROM followed;
SELECT true AS a_boolean, TINYINT '1' AS a_tinyint, SMALLINT '2' AS a_smallint, 3 AS a_integer,
       BIGINT '4' AS a_bigint, REAL '1.5' AS a_real, DOUBLE '2.5' AS a_double,
       CAST(1.25 AS decimal(9, 2)) AS a_decimal, CAST('v' AS varchar) AS a_varchar, 'abc' AS a_varchar_3,
       X'01fe' AS a_varbinary, DATE '2020-01-01' AS a_date,
       TIMESTAMP '2020-01-01 01:02:03.456' AS a_timestamp,
       from_iso8601_timestamp('2020-01-01T01:02:03Z') AS a_timestamp_with_time_zone,
       json_parse('[1]') AS a_json, INTERVAL '1' DAY AS a_interval;
