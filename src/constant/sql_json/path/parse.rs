//! Reading a path.
//!
//! A parenthesis may hold a path or a predicate, and only what is in it tells which: both are read by
//! one function, and whoever called it says which of them it needs. So nothing is read twice.

use super::lex::{Kind, Token, lex};
use super::{Comparison, Method, Operator, PathExpr, PathMistake, Predicate, Step, Subscript};
use crate::constant::{Value, decimal};
use crate::types::Type;

/// How deep parentheses, filters and signs may nest.
const DEEPEST: usize = 100;

/// How many tokens a path may have.
const LONGEST: usize = 10_000;

type Parsed<T> = Result<T, PathMistake>;

/// A path or a predicate.
enum Either {
    Path(PathExpr),
    Predicate(Predicate),
}

/// Reads a path: whether it is lax, and what follows the mode; see [`super::Path::parse`].
pub(super) fn path(text: &str, passed: &[(String, Option<Type>)]) -> Parsed<(bool, PathExpr)> {
    let tokens = lex(text);
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, passed, mistake: None };
    if tokens.len() > LONGEST {
        return Err(parser.refused("a path of this length"));
    }
    let lax = match () {
        () if parser.eat("lax") => true,
        () if parser.eat("strict") => false,
        () => return Err(parser.unexpected("lax or strict")),
    };
    let root = parser.path()?;
    if parser.token().kind != Kind::End {
        return Err(parser.unexpected("the end of the path"));
    }
    // Trino looks for what it has no meaning for only in a path that is well written.
    match parser.mistake {
        Some(mistake) => Err(mistake),
        None => Ok((lax, root)),
    }
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
    passed: &'a [(String, Option<Type>)],
    /// The first thing that is well written but means nothing.
    mistake: Option<PathMistake>,
}

