//! Expressions by chance: over constants and over columns of every type, most of them nearly well-typed, some not.

use super::subject::Random;

/// Types that columns have and that casts go to.
pub const TYPES: &[&str] = &[
    "boolean",
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double",
    "decimal(5,2)",
    "decimal(18,0)",
    "decimal(38,10)",
    "varchar",
    "varchar(3)",
    "varchar(20)",
    "char(1)",
    "char(6)",
    "varbinary",
    "json",
    "date",
    "time(0)",
    "time(3)",
    "time(6) with time zone",
    "timestamp(0)",
    "timestamp(3)",
    "timestamp(9)",
    "timestamp(3) with time zone",
    "timestamp(12) with time zone",
    "interval day to second",
    "interval year to month",
    "uuid",
    "ipaddress",
    "array(bigint)",
    "array(varchar)",
    "array(array(integer))",
    "array(row(a bigint, b varchar(4)))",
    "map(varchar, bigint)",
    "map(integer, array(double))",
    "row(a bigint, b varchar)",
    "row(bigint, date)",
];

/// Constants of most types, as people write them.
const LITERALS: &[&str] = &[
    "NULL",
    "TRUE",
    "FALSE",
    "0",
    "1",
    "-7",
    "42",
    "2147483648",
    "9223372036854775807",
    "1.5",
    "-0.25",
    "123456789.012345",
    "1e0",
    "-2.5E-3",
    "'a'",
    "''",
    "'12'",
    "'2020-01-01'",
    "'%a_'",
    "'it''s'",
    "U&'\\00e9'",
    "X'0aFF'",
    "DATE '2020-02-29'",
    "TIME '01:02:03.456'",
    "TIME '01:02:03+02:00'",
    "TIMESTAMP '2020-01-01 00:00:00'",
    "TIMESTAMP '2020-01-01 00:00:00.123456'",
    "TIMESTAMP '2020-01-01 00:00:00 Europe/Berlin'",
    "INTERVAL '1' DAY",
    "INTERVAL '2' MONTH",
    "INTERVAL '1:30' HOUR TO MINUTE",
    "JSON '{\"a\":1}'",
    "REAL '1.5'",
    "DOUBLE 'NaN'",
    "DECIMAL '1.50'",
    "BIGINT '3'",
    "SMALLINT '3'",
    "TINYINT '-3'",
    "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
    "IPADDRESS '10.0.0.1'",
    "CHAR 'xy '",
    "VARCHAR 'abc'",
    "ARRAY[]",
    "ARRAY[1, 2]",
    "ARRAY['a', NULL]",
    "MAP()",
    "MAP(ARRAY['k'], ARRAY[1])",
    "ROW(1, 'x')",
    "CAST(ROW(1, 2) AS row(x integer, y bigint))",
    "current_date",
    "current_timestamp",
    "localtimestamp(6)",
    "now()",
];

