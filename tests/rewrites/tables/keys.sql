CREATE TEMPORARY TABLE keys AS
SELECT * FROM (VALUES (1, 'ann', '2020-01-02T00:00:00Z', 'a'), (2, 'bob', '2020-01-03T00:00:00Z', 'b')) AS t (n, who, since, region);
