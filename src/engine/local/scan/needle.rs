//! Texts without which a record cannot match: they are looked for in its raw bytes, before it is parsed.
//!
//! `useridentity.accesskeyid = 'AKIA…'` is true only of records that hold those letters, if JSON has no other way to
//! write them. It has: `\u0041` for any character, and short escapes for some. So only texts are looked for that nothing
//! but what begins such an escape could hide, and a record that holds one of these is parsed whatever else it holds.

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, MatchKind};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use crate::engine::local::lower::field_position;
use crate::types::Type;

/// More texts than this are not looked for: nearly every record would hold one.
const MOST: usize = 1_000;

/// Shorter texts stand in every record.
const SHORTEST: usize = 3;

/// Texts of which a record must hold one.
#[derive(Debug, Clone)]
pub enum Needles {
    /// Some dozens, looked for with vector instructions.
    Few(Searcher),
    /// More than those take.
    Many(AhoCorasick),
}

impl Needles {
    /// The fewest of several lists of texts, from each of which a record must hold one; none without a list.
    /// `hiding` is what could stand for a part of a text: a record that holds it may match.
    pub fn of(lists: impl Iterator<Item = Vec<String>>, hiding: &[&str]) -> Option<Self> {
        let texts = lists.min_by_key(Vec::len)?;
        let all: Vec<String> = texts.into_iter().chain(hiding.iter().map(|text| (*text).to_owned())).collect();
        match Searcher::new(&all) {
            Some(few) => Some(Self::Few(few)),
            None => AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(all).ok().map(Self::Many),
        }
    }

    /// Where the first of them begins; records before it cannot match.
    pub fn first(&self, text: &[u8]) -> Option<usize> {
        let found = match self {
            Self::Few(texts) => texts.find(text),
            Self::Many(texts) => texts.find(text),
        };
        found.map(|found| found.start())
    }
}

/// How far a text, of which some part after the other is in memory, is known to hold no needles. They are looked for in
/// all that is in memory, since that is faster than to begin anew with each record.
#[derive(Debug, Default)]
pub struct Clear {
    /// From the last record that was searched to here, counted from the text's begin, none begins that was in memory.
    to: u64,
}

impl Clear {
    /// Whether a record of this length holds none of them, which begins at an offset of the text, and with it what is
    /// in memory. Records are asked for in their order.
    pub fn lacks(&mut self, needles: &Needles, offset: u64, memory: &[u8], length: usize) -> bool {
        if self.to <= offset {
            self.to = offset + needles.first(memory).unwrap_or(memory.len()) as u64;
        }
        // A record that was in memory only in part when it was searched ends behind what was.
        self.to >= offset + length as u64
    }
}

/// The texts one of which every row holds for which a predicate is true.
pub fn demanded<'t>(expr: &Expr, ty: &impl Fn(&str) -> Option<&'t Type>) -> Option<Vec<String>> {
    let literal = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Utf8(Some(text)), _) if stands_for_itself(text) => Some(text.clone()),
        _ => None,
    };
    let is_text = |expr: &Expr| matches!(type_of(expr, ty), Some(Type::Varchar(_)));
    let texts = match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let (place, text) = if is_text(left) { (left, right) } else { (right, left) };
            is_text(place).then(|| literal(text).map(|text| vec![text])).flatten()
        }
        Expr::InList(InList { expr, list, negated: false }) if is_text(expr) => list.iter().map(literal).collect(),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            match (demanded(left, ty), demanded(right, ty)) {
                (Some(left), Some(right)) => Some(if right.len() < left.len() { right } else { left }),
                (left, right) => left.or(right),
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let mut texts = demanded(left, ty)?;
            texts.extend(demanded(right, ty)?);
            Some(texts)
        }
        _ => None,
    };
    texts.filter(|texts| texts.len() <= MOST)
}

/// The type of a column of the file, or of a field of it.
fn type_of<'t>(expr: &Expr, ty: &impl Fn(&str) -> Option<&'t Type>) -> Option<&'t Type> {
    match expr {
        Expr::Column(column) => ty(&column.name),
        Expr::ScalarFunction(call) => {
            let position = field_position(&call.func)?;
            let [row] = call.args.as_slice() else { return None };
            match type_of(row, ty)? {
                Type::Row(fields) => Some(&fields.get(position)?.ty),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a value of this text stands in the file letter by letter, unless an escape stands there: it has no
/// character that JSON writes in another way, it is no number and no boolean, which may be written in several, and
/// nothing that is compacted.
pub fn stands_for_itself(text: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.:/@ ".contains(character);
    let says_something = |character: char| character.is_ascii_alphabetic() && !matches!(character, 'e' | 'E');
    text.len() >= SHORTEST
        && text.chars().all(plain)
        && text.chars().any(says_something)
        && !text.eq_ignore_ascii_case("true")
        && !text.eq_ignore_ascii_case("false")
        && !text.starts_with(' ')
        && !text.ends_with(' ')
}
