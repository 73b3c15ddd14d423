//! A query's text: as it is, but for bare decimals, which Athena takes for doubles and Trino for decimals.

use super::super::text::Text;
use crate::source::{Source, Token, TokenKind};
use crate::types::Dialect;

/// Takes over a part of a statement that holds a query.
pub fn take(text: &mut Text, source: &Source, tokens: &[Token], begin: usize, end: usize, dialect: Dialect) {
    let mut at = begin;
    if dialect.bare_decimal_is_double() {
        let inside = tokens.iter().filter(|token| begin <= token.span.start && token.span.end <= end);
        for token in inside.filter(|token| token.kind == TokenKind::Number) {
            let number = source.slice(token.span);
            if !number.contains('.') || number.contains(['e', 'E']) {
                continue;
            }
            text.take(&source.text[at..token.span.start], at);
            // An underscore may stand in a decimal, not in a double.
            text.take(&number.replace('_', ""), token.span.start).push("E0");
            at = token.span.end;
        }
    }
    text.take(&source.text[at..end], at);
}

#[cfg(test)]
mod tests {
    use super::super::translate;
    use crate::types::Dialect;

    fn sent(sql: &str, dialect: Dialect) -> String {
        translate(sql, dialect, "x").expect("a query").steps[0].text.as_str().to_owned()
    }

    #[test]
    fn only_bare_decimals_change_and_only_in_athenas_dialect() {
        let sql =
            "-- run 1.5\nSELECT 1.5, .5, 1., 1_0.2_5, 1.5e3, 2, '1.5', \"1.5\", DECIMAL '1.5', t.a /* 2.5 */ FROM t";
        let expected = "-- run 1.5\nSELECT 1.5E0, .5E0, 1.E0, 10.25E0, 1.5e3, 2, '1.5', \"1.5\", DECIMAL '1.5', t.a /* 2.5 */ FROM t";
        assert_eq!(sent(sql, Dialect::Athena), expected);
        assert_eq!(sent(sql, Dialect::Trino), sql);
        assert_eq!(sent("SHOW TABLES", Dialect::Athena), "SHOW TABLES");
    }
}
