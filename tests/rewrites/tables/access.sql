CREATE EXTERNAL TABLE access (stamp string, path string)
PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://bucket/access/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.day.type' = 'date',
  'projection.day.range' = '2020-01-01,NOW',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'athplan.time.column' = 'stamp',
  'athplan.time.format' = 'dd/MM/yyyy HH:mm:ss',
  'athplan.time.keys' = 'day=yyyy-MM-dd',
  'athplan.time.slack' = '1 hour'
);
