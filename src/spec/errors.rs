//! What can be wrong with the text of a spec: one variant for each mistake, each with its place and,
//! where there is one, a way out that can be typed.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Span;

/// A mistake in the text of a spec.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ParseError {
    /// Something else was expected here.
    #[error("expected {expected}, found {found}")]
    #[diagnostic(code("athplan::parse::unexpected"))]
    Unexpected {
        /// What could have stood here.
        expected: String,
        /// What stands here.
        found: String,
        /// Where.
        #[label("expected {expected}")]
        span: Span,
        /// A way out, where the mistake is a known one.
        #[help]
        help: Option<String>,
    },
    /// A reserved word stands where a name is wanted.
    #[error("`{word}` is a reserved word")]
    #[diagnostic(code("athplan::parse::reserved_word"), help("as a name it must be quoted: {quoted}"))]
    ReservedWord {
        /// The word.
        word: String,
        /// The word in the quotes that are right here.
        quoted: String,
        /// Where.
        #[label("a name is wanted here")]
        span: Span,
    },
    /// The end came before the bracket was closed.
    #[error("`{bracket}` is never closed")]
    #[diagnostic(code("athplan::parse::unclosed_bracket"), help("put `{closing}` before {found}"))]
    UnclosedBracket {
        /// The opening bracket.
        bracket: char,
        /// The bracket that is missing.
        closing: char,
        /// What stands where it should have been closed.
        found: String,
        /// The opening bracket's place.
        #[label("opened here")]
        span: Span,
        /// Where it should have been closed.
        #[label("expected `{closing}` here")]
        end: Span,
    },
    /// A type name that neither language has.
    #[error("unknown type `{name}`")]
    #[diagnostic(code("athplan::parse::unknown_type"))]
    UnknownType {
        /// The name.
        name: String,
        /// Where.
        #[label("no such type")]
        span: Span,
        /// The nearest type.
        #[help]
        help: Option<String>,
    },
    /// A type with parameters that it does not take.
    #[error("`{name}` takes {wanted}")]
    #[diagnostic(code("athplan::parse::type_parameters"))]
    TypeParameters {
        /// The type's name.
        name: String,
        /// What it takes.
        wanted: &'static str,
        /// The type.
        #[label("not a type")]
        span: Span,
    },
    /// A FOREACH whose body is neither a bare block nor in parentheses.
    #[error("{what} behind the bare body of a FOREACH: per row, or in total?")]
    #[diagnostic(
        code("athplan::parse::body_needs_parentheses"),
        help(
            "per row: FOREACH row IN (…) (SELECT … {what} …); in total: SELECT * FROM (FOREACH row IN (…) SELECT …) {what} …"
        )
    )]
    BodyNeedsParentheses {
        /// The clause that may mean two things.
        what: String,
        /// Where it begins.
        #[label("say which with parentheses")]
        span: Span,
    },
    /// The body of a FOREACH is no SELECT block, nested FOREACH or query in parentheses.
    #[error("the body of a FOREACH is a SELECT block, another FOREACH, or a query in parentheses")]
    #[diagnostic(
        code("athplan::parse::foreach_body"),
        help("put parentheses around it: FOREACH row IN (…) ({found} …)")
    )]
    ForeachBody {
        /// What it begins with.
        found: String,
        /// Where.
        #[label("needs parentheses")]
        span: Span,
    },
    /// Nesting that is deeper than the compiler follows.
    #[error("nested more than {limit} levels deep")]
    #[diagnostic(
        code("athplan::parse::too_deep"),
        help(
            "at most {limit} levels are read; name an inner query with WITH, or put parentheses around parts of a long chain"
        )
    )]
    TooDeep {
        /// The deepest level that is read.
        limit: usize,
        /// Where it was exceeded.
        #[label("one level too many")]
        span: Span,
    },
    /// A statement that the language does not have.
    #[error("unknown statement `{word}`")]
    #[diagnostic(code("athplan::parse::unknown_statement"))]
    UnknownStatement {
        /// What it begins with.
        word: String,
        /// Where.
        #[label("no statement begins with this")]
        span: Span,
        /// The nearest statement, or all of them.
        #[help]
        help: Option<String>,
    },
    /// A part of SQL that is known and not taken.
    #[error("{what} is not supported")]
    #[diagnostic(code("athplan::parse::refused"))]
    Refused {
        /// Its name.
        what: String,
        /// Where.
        #[label("not supported")]
        span: Span,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A clause of CREATE EXTERNAL TABLE that was written before.
    #[error("{clause} is given twice")]
    #[diagnostic(code("athplan::parse::clause_twice"), help("keep one of them"))]
    ClauseTwice {
        /// Its name.
        clause: &'static str,
        /// The second one.
        #[label("given before")]
        span: Span,
    },
    /// A name in back ticks outside Hive DDL.
    #[error("back ticks quote names in Hive DDL only")]
    #[diagnostic(code("athplan::parse::back_ticks"), help("write {quoted}"))]
    BackTicks {
        /// The name in double quotes.
        quoted: String,
        /// Where.
        #[label("a query wants double quotes")]
        span: Span,
    },
    /// A string, name or comment without its end.
    #[error("{what} is never closed")]
    #[diagnostic(code("athplan::parse::unclosed_text"), help("end it with {closing}"))]
    UnclosedText {
        /// What was opened.
        what: &'static str,
        /// What closes it.
        closing: &'static str,
        /// Its beginning.
        #[label("opened here")]
        span: Span,
    },
    /// A character that begins nothing.
    #[error("the character {shown} cannot stand here")]
    #[diagnostic(
        code("athplan::parse::character"),
        help(
            "names with other characters than letters a to z, digits and _ must be quoted; white space is blank, tab and line end"
        )
    )]
    Character {
        /// The character, escaped if it does not show.
        shown: String,
        /// Where.
        #[label("not part of the language")]
        span: Span,
    },
    /// The quotes that word processors put in place of straight ones.
    #[error("these are the quotes of a word processor")]
    #[diagnostic(code("athplan::parse::curly_quotes"), help("{help}"))]
    CurlyQuotes {
        /// What to write.
        help: String,
        /// Where, with what stands between them.
        #[label("texts stand in straight single quotes")]
        span: Span,
    },
    /// A number that runs into a name.
    #[error("a number runs into a name")]
    #[diagnostic(
        code("athplan::parse::number_runs_into_name"),
        help("put a blank between them, or quote the name; write numbers in decimal")
    )]
    NumberRunsIntoName {
        /// Where.
        #[label("neither a number nor a name")]
        span: Span,
    },
    /// An escape in `U&'…'` that names no character.
    #[error("this escape names no character")]
    #[diagnostic(
        code("athplan::parse::unicode_escape"),
        help(
            "an escape is the escape character and four hexadecimal digits, or +and six; doubled, it stands for itself"
        )
    )]
    UnicodeEscape {
        /// The literal.
        #[label("in this literal")]
        span: Span,
    },
    /// A `UESCAPE` that cannot be one.
    #[error("UESCAPE takes one character that is no digit, letter, quote, plus or blank")]
    #[diagnostic(code("athplan::parse::uescape"), help("for example UESCAPE '#'"))]
    UescapeCharacter {
        /// Where.
        #[label("not an escape character")]
        span: Span,
    },
    /// `X'…'` that is no sequence of bytes.
    #[error("a binary literal is made of pairs of hexadecimal digits")]
    #[diagnostic(code("athplan::parse::binary_literal"), help("for example X'00FF'"))]
    BinaryLiteral {
        /// Where.
        #[label("not a sequence of bytes")]
        span: Span,
    },
}

impl ParseError {
    /// Where the mistake is.
    pub fn span(&self) -> Span {
        match self {
            Self::Unexpected { span, .. }
            | Self::ReservedWord { span, .. }
            | Self::UnclosedBracket { span, .. }
            | Self::UnknownType { span, .. }
            | Self::TypeParameters { span, .. }
            | Self::BodyNeedsParentheses { span, .. }
            | Self::ForeachBody { span, .. }
            | Self::TooDeep { span, .. }
            | Self::UnknownStatement { span, .. }
            | Self::Refused { span, .. }
            | Self::ClauseTwice { span, .. }
            | Self::BackTicks { span, .. }
            | Self::UnclosedText { span, .. }
            | Self::Character { span, .. }
            | Self::CurlyQuotes { span, .. }
            | Self::NumberRunsIntoName { span }
            | Self::UnicodeEscape { span }
            | Self::UescapeCharacter { span }
            | Self::BinaryLiteral { span } => *span,
        }
    }
}
