-- Operators by precedence, predicates, everything that stands alone.
-- production: expression, conjunction, negation, predicate, comparison, between, in, like, is, value, sum, product
-- production: signed, zoned, primary, primary_start, exists, case, cast, extract, current, lambda, row, array
SELECT a OR b AND NOT c = d || e + f * -g AT TIME ZONE 'UTC' AT TIME ZONE INTERVAL '2' HOUR AT TIME ZONE :zone;
SELECT NOT NOT a, NOT a IS NULL, - - 1, +a, -a.b[1].c, (a).b, f(x)[1], ARRAY[1][1], (SELECT r).a, ((SELECT 1) + 1);
SELECT a = b, a <> b, a != b, a < b, a <= b, a > b, a >= b;
SELECT a = ANY (VALUES 1, 2), a < ALL (SELECT 1), a >= SOME (TABLE t), a = any(b);
SELECT a BETWEEN 1 AND 2 AND b NOT BETWEEN c + 1 AND d;
SELECT a IN (1), a NOT IN (1, 2), a IN (SELECT 1), (a, b) IN ((1, 2), (3, 4)), a IN ((SELECT 1)), a IN ((SELECT 1), 2), a IN ((SELECT 1) UNION (SELECT 2));
SELECT a LIKE 'x%', a NOT LIKE 'x!%' ESCAPE '!';
SELECT a IS NULL, a IS NOT NULL, a IS DISTINCT FROM b, a IS NOT DISTINCT FROM NULL;
SELECT EXISTS (SELECT 1), NOT EXISTS (TABLE t);
SELECT CASE WHEN a THEN 1 END, CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE CASE WHEN b THEN 'z' END END;
SELECT CAST(a AS varchar), TRY_CAST(a AS bigint), extract(YEAR FROM a), EXTRACT(timezone_hour FROM b), try_cast;
SELECT current_date, CURRENT_TIMESTAMP, current_timestamp(6), CURRENT_TIME(0), localtime, LOCALTIMESTAMP(3), current_user, current_catalog, current_schema, current_path;
SELECT transform(a, x -> x + 1), reduce(a, 0, (s, x) -> s + x, s -> s), f(() -> 1), filter(a, x -> x > 1 OR x IS NULL);
SELECT (1, 'a'), ROW(1), ROW(1, 2), row, ARRAY[], ARRAY['a', NULL], array, map(ARRAY[1], ARRAY[2]), NULL, TRUE, false;
SELECT date, time, timestamp, day, year, type, key, value, json, interval, position, substring, if(a, b), nullif(a, b), "end", "SELECT";
