SELECT a.end FROM t inner;
