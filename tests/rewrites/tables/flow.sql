CREATE EXTERNAL TABLE flow (started bigint, millis bigint, source string, bytes bigint)
PARTITIONED BY (year int, month int, day int, kind string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://bucket/flow/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2019,2020',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'projection.kind.type' = 'enum',
  'projection.kind.values' = 'in,out',
  'storage.location.template' = 's3://bucket/flow/${year}/${month}/${day}/${kind}/',
  'athplan.time.column' = 'started',
  'athplan.time.format' = 'unix',
  'athplan.time.keys' = 'year=yyyy,month=M,day=d',
  'athplan.time.slack' = '10 minutes'
);
