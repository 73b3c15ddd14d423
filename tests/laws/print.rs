//! Printing the tests' model as the text of a spec.

use super::calendar::{DAY, HOUR, day_text, iso};
use super::cell::Cell;
use super::model::{Aggregate, Body, Expr, From, Join, Parameter, Query, Select, Set, Spec, Window};

/// The statements of a spec, without the declarations of its tables.
pub fn spec(spec: &Spec) -> String {
    let mut text = String::new();
    for (name, value) in &spec.parameters {
        let ty = if matches!(value, Parameter::Text(_)) { "varchar" } else { "array(varchar)" };
        text.push_str(&format!("DECLARE {name} {ty};\n"));
    }
    for (name, query) in &spec.views {
        text.push_str(&format!("CREATE VIEW {name} AS\n{};\n\n", self::query(query)));
    }
    for (name, query, kept) in &spec.steps {
        let temporary = if *kept { "" } else { "TEMPORARY " };
        text.push_str(&format!("CREATE {temporary}TABLE {name} AS\n{};\n\n", self::query(query)));
    }
    for query in &spec.answers {
        text.push_str(&format!("{};\n\n", self::query(query)));
    }
    text
}

/// A query.
pub fn query(query: &Query) -> String {
    let mut text = String::new();
    if !query.with.is_empty() {
        let parts: Vec<String> =
            query.with.iter().map(|(name, inner)| format!("{name} AS ({})", self::query(inner))).collect();
        text.push_str(&format!("WITH {}\n", parts.join(", ")));
    }
    match &query.body {
        Body::Select(block) => text.push_str(&select(block)),
        Body::Set(operation, left, right, all) => {
            let word = match operation {
                Set::Union => "UNION",
                Set::Intersect => "INTERSECT",
                Set::Except => "EXCEPT",
            };
            let all = if *all { " ALL" } else { "" };
            text.push_str(&format!("{}\n{word}{all}\n{}", operand(left), operand(right)));
        }
        Body::Foreach(row, driver, body) => {
            let body = if is_bare(body) { self::query(body) } else { format!("({})", self::query(body)) };
            text.push_str(&format!("FOREACH {row} IN ({})\n{body}", self::query(driver)));
        }
        Body::Values(_, rows) => {
            let row = |row: &Vec<Cell>| format!("({})", row.iter().map(literal).collect::<Vec<_>>().join(", "));
            text.push_str(&format!("VALUES {}", rows.iter().map(row).collect::<Vec<_>>().join(", ")));
        }
    }
    if !query.order.is_empty() {
        let keys = query.order.iter().map(|(at, descends)| format!("{at}{}", if *descends { " DESC" } else { "" }));
        text.push_str(&format!("\nORDER BY {}", keys.collect::<Vec<_>>().join(", ")));
    }
    if query.offset > 0 {
        text.push_str(&format!(" OFFSET {}", query.offset));
    }
    if let Some(limit) = query.limit {
        text.push_str(&format!(" LIMIT {limit}"));
    }
    text
}

/// Whether a query may stand behind a FOREACH's driver without parentheses.
fn is_bare(query: &Query) -> bool {
    query.with.is_empty()
        && query.order.is_empty()
        && query.limit.is_none()
        && query.offset == 0
        && matches!(query.body, Body::Select(_) | Body::Foreach(..))
}

fn operand(query: &Query) -> String {
    let plain = is_bare(query) && matches!(query.body, Body::Select(_));
    match () {
        () if plain => self::query(query),
        // Trino takes no WITH in a side's own parentheses.
        () if !query.with.is_empty() => format!("SELECT * FROM ({})", self::query(query)),
        () => format!("({})", self::query(query)),
    }
}

fn select(select: &Select) -> String {
    let items: Vec<String> =
        select.items.iter().map(|(expr, name)| format!("{} AS {name}", self::expr(expr))).collect();
    let mut text = format!(
        "SELECT {}{}",
        if select.distinct { "DISTINCT " } else { "" },
        if items.is_empty() { "*".to_owned() } else { items.join(", ") }
    );
    if !select.from.is_empty() {
        text.push_str(&format!("\nFROM {}", select.from.iter().map(from).collect::<Vec<_>>().join(", ")));
    }
    if !select.filter.is_empty() {
        text.push_str(&format!("\nWHERE {}", conjuncts(&select.filter)));
    }
    if let Some(keys) = select.group.as_ref().filter(|keys| !keys.is_empty()) {
        text.push_str(&format!("\nGROUP BY {}", keys.iter().map(expr).collect::<Vec<_>>().join(", ")));
    }
    if let Some(having) = &select.having {
        text.push_str(&format!("\nHAVING {}", expr(having)));
    }
    text
}

fn conjuncts(parts: &[Expr]) -> String {
    if parts.is_empty() {
        return "TRUE".to_owned();
    }
    parts.iter().map(operand_expr).collect::<Vec<_>>().join("\n  AND ")
}

