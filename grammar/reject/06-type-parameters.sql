SELECT CAST(a AS decimal(50, 2));
SELECT CAST(a AS timestamp(13));
SELECT CAST(a AS varchar(x));
SELECT CAST(a AS decimal(2, 3));
SELECT CAST(a AS interval day)