const BINARY: &[&str] =
    &["+", "-", "*", "/", "%", "||", "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "AND", "OR", "LIKE"];

const FIELDS: &[&str] = &["YEAR", "MONTH", "DAY", "HOUR", "SECOND", "TIMEZONE_HOUR", "WEEK", "DOW"];

/// Calls with lambdas: `#` stands for an expression.
const LAMBDAS: &[&str] = &[
    "transform(#, x -> x + 1)",
    "transform(#, x -> #)",
    "filter(#, x -> x > 1)",
    "filter(#, x -> #)",
    "reduce(#, 0, (s, x) -> s + x, s -> s)",
    "reduce(#, #, (s, x) -> s, s -> #)",
    "any_match(#, x -> x IS NULL)",
    "all_match(#, x -> x = #)",
    "none_match(#, x -> #)",
    "zip_with(#, #, (x, y) -> (x, y))",
    "map_filter(#, (k, v) -> v > 1)",
    "transform_keys(#, (k, v) -> k || 'x')",
    "transform_values(#, (k, v) -> #)",
    "map_zip_with(#, #, (k, v, w) -> v + w)",
    "array_sort(#, (x, y) -> IF(x < y, 1, -1))",
    "transform(#, x -> transform(ARRAY[x], y -> y || x))",
    "regexp_replace(#, #, m -> upper(m[1]))",
];

/// Forms of their own: `#` stands for an expression.
const FORMS: &[&str] = &[
    "CASE WHEN # THEN # ELSE # END",
    "CASE # WHEN # THEN # WHEN # THEN # END",
    "IF(#, #, #)",
    "IF(#, #)",
    "coalesce(#, #)",
    "coalesce(#, #, #)",
    "nullif(#, #)",
    "TRY(#)",
    "# BETWEEN # AND #",
    "# IN (#, #, #)",
    "# NOT IN (#)",
    "# IS NULL",
    "NOT (#)",
    "-(#)",
    "(#)[#]",
    "(#)[1]",
    "(#).a",
    "(#) AT TIME ZONE 'UTC'",
    "ARRAY[#, #]",
    "ARRAY[#, #, #]",
    "ROW(#, #)",
    "MAP(#, #)",
    "MAP(ARRAY[#], ARRAY[#])",
    "# LIKE # ESCAPE '!'",
    "trim(BOTH # FROM #)",
    "position(# IN #)",
    "substring(# FROM # FOR #)",
    "normalize(#, NFD)",
    "(#) IN (SELECT #)",
    "EXISTS (SELECT # WHERE #)",
    "(SELECT #)",
    "(SELECT max(y) FROM (VALUES #, #) v(y))",
    "(#, #) = (#, #)",
    "concat(#, #)",
    "concat(#, #, #)",
    "greatest(#, #)",
    "least(#, #, #)",
    "format('%s', #)",
    "date_trunc('day', #)",
    "date_add('hour', #, #)",
    "date_diff('minute', #, #)",
    "from_iso8601_timestamp(#)",
    "json_extract_scalar(#, '$.a')",
    "substr(#, #)",
    "substr(#, #, #)",
    "split(#, ',')[1]",
    "contains(#, #)",
    "element_at(#, #)",
    "cardinality(#)",
    "array_agg(#)",
    "lower(#)",
    "length(#)",
    "strpos(#, #)",
    "to_unixtime(#)",
    "from_unixtime(#)",
];

/// An expression, and what kind of select list it may stand in.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Its text, on one line.
    pub text: String,
    /// Whether it is an aggregate, beside which no plain column may stand.
    pub aggregate: bool,
}

/// The relation of all columns: `c0`, `c1`, … of `TYPES`, NULL all of them.
pub fn relation() -> String {
    let columns: Vec<String> =
        TYPES.iter().enumerate().map(|(at, ty)| format!("CAST(NULL AS {ty}) AS c{at}")).collect();
    format!("(SELECT {}) AS t", columns.join(", "))
}

/// A function's declared arguments.
struct Signature {
    name: &'static str,
    arguments: &'static str,
    kind: &'static str,
}

/// Makes expressions.
pub struct Generator {
    random: Random,
    signatures: Vec<Signature>,
}

