//! Bounds on event time that most likely do not say what was meant: texts of another form than the
//! column's, and numbers in another unit.
//!
//! Which rows a comparison keeps is Trino's to decide, and texts are decided by their order. Nothing here
//! changes that, or what is pruned by it; it finds where that order is not the order of time that a reader
//! of the spec sees in it. A beginning of a time is harmless as a lower bound and before `<`, since all
//! times that begin with it come after it; `<=` and BETWEEN leave out all of these.

use jiff::civil::DateTime;

use super::event_clock::{Clock, Edge, LAST_SECOND, PICOS_PER_SECOND};
use super::intervals::after_prefix;
use crate::catalog::TimeFormat;
use crate::catalog::clock::instant;
use crate::constant::{self, Value};
use crate::spec::ast::Comparison;
use crate::types::Type;

/// A comparison of an increasing function of event time with a constant.
pub struct Asked<'a> {
    /// What the column holds.
    pub format: &'a TimeFormat,
    /// The column's type.
    pub column: &'a Type,
    /// The function, over the column as input 0.
    pub function: &'a constant::Expr,
    /// The type of its result and of the constant.
    pub ty: &'a Type,
    /// How they are compared; never `<>`.
    pub comparison: Comparison,
}

/// A comparison that most likely does not say what was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// What it says.
    pub keeps: Keeps,
    /// What to write.
    pub advice: Advice,
}

/// The times that a comparison keeps; instants are picoseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// None.
    Nothing,
    /// All.
    Everything,
    /// This one, and those after it.
    From(i128),
    /// Those before this one.
    Before(i128),
}

/// What would say what was most likely meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// This text.
    Write(String),
    /// This text, the last of all that begin as the one written.
    Last(String),
    /// What begins with this.
    Begins(String),
    /// A text of the form that this one has.
    Form(String),
    /// A number in the unit in which the column counts; it would then be this instant.
    Unit(i128),
}

/// Whether a bound is misread.
pub fn misread(asked: &Asked<'_>, bound: &Value) -> Option<Misread> {
    match (asked.ty, bound) {
        (Type::Varchar(_), Value::Varchar(text)) => misread_text(asked, &Clock::of(asked.format, asked.column)?, text),
        (_, Value::Null) => None,
        _ => misread_unit(asked, bound),
    }
}

/// Whether text that a time is to begin with (`LIKE 'text%'`) begins none.
pub fn misread_beginning(asked: &Asked<'_>, beginning: &str) -> Option<Misread> {
    let form = asked.text_at(&Clock::of(asked.format, asked.column)?, SAMPLE)?;
    if is_beginning(&form, beginning) {
        return None;
    }
    let advice = match read(beginning) {
        Some(read) if read.is_day => Advice::Begins(read.day()),
        _ => Advice::Form(form),
    };
    Some(Misread { keeps: Keeps::Nothing, advice })
}

/// 2001-02-03T04:05:06Z: no two parts of it look alike.
const SAMPLE: i128 = 981_173_106 * PICOS_PER_SECOND;

/// The last time that is looked at.
const LAST: i128 = LAST_SECOND as i128 * PICOS_PER_SECOND;

