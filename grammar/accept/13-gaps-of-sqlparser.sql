-- What sqlparser 0.63 refused or printed back wrongly, each read here.
-- production: type, values, unicode_string, table_query, comparison, json_function, select_item, match_recognize
SELECT CAST(a AS array(integer)), CAST(a AS map(varchar, array(integer))), CAST(a AS row(b array(integer)));
SELECT CAST(a AS row(b row(c integer))), CAST(a AS row(a integer));
VALUES 1, 2;
SELECT * FROM (VALUES CAST(x AS integer)) t(x);
SELECT * FROM (VALUES 'z') t(x);
SELECT U&'#0041' UESCAPE '#';
TABLE t;
SELECT a = ANY (VALUES 1, 2);
SELECT json_value(j, 'lax $.a' RETURNING integer DEFAULT 1 ON EMPTY), json_object('a' : 1), json_array(a NULL ON NULL);
SELECT (SELECT row_value).*;
SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS true);
CREATE EXTERNAL TABLE m (a map<string,string>, b STRUCT<a:STRING>) STORED AS ORC WITH SERDEPROPERTIES ('a' = 'b') LOCATION 's3://b/m/';
ALTER TABLE t ADD PARTITION (a = '1') LOCATION 's3://b/1/' PARTITION (a = '2') LOCATION 's3://b/2/';
SELECT (a OR b), CAST(a AS integer), a IS NULL, transform(a, x -> x);
