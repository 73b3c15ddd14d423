//! Text to tree: a recursive-descent parser over athplan's own tokens, with exact spans.
//!
//! An existing parser was tried first: of most kinds of node the text that its span cuts out does not
//! read back to the node, and its tokens are not cut quite as Trino cuts them (`source::lex` says how).
//! The grammar here is `grammar/spec.ebnf`; each file holds one part of it.
//!
//! A statement with a mistake is given up at its semicolon and the next one read, so that one run shows
//! the mistakes of all statements.

mod call;
mod cursor;
mod ddl;
mod expression;
mod groups;
mod json;
mod literal;
mod names;
mod primary;
mod query;
mod relation;
mod select;
mod slip;
mod statement;
mod types;
mod words;

pub use cursor::DEPTH_LIMIT;
pub use slip::{interval_in_words, json_step};
pub use words::is_reserved;

use cursor::{Parsed, Parser};

use crate::source::{Fault, Source, Symbol, Token, TokenKind, lex};
use crate::spec::ParseError;
use crate::spec::ast::{Expr, Query, Spec};

/// Reads a whole spec.
///
/// # Errors
///
/// All mistakes of the text's tokens, and the first mistake of each statement, in order.
pub fn parse(source: &Source) -> Result<Spec, Vec<ParseError>> {
    let tokens = lex(source);
    let mut statements = Vec::new();
    let mut errors = Vec::new();
    for tokens in tokens.split(|token| token.kind == TokenKind::Symbol(Symbol::Semicolon)) {
        if tokens.is_empty() {
            continue;
        }
        match whole(source, tokens, |parser| parser.statement()) {
            Ok(statement) => statements.push(statement),
            Err(mistakes) => errors.extend(mistakes),
        }
    }
    if errors.is_empty() { Ok(Spec { statements }) } else { Err(errors) }
}

/// Reads a text that is one expression.
///
/// # Errors
///
/// The mistakes of its tokens, or the first one of its grammar.
pub fn parse_expression(source: &Source) -> Result<Expr, Vec<ParseError>> {
    whole(source, &lex(source), |parser| parser.expression())
}

/// Reads a text that is one query, as it may stand inside a larger one: in parentheses too.
///
/// # Errors
///
/// The mistakes of its tokens, or the first one of its grammar.
pub fn parse_query(source: &Source) -> Result<Query, Vec<ParseError>> {
    let tokens = lex(source);
    whole(source, &tokens, |parser| {
        let enclosed = parser.closing(0).is_some_and(|end| end + 1 == tokens.len());
        if enclosed { parser.nested_query() } else { parser.query() }
    })
}

/// Reads tokens to their end.
fn whole<'a, T>(
    source: &'a Source,
    tokens: &'a [Token],
    read: impl FnOnce(&mut Parser<'a>) -> Parsed<T>,
) -> Result<T, Vec<ParseError>> {
    let faults = faults(source, tokens);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut parser = Parser::new(source, tokens);
    let tree = read(&mut parser).map_err(|error| vec![*error])?;
    if parser.at_end() {
        return Ok(tree);
    }
    let help = parser.missing_semicolon();
    Err(vec![*parser.unexpected_with("the end of the statement", help)])
}

/// The mistakes that some tokens are.
fn faults(source: &Source, tokens: &[Token]) -> Vec<ParseError> {
    let mut faults = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match slip::curly_quotes(source, &tokens[at..]) {
            Some((quotes, taken)) => {
                faults.push(quotes);
                at += taken;
            }
            None => {
                faults.extend(fault(source, token));
                at += 1;
            }
        }
    }
    faults
}

/// The mistake that a token is, if it is none of the language's.
fn fault(source: &Source, token: &Token) -> Option<ParseError> {
    let TokenKind::Bad(fault) = token.kind else {
        return None;
    };
    let span = token.span;
    // Unclosed text reaches to the end of the file; its beginning is what the user must see.
    let opened = crate::source::Span::new(span.start, span.start + 1);
    Some(match fault {
        Fault::UnclosedText => ParseError::UnclosedText { what: "a string", closing: "a single quote", span: opened },
        Fault::UnclosedName => {
            let closing = if source.slice(span).starts_with('`') { "a back tick" } else { "a double quote" };
            ParseError::UnclosedText { what: "a quoted name", closing, span: opened }
        }
        Fault::UnclosedComment => ParseError::UnclosedText { what: "a comment", closing: "*/", span: opened },
        Fault::Character(character) => {
            let shown = if character.is_ascii_graphic() || character.is_alphanumeric() {
                format!("`{character}`")
            } else {
                format!("U+{:04X}", u32::from(character))
            };
            ParseError::Character { shown, span }
        }
        Fault::NumberRunsIntoName => ParseError::NumberRunsIntoName { span },
    })
}
