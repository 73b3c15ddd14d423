//! `from_iso8601_timestamp_nanos`: stricter than its namesake, and exact to the nanosecond.

use super::iso::{Reader, zone_of_offset};
use super::{Body, invalid, is_varchar, text};
use crate::constant::calendar::{Civil, PICOS_PER_DAY, PICOS_PER_SECOND};
use crate::constant::cast::{instant, zoned};
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    match (name, arguments) {
        ("from_iso8601_timestamp_nanos", [ty]) if is_varchar(ty) => {
            Some(Body::Strict(|_, values| read(text(&values[0])?)))
        }
        _ => None,
    }
}

fn read(text: &str) -> Result<Value, EvalError> {
    if text.contains('[') {
        return Err(EvalError::refused("a zone in brackets behind an ISO 8601 time"));
    }
    let failed = || invalid(format!("Text '{text}' could not be parsed"));
    let mut reader = Reader(text);
    let local = read_local(&mut reader).ok_or_else(failed)?;
    let zone = if reader.0.is_empty() {
        Zone::UTC
    } else {
        // A bare hour is no offset here, nor are digits without colons.
        let colons = reader.0.len() < 2 || reader.0.as_bytes().get(3) == Some(&b':');
        let offset = reader.offset().filter(|_| colons && reader.0.is_empty()).ok_or_else(failed)?;
        zone_of_offset(offset)?
    };
    zoned(instant(local, &zone), zone).map_err(|_| failed())
}

/// Reads `yyyy-MM-ddThh:mm[:ss[.fraction]]` into picoseconds.
fn read_local(reader: &mut Reader<'_>) -> Option<i128> {
    let signed = reader.0.starts_with(['-', '+']);
    let plus = reader.0.starts_with('+');
    let year = reader.signed(4, 9)?;
    // Four digits without a sign; more need a plus sign, and fewer do not bear one.
    if year.abs() > 9_999 && !signed || plus && year <= 9_999 {
        return None;
    }
    let dash = reader.take('-');
    let month = reader.number(2, 2).filter(|_| dash)?;
    let dash = reader.take('-');
    let day = Civil::new(year, month, reader.number(2, 2).filter(|_| dash)?)?;
    let mark = reader.take('T');
    let hour = reader.number(2, 2).filter(|hour| mark && *hour < 24)?;
    let colon = reader.take(':');
    let minute = reader.number(2, 2).filter(|minute| colon && *minute < 60)?;
    let (mut second, mut fraction) = (0, 0);
    if reader.take(':') {
        second = reader.number(2, 2).filter(|second| *second < 60)?;
        if reader.take('.') {
            let length = u32::try_from(reader.digits(9)).ok()?;
            fraction = i128::from(reader.number(0, 9).unwrap_or(0)) * 10_i128.pow(12 - length);
        }
    }
    let seconds = i128::from((hour * 60 + minute) * 60 + second);
    Some(i128::from(day.days()) * PICOS_PER_DAY + seconds * PICOS_PER_SECOND + fraction)
}
