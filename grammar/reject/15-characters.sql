SELECT a, b FROM t;
SELECT größe FROM t;
SELECT 1 # 2;
SELECT a & b;