impl<'a> Parser<'a> {
    fn token(&self) -> Token<'a> {
        self.tokens[self.at]
    }

    fn next(&self) -> Token<'a> {
        self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }

    /// Whether a word or sign of the language stands here.
    fn is(&self, text: &str) -> bool {
        matches!(self.token().kind, Kind::Word | Kind::Sign) && self.token().text == text
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &'static str) -> Parsed<()> {
        if self.eat(text) { Ok(()) } else { Err(self.unexpected(text)) }
    }

    fn unexpected(&self, expected: &str) -> PathMistake {
        let token = self.token();
        let found = if token.kind == Kind::End { "the end of the path" } else { token.text };
        let message = format!("expected {expected}, found {found}");
        PathMistake { name: "SYNTAX_ERROR", message, at: Some(token.range()) }
    }

    fn refused(&self, what: &str) -> PathMistake {
        let message = format!("{what} is not supported");
        PathMistake { name: "NOT_SUPPORTED", message, at: Some(self.token().range()) }
    }

    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(self.refused("a path that nests deeper")) } else { Ok(()) }
    }

    fn meaningless(&mut self, mistake: PathMistake) {
        self.mistake.get_or_insert(mistake);
    }

    fn path(&mut self) -> Parsed<PathExpr> {
        let start = self.at;
        match self.either()? {
            Either::Path(path) => Ok(path),
            Either::Predicate(_) => {
                self.at = start;
                Err(self.unexpected("a value"))
            }
        }
    }

    fn predicate(&mut self) -> Parsed<Predicate> {
        match self.either()? {
            Either::Predicate(predicate) => Ok(predicate),
            Either::Path(_) => Err(self.unexpected("a comparison")),
        }
    }

    /// `p || q || …`, or whatever is less.
    fn either(&mut self) -> Parsed<Either> {
        self.enter()?;
        let first = self.conjunction()?;
        let whole = self.chain(first, "||", Self::conjunction, Predicate::Or);
        self.depth -= 1;
        whole
    }

    fn conjunction(&mut self) -> Parsed<Either> {
        let first = self.comparison()?;
        self.chain(first, "&&", Self::comparison, Predicate::And)
    }

    /// What follows by this sign; only predicates are joined so.
    fn chain(
        &mut self,
        first: Either,
        sign: &str,
        operand: fn(&mut Self) -> Parsed<Either>,
        join: fn(Vec<Predicate>) -> Predicate,
    ) -> Parsed<Either> {
        if !self.is(sign) {
            return Ok(first);
        }
        let Either::Predicate(first) = first else { return Err(self.unexpected("a comparison")) };
        let mut parts = vec![first];
        while self.eat(sign) {
            match operand(self)? {
                Either::Predicate(predicate) => parts.push(predicate),
                Either::Path(_) => return Err(self.unexpected("a comparison")),
            }
        }
        Ok(Either::Predicate(join(parts)))
    }

    /// A path, a comparison of two, or what is a predicate by itself.
    fn comparison(&mut self) -> Parsed<Either> {
        if self.eat("!") {
            return match self.delimited()? {
                Some(Either::Predicate(predicate)) => Ok(Either::Predicate(Predicate::Not(Box::new(predicate)))),
                _ => Err(self.unexpected("exists or a predicate in parentheses")),
            };
        }
        let bracketed = self.is("(");
        let left = match self.delimited()? {
            Some(Either::Predicate(predicate)) if bracketed && self.eat("is") => {
                self.expect("unknown")?;
                return Ok(Either::Predicate(Predicate::IsUnknown(Box::new(predicate))));
            }
            Some(Either::Predicate(predicate)) => return Ok(Either::Predicate(predicate)),
            Some(Either::Path(path)) => {
                let accessed = self.access(path)?;
                self.arithmetic_behind(accessed)?
            }
            None => self.arithmetic()?,
        };
        let left = Box::new(left);
        let comparison = [
            ("==", Comparison::Equal),
            ("<>", Comparison::NotEqual),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        if let Some((_, comparison)) = comparison.into_iter().find(|(sign, _)| self.eat(sign)) {
            let right = Box::new(self.arithmetic()?);
            return Ok(Either::Predicate(Predicate::Compare(comparison, left, right)));
        }
        if self.eat("starts") {
            self.expect("with")?;
            let prefix = match self.token().kind {
                Kind::Text | Kind::Variable => Box::new(self.primary()?),
                _ => return Err(self.unexpected("a string or a variable")),
            };
            return Ok(Either::Predicate(Predicate::StartsWith(left, prefix)));
        }
        if self.is("like_regex") {
            self.meaningless(self.refused("like_regex in a JSON path"));
            self.at += 1;
            self.text()?;
            if self.eat("flag") {
                self.text()?;
            }
            return Ok(Either::Predicate(Predicate::Exists(left)));
        }
        Ok(Either::Path(*left))
    }

    /// `exists(…)` or `(…)`, if one stands here.
    fn delimited(&mut self) -> Parsed<Option<Either>> {
        if self.is("exists") {
            self.at += 1;
            self.expect("(")?;
            let path = self.path()?;
            self.expect(")")?;
            return Ok(Some(Either::Predicate(Predicate::Exists(Box::new(path)))));
        }
        if self.eat("(") {
            let inside = self.either()?;
            self.expect(")")?;
            return Ok(Some(inside));
        }
        Ok(None)
    }

    fn arithmetic(&mut self) -> Parsed<PathExpr> {
        let first = self.signed()?;
        self.arithmetic_behind(first)
    }

    /// The operators behind a first operand: multiplications, then additions.
    fn arithmetic_behind(&mut self, first: PathExpr) -> Parsed<PathExpr> {
        let first = self.product_behind(first)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(&[("+", Operator::Add), ("-", Operator::Subtract)]) {
            let operand = self.signed()?;
            rest.push((operator, self.product_behind(operand)?));
        }
        Ok(chained(first, rest))
    }

    fn product_behind(&mut self, first: PathExpr) -> Parsed<PathExpr> {
        let signs = [("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Modulus)];
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(&signs) {
            rest.push((operator, self.signed()?));
        }
        Ok(chained(first, rest))
    }

    fn operator(&mut self, signs: &[(&str, Operator)]) -> Option<Operator> {
        signs.iter().find(|(sign, _)| self.eat(sign)).map(|(_, operator)| *operator)
    }

    fn signed(&mut self) -> Parsed<PathExpr> {
        // A minus sign directly before a number is part of it.
        let is_number = matches!(self.next().kind, Kind::Integer | Kind::Decimal | Kind::Double);
        if self.is("+") || (self.is("-") && !is_number) {
            let negative = self.is("-");
            self.at += 1;
            self.enter()?;
            let operand = self.signed()?;
            self.depth -= 1;
            return Ok(PathExpr::Signed(negative, Box::new(operand)));
        }
        let primary = self.primary()?;
        self.access(primary)
    }

    fn primary(&mut self) -> Parsed<PathExpr> {
        let token = self.token();
        let negative = self.is("-");
        self.at += usize::from(negative);
        let number = self.token();
        if matches!(number.kind, Kind::Integer | Kind::Decimal | Kind::Double) {
            self.at += 1;
            return Ok(self.number(number, negative));
        }
        match token.kind {
            Kind::Text => {
                let text = self.text()?;
                let length = u32::try_from(text.chars().count()).ok();
                Ok(PathExpr::Literal(Type::Varchar(length), Value::varchar(text)))
            }
            Kind::Variable => {
                self.at += 1;
                Ok(self.variable(token))
            }
            _ if self.eat("$") => Ok(PathExpr::Context),
            _ if self.eat("@") => Ok(PathExpr::Current),
            _ if self.eat("last") => Ok(PathExpr::Last),
            _ if self.eat("null") => Ok(PathExpr::Null),
            _ if self.eat("true") => Ok(PathExpr::Literal(Type::Boolean, Value::Boolean(true))),
            _ if self.eat("false") => Ok(PathExpr::Literal(Type::Boolean, Value::Boolean(false))),
            _ if self.eat("(") => {
                let path = self.path()?;
                self.expect(")")?;
                Ok(path)
            }
            _ => Err(self.unexpected("a value such as $, @, $name or a literal")),
        }
    }

    fn text(&mut self) -> Parsed<String> {
        let token = self.token();
        if token.kind != Kind::Text {
            return Err(self.unexpected("a string in double quotes"));
        }
        self.at += 1;
        Ok(token.text[1..token.text.len() - 1].replace("\"\"", "\""))
    }

    fn variable(&mut self, token: Token<'_>) -> PathExpr {
        let name = &token.text[1..];
        if let Some(at) = self.passed.iter().position(|(passed, _)| passed == name) {
            return PathExpr::Variable(at);
        }
        let similar = self.passed.iter().any(|(passed, _)| passed.eq_ignore_ascii_case(name));
        let message = if similar {
            format!("PASSING has no {name}: its names are in upper case unless quoted, so write AS \"{name}\"")
        } else {
            format!("PASSING has no {name}")
        };
        self.meaningless(PathMistake { name: "INVALID_PATH", message, at: Some(token.range()) });
        PathExpr::Null
    }

    fn number(&mut self, token: Token<'_>, negative: bool) -> PathExpr {
        let sign = if negative { "-" } else { "" };
        let literal = match token.kind {
            Kind::Double => format!("{sign}{}", token.text)
                .parse()
                .ok()
                .map(|number: f64| PathExpr::Literal(Type::Double, Value::Double(number))),
            Kind::Integer => format!("{sign}{}", token.text).parse().ok().map(|number: i64| {
                let ty = if i32::try_from(number).is_ok() { Type::Integer } else { Type::BigInt };
                PathExpr::Literal(ty, Value::Integer(number))
            }),
            _ => decimal_literal(token.text, negative),
        };
        literal.unwrap_or_else(|| {
            let message = format!("{sign}{} is beyond the numbers of SQL", token.text);
            let name = if token.kind == Kind::Integer { "SYNTAX_ERROR" } else { "INVALID_LITERAL" };
            self.meaningless(PathMistake { name, message, at: Some(token.range()) });
            PathExpr::Null
        })
    }

    /// What stands behind a primary.
    fn access(&mut self, base: PathExpr) -> Parsed<PathExpr> {
        let mut steps = Vec::new();
        loop {
            if self.eat(".") {
                steps.push(self.member()?);
            } else if self.eat("..") {
                steps.push(Step::Descendant(self.key()?.into()));
            } else if self.eat("[") {
                steps.push(self.elements()?);
                self.expect("]")?;
            } else if self.eat("?") {
                self.expect("(")?;
                steps.push(Step::Filter(self.predicate()?));
                self.expect(")")?;
            } else {
                break;
            }
        }
        Ok(match base {
            base if steps.is_empty() => base,
            PathExpr::Access(base, mut before) => {
                before.extend(steps);
                PathExpr::Access(base, before)
            }
            base => PathExpr::Access(Box::new(base), steps),
        })
    }

    fn member(&mut self) -> Parsed<Step> {
        if self.eat("*") {
            return Ok(Step::AnyMember);
        }
        let token = self.token();
        if token.kind != Kind::Word || self.next().text != "(" {
            return Ok(Step::Member(self.key()?.into()));
        }
        let methods = [
            ("abs", Method::Abs),
            ("ceiling", Method::Ceiling),
            ("double", Method::Double),
            ("floor", Method::Floor),
            ("keyvalue", Method::KeyValue),
            ("size", Method::Size),
            ("type", Method::Type),
        ];
        let method = methods.into_iter().find(|(name, _)| *name == token.text).map(|(_, method)| method);
        if method.is_none() && token.text != "datetime" {
            self.at += 1;
            return Err(self.unexpected("an accessor or an operator"));
        }
        if method.is_none() {
            self.meaningless(self.refused("datetime() in a JSON path"));
        }
        self.at += 2;
        if method.is_none() && self.token().kind == Kind::Text {
            self.at += 1;
        }
        self.expect(")")?;
        Ok(Step::Method(method.unwrap_or(Method::Type)))
    }

    /// A member's name: any word, a string; even a minus sign, which Trino counts among its words.
    fn key(&mut self) -> Parsed<String> {
        let token = self.token();
        match token.kind {
            Kind::Text => self.text(),
            _ if token.kind == Kind::Word || self.is("-") => {
                self.at += 1;
                Ok(token.text.to_owned())
            }
            _ => Err(self.unexpected("a member's name")),
        }
    }

    fn elements(&mut self) -> Parsed<Step> {
        if self.is("*") {
            self.at += 1;
            return Ok(Step::AnyElement);
        }
        let mut subscripts = Vec::new();
        loop {
            let from = self.path()?;
            let to = if self.eat("to") { Some(self.path()?) } else { None };
            subscripts.push(Subscript { from, to });
            if !self.eat(",") {
                return Ok(Step::Elements(subscripts));
            }
        }
    }
}

fn chained(first: PathExpr, rest: Vec<(Operator, PathExpr)>) -> PathExpr {
    if rest.is_empty() { first } else { PathExpr::Arithmetic(Box::new(first), rest) }
}

/// A decimal of the precision and scale that are written, leading zeros left out.
fn decimal_literal(text: &str, negative: bool) -> Option<PathExpr> {
    let (whole, fraction) = text.split_once('.')?;
    let scale = u8::try_from(fraction.len()).ok()?;
    let precision = (whole.trim_start_matches('0').len() + fraction.len()).max(1);
    let precision = u8::try_from(precision).ok().filter(|precision| *precision <= 38)?;
    let unscaled = decimal::parse(&format!("0{whole}.{fraction}"), precision, scale)?;
    let ty = Type::Decimal(precision, scale);
    Some(PathExpr::Literal(ty, Value::Decimal(if negative { -unscaled } else { unscaled })))
}
