-- Literals and names.
-- production: number, string, unicode_string, binary, typed_literal, interval, interval_unit, name, quoted_name, length
SELECT 1, 1.5, .5, 5., 1e3, 1.5E-8, 1_000_000, 12345678901234567890;
SELECT '', 'it''s', '--', '/* */', 'back\slash', 'ünïcödé 😀
and a line', U&'\0041\+01F600\\', U&'#0041##' UESCAPE '#', u&'it''s';
SELECT X'', x'0aFF', X'00 FF';
SELECT DATE '2019-04-01', TIMESTAMP '2019-04-01 00:00:00.123 Europe/Berlin', TIME '12:00', DECIMAL '1.50', REAL '1', DOUBLE PRECISION '1', JSON '{}', BIGINT '1', VARCHAR 'x', CHAR 'x', IPADDRESS '10.0.0.1', UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59', DATE U&'2019-04-01';
SELECT INTERVAL '1' YEAR, INTERVAL -'2' MONTH, INTERVAL + '3' DAY, INTERVAL '1' HOUR, INTERVAL '1' MINUTE, INTERVAL '1 2:03' DAY TO MINUTE, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1.5' SECOND;
SELECT "quoted ""name""", "Ünïcode", _x, a1, (r)._x, "a"."b"."c", a /* c1 -- */ . /* c2 */ b -- c3
;
SELECT a -- a comment ends at a carriage return too, b FROM t;