impl Generator {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        let text = include_str!("../data/trino/functions.tsv");
        let signatures = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let signature = Signature { name: parts[0], arguments: parts[2], kind: parts[3] };
            // LISTAGG has a grammar of its own.
            (signature.kind != "table" && signature.name != "listagg").then_some(signature)
        });
        Self { random: Random(seed), signatures: signatures.collect() }
    }

    /// The next one.
    pub fn next(&mut self) -> Generated {
        let depth = self.random.below(4);
        match self.random.below(12) {
            0 => Generated { text: self.call("aggregate", depth), aggregate: true },
            1 => {
                let kind = if self.random.below(2) == 0 { "aggregate" } else { "window" };
                let text = self.call(kind, 0);
                let order = self.value(0);
                Generated { text: format!("{text} OVER (ORDER BY {order})"), aggregate: false }
            }
            _ => {
                let text = self.value(depth + 1);
                Generated { aggregate: text.contains("array_agg("), text }
            }
        }
    }

    fn value(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        match self.random.below(20) {
            0..=1 => self.leaf(),
            2..=5 => {
                let sign = *self.random.one(BINARY);
                let (left, right) = (self.operand(depth), self.operand(depth));
                format!("{left} {sign} {right}")
            }
            6..=7 => {
                let ty = *self.random.one(TYPES);
                let word = if self.random.below(4) == 0 { "TRY_CAST" } else { "CAST" };
                format!("{word}({} AS {ty})", self.value(depth - 1))
            }
            8..=11 => {
                let form = *self.random.one(FORMS);
                self.filled(form, depth)
            }
            12 => {
                let lambda = *self.random.one(LAMBDAS);
                self.filled(lambda, depth)
            }
            13 => {
                let field = *self.random.one(FIELDS);
                format!("EXTRACT({field} FROM {})", self.operand(depth))
            }
            _ => self.call("scalar", depth),
        }
    }

    /// An operand, in parentheses unless it is a name or a constant.
    fn operand(&mut self, depth: usize) -> String {
        let value = self.value(depth - 1);
        if value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') { value } else { format!("({value})") }
    }

    fn filled(&mut self, form: &str, depth: usize) -> String {
        let mut text = String::new();
        for character in form.chars() {
            if character == '#' {
                let operand = self.operand(depth);
                text.push_str(&operand);
            } else {
                text.push(character);
            }
        }
        text
    }

    fn leaf(&mut self) -> String {
        if self.random.below(2) == 0 {
            format!("c{}", self.random.below(TYPES.len()))
        } else {
            (*self.random.one(LITERALS)).to_owned()
        }
    }

    /// A call of a function with arguments that mostly are what it declares.
    fn call(&mut self, kind: &str, depth: usize) -> String {
        let candidates: Vec<usize> =
            (0..self.signatures.len()).filter(|at| self.signatures[*at].kind == kind).collect();
        let at = *self.random.one(&candidates);
        let Signature { name, arguments, .. } = self.signatures[at];
        let hole =
            *self.random.one(&["bigint", "varchar", "double", "date", "decimal(7,3)", "timestamp(3)", "boolean"]);
        let key = *self.random.one(&["varchar", "bigint", "integer"]);
        let mut given = Vec::new();
        for declared in split(arguments) {
            let argument = match self.random.below(16) {
                0 if depth > 0 => self.value(depth - 1),
                0 => self.leaf(),
                _ => self.of_type(&filled_type(declared, hole, key), depth),
            };
            given.push(argument);
        }
        if name == "concat" || name == "map_concat" {
            // One alone is refused when it is run, not when it is typed.
            given.push(given[0].clone());
        } else if self.random.below(24) == 0 {
            given.pop();
        } else if self.random.below(24) == 0 {
            let more = self.leaf();
            given.push(more);
        }
        if kind == "aggregate" && given.is_empty() && name == "count" {
            return "count(*)".to_owned();
        }
        format!("{name}({})", given.join(", "))
    }

    /// A value of a type: a column, a constant, or a cast.
    fn of_type(&mut self, ty: &str, depth: usize) -> String {
        if let Some(lambda) = ty.strip_prefix("function(") {
            let inner = split(&lambda[..lambda.len() - 1]);
            let (result, parameters) = inner.split_last().expect("a function has a result");
            let names: Vec<String> = (0..parameters.len()).map(|at| format!("p{at}")).collect();
            let body = match parameters.iter().position(|parameter| parameter == result) {
                Some(at) if self.random.below(2) == 0 => names[at].clone(),
                _ => self.of_type(result, 0),
            };
            return format!("({}) -> {body}", names.join(", "));
        }
        if let Some(at) = TYPES.iter().position(|known| *known == ty).filter(|_| self.random.below(2) == 0) {
            return format!("c{at}");
        }
        if depth > 0 && self.random.below(6) == 0 {
            return format!("CAST({} AS {ty})", self.value(depth - 1));
        }
        match (ty, self.random.below(3)) {
            ("bigint" | "integer" | "double", 0) => (*self.random.one(&["1", "0", "-2", "77"])).to_owned(),
            ("double", 1) => "2.5e0".to_owned(),
            ("varchar", 0 | 1) => (*self.random.one(&["'a'", "'day'", "'$.a'", "'(a)'", "'xyz'"])).to_owned(),
            ("boolean", 0) => "TRUE".to_owned(),
            _ => format!("CAST(NULL AS {ty})"),
        }
    }
}

/// The arguments of a list, nested ones whole.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, character) in list.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A declared type with something in the places of its holes.
fn filled_type(declared: &str, hole: &str, key: &str) -> String {
    let mut text = String::new();
    let mut word = String::new();
    for character in declared.chars().chain(std::iter::once(' ')) {
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
            continue;
        }
        text.push_str(match word.as_str() {
            "T" | "t" | "E" | "e" | "V" | "v" | "S" | "R" | "U" | "T1" | "T2" | "T3" | "T4" | "T5" | "V1" | "V2"
            | "V3" => hole,
            "K" | "k" | "K1" | "K2" => key,
            "x" | "p" | "u" | "z" | "a_precision" | "b_precision" if !declared.starts_with("row") => "9",
            "y" | "s" | "n" | "a_scale" | "b_scale" if !declared.starts_with("row") => "3",
            other => other,
        });
        word.clear();
        text.push(character);
    }
    text.trim().to_owned()
}