fn from(from: &From) -> String {
    match from {
        From::Named(table, alias) => format!("{table} {alias}"),
        From::Query(query, alias) => match &query.body {
            Body::Values(names, _) => format!("({}) AS {alias} ({})", self::query(query), names.join(", ")),
            _ => format!("({}) {alias}", self::query(query)),
        },
        From::Join(left, kind, right, on) => {
            let word = match kind {
                Join::Inner => "JOIN",
                Join::Left => "LEFT JOIN",
                Join::Right => "RIGHT JOIN",
                Join::Full => "FULL JOIN",
            };
            format!("{}\n{word} {} ON {}", self::from(left), self::from(right), conjuncts(on))
        }
        From::Lateral(left, query, alias, outer) => {
            let (word, on) = if *outer { ("LEFT JOIN", " ON TRUE") } else { ("CROSS JOIN", "") };
            format!("{}\n{word} LATERAL ({}) {alias}{on}", self::from(left), self::query(query))
        }
    }
}

fn operand_expr(expr: &Expr) -> String {
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) => format!("({})", self::expr(expr)),
        _ => self::expr(expr),
    }
}

fn expr(expr: &Expr) -> String {
    let list = |list: &[Expr]| list.iter().map(self::expr).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::Column(relation, column) => format!("{relation}.{column}"),
        Expr::Literal(cell) => literal(cell),
        Expr::Compare(left, sign, right) => format!("{} {sign} {}", self::expr(left), self::expr(right)),
        Expr::Between(parts) => {
            let [value, low, high] = parts.as_ref();
            format!("{} BETWEEN {} AND {}", self::expr(value), self::expr(low), self::expr(high))
        }
        Expr::In(value, options, negated) => {
            format!("{} {}IN ({})", self::expr(value), if *negated { "NOT " } else { "" }, list(options))
        }
        Expr::StartsWith(value, prefix) => format!("{} LIKE {}", self::expr(value), quoted(&format!("{prefix}%"))),
        Expr::And(parts) => parts.iter().map(operand_expr).collect::<Vec<_>>().join(" AND "),
        Expr::Or(parts) => parts.iter().map(operand_expr).collect::<Vec<_>>().join(" OR "),
        Expr::Not(inner) => format!("NOT ({})", self::expr(inner)),
        Expr::IsNull(inner) => format!("{} IS NULL", self::expr(inner)),
        Expr::Instant(text) => format!("from_iso8601_timestamp({})", self::expr(text)),
        Expr::Later(instant, hours) => format!("{} + INTERVAL '{hours}' HOUR", self::expr(instant)),
        Expr::Date(instant) => format!("date({})", self::expr(instant)),
        Expr::Truncated(unit, instant) => {
            let name = if *unit == HOUR { "hour" } else { "day" };
            format!("date_trunc('{name}', {})", self::expr(instant))
        }
        Expr::Prefix(text, length) => format!("substr({}, 1, {length})", self::expr(text)),
        Expr::ThroughJson(text) => {
            let text = self::expr(text);
            format!(
                "json_value(json_array({text}), 'lax $[0]?(exists(@) && $list.size() == 1)' PASSING json_object('a' : {text} ABSENT ON NULL) AS \"list\")"
            )
        }
        Expr::Coalesce(parts) => format!("coalesce({})", list(parts.as_ref())),
        Expr::Exists(query, negated) => {
            format!("{}EXISTS ({})", if *negated { "NOT " } else { "" }, self::query(query))
        }
        Expr::InQuery(value, query, negated) => {
            let word = if *negated { "NOT IN" } else { "IN" };
            format!("{} {word} ({})", self::expr(value), self::query(query))
        }
        Expr::Parameter(name, _) => format!(":{name}"),
        Expr::InParameter(value, name, _) => format!("{} IN (:{name})", self::expr(value)),
        Expr::Scalar(query) => format!("({})", self::query(query)),
        Expr::Aggregate(aggregate, argument) => {
            let argument = argument.as_ref().map_or_else(|| "*".to_owned(), |argument| self::expr(argument));
            match aggregate {
                Aggregate::Count => format!("count({argument})"),
                Aggregate::CountDistinct => format!("count(DISTINCT {argument})"),
                Aggregate::Min => format!("min({argument})"),
                Aggregate::Max => format!("max({argument})"),
            }
        }
        Expr::Window(function, partition, order) => {
            let name = match function {
                Window::RowNumber => "row_number()",
                Window::Rank => "rank()",
                Window::Count => "count(*)",
            };
            let clause = |word: &str, keys: &[Expr]| (!keys.is_empty()).then(|| format!("{word} BY {}", list(keys)));
            let clauses: Vec<String> =
                [clause("PARTITION", partition), clause("ORDER", order)].into_iter().flatten().collect();
            format!("{name} OVER ({})", clauses.join(" "))
        }
    }
}

fn literal(cell: &Cell) -> String {
    match cell {
        Cell::Null => "CAST(NULL AS varchar)".to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => quoted(text),
        Cell::Instant(second) => {
            let text = iso(*second);
            format!("TIMESTAMP '{} {} UTC'", &text[..10], &text[11..19])
        }
        Cell::Date(day) => format!("DATE '{}'", day_text(day * DAY, '-')),
        Cell::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
