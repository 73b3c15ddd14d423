-- Function calls and their clauses.
-- production: call, filter, null_treatment, over, frame, frame_bound, window, special_call, trim, position, substring
-- production: normalize, grouping, listagg, json_function, json_look_up, json_operand, json_format, json_output
-- production: json_member, json_on_null, json_wrapper, json_quotes, json_value_otherwise, json_query_otherwise
SELECT f(), f(1, 2), catalog.schema.f(1), count(*), count(DISTINCT a), array_agg(a ORDER BY b DESC, c), count(*) FILTER (WHERE a > 1);
SELECT row_number() OVER (), lag(a) IGNORE NULLS OVER (ORDER BY b), lead(a, 1) RESPECT NULLS OVER w, sum(a) FILTER (WHERE b) OVER (PARTITION BY c, d ORDER BY e) FROM t WINDOW w AS (ORDER BY b);
SELECT sum(a) OVER (ORDER BY b ROWS UNBOUNDED PRECEDING),
       sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
       sum(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND INTERVAL '1' DAY FOLLOWING),
       sum(a) OVER (ORDER BY b GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING),
       count(*) over
FROM t;
SELECT trim(a), TRIM(BOTH FROM a), TRIM(LEADING 'x' FROM a), trim(TRAILING FROM a), trim('x' FROM a), trim(a, 'x'), trim(FROM a), trim(both), trim(leading.a);
SELECT position('a' IN b || c), substring(a FROM 2), substring(a FROM 2 FOR 3), substring(a, 2, 3), normalize(a), NORMALIZE(a, NFD), grouping(a) FROM t GROUP BY a;
SELECT listagg(a, ',') WITHIN GROUP (ORDER BY b), LISTAGG(DISTINCT a) WITHIN GROUP (ORDER BY b DESC) FILTER (WHERE c),
       listagg(a, ',' ON OVERFLOW TRUNCATE '...' WITH COUNT) WITHIN GROUP (ORDER BY a), listagg(a, U&'\0020' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY a),
       listagg(a ON OVERFLOW TRUNCATE WITHOUT COUNT) WITHIN GROUP (ORDER BY a) FROM t;
SELECT json_value(j, 'lax $.a' RETURNING integer DEFAULT 0 ON EMPTY), JSON_VALUE(j FORMAT JSON, U&'lax \0024.a' DEFAULT a || b ON EMPTY NULL ON ERROR),
       json_value(j, 'lax $?(@.a > $x)' AS p PASSING a + 1 AS "x", '[1]' FORMAT JSON AS Y RETURNING decimal(5, 2) ERROR ON ERROR);
SELECT json_exists(j, 'lax $'), json_exists(b FORMAT JSON ENCODING UTF16, 'strict $.a' UNKNOWN ON ERROR), json_exists(j, 'lax $' TRUE ON ERROR);
SELECT json_query(j, 'lax $.b' WITH ARRAY WRAPPER), json_query(j, 'lax $' WITHOUT WRAPPER KEEP QUOTES ON SCALAR STRING EMPTY ARRAY ON EMPTY),
       json_query(j, 'lax $' RETURNING varbinary FORMAT JSON ENCODING UTF8 WITH CONDITIONAL WRAPPER EMPTY OBJECT ON ERROR),
       json_query(j, 'lax $' OMIT QUOTES NULL ON EMPTY ERROR ON ERROR);
SELECT json_object(), json_object('a' : 1, KEY 'b' VALUE 2, 'c' VALUE j FORMAT JSON), json_object(key VALUE value, KEY key VALUE 1, key : :p),
       json_object(KEY value VALUE 1 ABSENT ON NULL WITH UNIQUE KEYS RETURNING varchar(10)), json_object('a' : 1 NULL ON NULL WITHOUT UNIQUE);
SELECT json_array(), json_array(1, NULL NULL ON NULL), json_array(j FORMAT JSON, json_array(a) RETURNING varchar FORMAT JSON), json_array(RETURNING varbinary);