impl Asked<'_> {
    /// The text that the function gives at an instant.
    fn text_at(&self, clock: &Clock<'_>, picos: i128) -> Option<String> {
        match constant::evaluate(self.function, &[clock.value(picos)?]) {
            Ok(Value::Varchar(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    fn is_lower(&self) -> bool {
        matches!(self.comparison, Comparison::Greater | Comparison::GreaterOrEqual)
    }

    /// What the comparison keeps if the function reaches the bound so.
    fn keeps(&self, edge: &Edge) -> Keeps {
        match (edge, self.comparison) {
            (_, Comparison::Equal | Comparison::NotEqual) => Keeps::Nothing,
            (Edge::Between(_, reached), _) if self.is_lower() => Keeps::From(*reached),
            (Edge::Between(_, reached), _) => Keeps::Before(*reached),
            (Edge::Before(_), _) => {
                if self.is_lower() {
                    Keeps::Everything
                } else {
                    Keeps::Nothing
                }
            }
            (Edge::After(_), _) => {
                if self.is_lower() {
                    Keeps::Nothing
                } else {
                    Keeps::Everything
                }
            }
        }
    }
}

fn misread_text(asked: &Asked<'_>, clock: &Clock<'_>, text: &str) -> Option<Misread> {
    let form = asked.text_at(clock, SAMPLE)?;
    let length = text.chars().count();
    let begins = is_beginning(&form, text);
    // `<> ''` and `> ''` ask whether there is a time at all.
    if length == 0 || begins && length == form.chars().count() {
        return None;
    }
    let first = |text: &str, or_equal: bool| clock.first(asked.function, asked.ty, &Value::varchar(text), or_equal);
    // Less than a bound is what has not reached it; at most a bound is what has not gone beyond it.
    let edge = first(text, matches!(asked.comparison, Comparison::GreaterOrEqual | Comparison::Less))?;
    let keeps = asked.keeps(&edge);
    if begins {
        let advice = match asked.comparison {
            Comparison::Equal => Advice::Begins(text.to_owned()),
            Comparison::LessOrEqual => match first(&after_prefix(text)?, true)? {
                Edge::Between(last, _) => Advice::Last(asked.text_at(clock, last)?),
                Edge::Before(_) | Edge::After(_) => return None,
            },
            _ => return None,
        };
        return Some(Misread { keeps, advice });
    }
    let Some(read) = read(text) else { return Some(Misread { keeps, advice: Advice::Form(form) }) };
    let (floor, ceiling) = (read.floor(), read.ceiling());
    let meant: &[i128] = match asked.comparison {
        Comparison::GreaterOrEqual => &[floor],
        Comparison::Greater => &[floor, floor + PICOS_PER_SECOND],
        Comparison::Less => &[ceiling],
        Comparison::LessOrEqual => &[floor + PICOS_PER_SECOND],
        Comparison::Equal | Comparison::NotEqual => &[],
    };
    if matches!(edge, Edge::Between(_, reached) if meant.contains(&reached)) {
        return None;
    }
    let advice = match asked.comparison {
        Comparison::Equal if read.is_day => Advice::Begins(read.day()),
        Comparison::LessOrEqual if read.is_day => {
            Advice::Last(asked.text_at(clock, floor + 86_399 * PICOS_PER_SECOND)?)
        }
        Comparison::Less => Advice::Write(asked.text_at(clock, ceiling)?),
        _ => Advice::Write(asked.text_at(clock, floor)?),
    };
    Some(Misread { keeps, advice })
}

/// Whether a text is as long as a form at most, and has digits where that has digits and else the same.
fn is_beginning(form: &str, text: &str) -> bool {
    let mut form = form.chars();
    text.chars().all(|character| match form.next() {
        Some(place) if place.is_ascii_digit() => character.is_ascii_digit(),
        Some(place) => character == place,
        None => false,
    })
}

/// A time as a person reads it.
struct Read {
    picos: i128,
    /// Whether no time of day is written.
    is_day: bool,
}

impl Read {
    fn floor(&self) -> i128 {
        self.picos.div_euclid(PICOS_PER_SECOND) * PICOS_PER_SECOND
    }

    fn ceiling(&self) -> i128 {
        -((-self.picos).div_euclid(PICOS_PER_SECOND) * PICOS_PER_SECOND)
    }

    fn day(&self) -> String {
        crate::catalog::clock::calendar(self.picos).date().to_string()
    }
}

/// Reads a time in any of the notations that people and programs write; without an offset it is UTC.
fn read(text: &str) -> Option<Read> {
    let text = text.trim().replace('/', "-");
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Read { picos: at.as_nanosecond().checked_mul(1_000)?, is_day: false });
    }
    let at: DateTime = text.parse().ok()?;
    let is_day = !text.contains([':', 'T', 't', ' ']);
    Some(Read { picos: instant(at), is_day })
}

/// Seconds compared with milliseconds, or the other way round: what was written lies far from any log,
/// and in the other unit it does not.
fn misread_unit(asked: &Asked<'_>, bound: &Value) -> Option<Misread> {
    let (steps, other) = match asked.format {
        TimeFormat::Unix => (1, TimeFormat::UnixMillis),
        TimeFormat::UnixMillis => (1_000, TimeFormat::Unix),
        TimeFormat::Iso8601 | TimeFormat::Timestamp | TimeFormat::Pattern(_) => return None,
    };
    let meant = match (is_column(asked.function), bound) {
        (true, Value::Integer(number)) => i128::from(*number).checked_mul(PICOS_PER_SECOND * steps / 1_000)?,
        _ => match Clock::of(&other, asked.column)?.first(asked.function, asked.ty, bound, true)? {
            Edge::Between(_, reached) => reached,
            Edge::Before(_) | Edge::After(_) => return None,
        },
    };
    let said = if steps == 1 { meant.checked_mul(1_000)? } else { meant / 1_000 };
    if is_likely(said) || !is_likely(meant) {
        return None;
    }
    let edge = if said > LAST { Edge::After(LAST) } else { Edge::Between(said, said) };
    Some(Misread { keeps: asked.keeps(&edge), advice: Advice::Unit(meant) })
}

/// Whether a function is the column itself, its type aside.
fn is_column(function: &constant::Expr) -> bool {
    match function {
        constant::Expr::Input(_) => true,
        constant::Expr::Cast { input, .. } => is_column(input),
        _ => false,
    }
}

/// Whether logs can be of that time: from 1990 to 2100.
fn is_likely(picos: i128) -> bool {
    (631_152_000..4_102_444_800).contains(&picos.div_euclid(PICOS_PER_SECOND))
}
