-- Types in Trino's forms.
-- production: type, simple_type, length, cast
SELECT CAST(a AS array(integer)), CAST(a AS array(array(map(varchar, row(x bigint))))), CAST(a AS array<integer>), CAST(a AS map<varchar,array<int>>);
SELECT CAST(a AS row(a integer, b varchar(3))), CAST(a AS row(b row(c integer))), CAST(a AS row(integer, varchar)), CAST(a AS row("Quoted" double precision, d timestamp(3) with time zone));
SELECT CAST(a AS row(double precision, timestamp with time zone, time without time zone, interval day to second, integer array));
SELECT CAST(a AS timestamp(3) with time zone), CAST(a AS timestamp), CAST(a AS timestamp(6) without time zone), CAST(a AS time(0)), CAST(a AS time with time zone);
SELECT CAST(a AS double precision), CAST(a AS double), CAST(a AS real), CAST(a AS decimal), CAST(a AS decimal(5)), CAST(a AS decimal(10,2)), CAST(a AS numeric(3,1));
SELECT CAST(a AS interval day to second), CAST(a AS interval year to month), CAST(a AS char), CAST(a AS char(3)), CAST(a AS integer array), CAST(a AS integer array[3] array);
SELECT CAST(a AS HyperLogLog), CAST(a AS qdigest(bigint)), CAST(a AS json), CAST(a AS ipaddress), CAST(a AS uuid), CAST(a AS varbinary), CAST(a AS tinyint), CAST(a AS smallint), CAST(a AS boolean), CAST(a AS unknown);
