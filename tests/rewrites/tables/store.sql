CREATE EXTERNAL TABLE store (id bigint, amount bigint)
PARTITIONED BY (day date, code char(2), grade decimal(3,1))
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://bucket/store/';
