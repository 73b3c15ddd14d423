CREATE EXTERNAL TABLE trail (eventtime string, eventname string, who string, tags array<string>)
PARTITIONED BY (region string, day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://bucket/trail/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum',
  'projection.region.values' = 'a,b,c',
  'projection.day.type' = 'date',
  'projection.day.range' = '2020-01-01,NOW',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://bucket/trail/${region}/${day}/',
  'athplan.time.column' = 'eventtime',
  'athplan.time.format' = 'iso8601',
  'athplan.time.keys' = 'day=yyyy-MM-dd',
  'athplan.time.slack' = '1 hour'
);
