SELECT 1 FROM t WHERE name = ‘CreateUser’;
SELECT 1 FROM t WHERE name = “CreateUser”, '’';
SELECT 1 FROM t WHERE name ILIKE '%user%';
SELECT 1 FROM t WHERE name NOT RLIKE '^user';
SELECT requestparameters ->> 'roleArn' FROM t;
SELECT t.requestparameters -> 'tags' -> 0 FROM t;
SELECT TOP 5 name FROM t;
FOR EACH k IN (SELECT 1 AS n) SELECT k.n;
SELECT now() - INTERVAL '24 hours';
SELECT now() - INTERVAL 12 HOUR;
SELECT 1 FROM t WHERE ip IN :ips;
DECLARE who varchar
SELECT :who;
