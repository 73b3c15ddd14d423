//! Angles, powers and cube roots, computed with far more digits than a double has.
//!
//! Java's machine code for these errs by little more than half a unit of the last place, so what it gives is the
//! correctly rounded number, unless the exact one lies very near the middle between two doubles: there nobody but that
//! machine code knows, and nothing is answered.

use std::sync::LazyLock;

use num_bigint::{BigInt, Sign};

/// How many bits stand behind the point.
const BITS: u64 = 256;

/// How near to the middle between two doubles, in parts of their distance, Java's last digit is not certain.
const UNCERTAIN: f64 = 0.005;

/// A number times 2^256.
#[derive(Clone)]
struct Fixed(BigInt);

impl Fixed {
    fn whole(number: i64) -> Fixed {
        Fixed(BigInt::from(number) << BITS)
    }

    fn times(&self, other: &Fixed) -> Fixed {
        Fixed((&self.0 * &other.0) >> BITS)
    }

    fn over(&self, other: &Fixed) -> Fixed {
        Fixed((&self.0 << BITS) / &other.0)
    }

    fn over_whole(&self, divisor: i64) -> Fixed {
        Fixed(&self.0 / divisor)
    }

    fn plus(&self, other: &Fixed) -> Fixed {
        Fixed(&self.0 + &other.0)
    }

    fn minus(&self, other: &Fixed) -> Fixed {
        Fixed(&self.0 - &other.0)
    }

    fn is_zero(&self) -> bool {
        self.0.sign() == Sign::NoSign
    }
}

/// A finite double as an integer and the power of two that it is multiplied with.
fn parts(number: f64) -> (i64, i64) {
    let bits = number.to_bits();
    let exponent = i64::try_from(bits >> 52 & 0x7ff).expect("eleven bits");
    let fraction = i64::try_from(bits & ((1 << 52) - 1)).expect("52 bits");
    let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    (if number.is_sign_negative() { -mantissa } else { mantissa }, exponent)
}

/// An integer times a power of two, to the bits kept.
fn scaled(mantissa: &BigInt, exponent: i64) -> BigInt {
    if exponent >= 0 { mantissa << exponent } else { mantissa >> -exponent }
}

fn of(number: f64) -> Fixed {
    let (mantissa, exponent) = parts(number);
    Fixed(scaled(&BigInt::from(mantissa), exponent + 256))
}

/// The double nearest to `number` × 2^`exponent`; none if that is not certain.
fn rounded(number: &BigInt, exponent: i64) -> Option<f64> {
    let length = i64::try_from(number.bits()).ok()?;
    if length == 0 {
        return Some(0.0);
    }
    // 64 bits of it: the last 11 lie behind those of a double.
    let shift = length - 64;
    let top = u64::try_from(scaled(&BigInt::from(number.magnitude().clone()), -shift)).ok()?;
    let behind = (top & 0x7ff) as f64 / 2048.0;
    let place = length + exponent;
    if !(-1020..=1024).contains(&place) || (behind - 0.5).abs() < UNCERTAIN {
        return None;
    }
    let nearest = ((top >> 11) + u64::from(behind > 0.5)) as f64;
    let power = i32::try_from(place - 53).ok()?;
    // In two steps: the power alone may be no double.
    let result = nearest * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2);
    Some(if number.sign() == Sign::Minus { -result } else { result })
}

/// The terms of a series until they vanish: each follows from the one before by its number.
fn series(first: Fixed, next: impl Fn(&Fixed, i64) -> Fixed) -> Fixed {
    let (mut sum, mut term) = (first.clone(), first);
    for number in 1.. {
        term = next(&term, number);
        if term.0.bits() < 4 {
            break;
        }
        sum = sum.plus(&term);
    }
    sum
}

/// Twice the area tangent of a small number, the series of the logarithm.
fn twice_area_tangent(number: &Fixed) -> Fixed {
    let square = number.times(number);
    let mut power = number.clone();
    let mut sum = number.clone();
    for term in 1.. {
        power = power.times(&square);
        let part = power.over_whole(2 * term + 1);
        if part.0.bits() < 4 {
            break;
        }
        sum = sum.plus(&part);
    }
    sum.plus(&sum)
}

static LN_2: LazyLock<Fixed> = LazyLock::new(|| twice_area_tangent(&Fixed::whole(1).over_whole(3)));

/// Half of pi with bits enough to take every double apart, by Machin's formula.
const MANY: u64 = 1400;
static HALF_PI: LazyLock<BigInt> = LazyLock::new(|| {
    let inverse_tangent = |of: i64| {
        let mut power = (BigInt::from(1) << MANY) / of;
        let mut sum = power.clone();
        for term in 1_i64.. {
            power /= -(of * of);
            if power.sign() == Sign::NoSign || power.bits() < 2 {
                break;
            }
            sum += &power / (2 * term + 1);
        }
        sum
    };
    (BigInt::from(16) * inverse_tangent(5) - BigInt::from(4) * inverse_tangent(239)) / 2
});

/// The rest of a number by half of pi, and the quarter of the circle that it lies in.
fn reduced(number: f64) -> (Fixed, i64) {
    let (mantissa, exponent) = parts(number);
    let exact = scaled(&BigInt::from(mantissa), exponent + 1400);
    let quarters: BigInt = (&exact + (&*HALF_PI >> 1_u32)) / &*HALF_PI;
    let quarters = if exact.sign() == Sign::Minus { (&exact - (&*HALF_PI >> 1_u32)) / &*HALF_PI } else { quarters };
    let rest = exact - &quarters * &*HALF_PI;
    let quarter: BigInt = ((quarters % 4_i64) + 4_i64) % 4_i64;
    (Fixed(rest >> (MANY - BITS)), i64::try_from(quarter).expect("one of four"))
}

fn sine_and_cosine(number: f64) -> (Fixed, Fixed) {
    let (rest, quarter) = reduced(number);
    let square = rest.times(&rest);
    let falling = |term: &Fixed, divisor: i64| Fixed(-term.times(&square).over_whole(divisor).0);
    let sine = series(rest, |term, number| falling(term, 2 * number * (2 * number + 1)));
    let cosine = series(Fixed::whole(1), |term, number| falling(term, 2 * number * (2 * number - 1)));
    let negative = |number: Fixed| Fixed(-number.0);
    match quarter {
        0 => (sine, cosine),
        1 => (cosine, negative(sine)),
        2 => (negative(sine), negative(cosine)),
        _ => (negative(cosine), sine),
    }
}

/// Angles so small are their own sines and tangents.
const SMALL: f64 = 3.7e-9;

pub(super) fn sine(number: f64) -> Option<f64> {
    if !number.is_finite() {
        return Some(f64::NAN);
    }
    if number.abs() < SMALL { Some(number) } else { rounded(&sine_and_cosine(number).0.0, -256) }
}

pub(super) fn cosine(number: f64) -> Option<f64> {
    if !number.is_finite() {
        return Some(f64::NAN);
    }
    if number.abs() < SMALL { Some(1.0) } else { rounded(&sine_and_cosine(number).1.0, -256) }
}

pub(super) fn tangent(number: f64) -> Option<f64> {
    if !number.is_finite() {
        return Some(f64::NAN);
    }
    if number.abs() < SMALL {
        return Some(number);
    }
    let (sine, cosine) = sine_and_cosine(number);
    rounded(&sine.over(&cosine).0, -256)
}

/// e to a power as a number and the power of two that it is multiplied with.
fn exponential(power: &Fixed) -> (Fixed, i64) {
    let halvings = i64::try_from(&power.0 / &LN_2.0).unwrap_or(0);
    let rest = power.minus(&Fixed(&LN_2.0 * halvings));
    (series(Fixed::whole(1), |term, number| term.times(&rest).over_whole(number)), halvings)
}

/// The natural logarithm of a positive double.
fn logarithm(number: f64) -> Fixed {
    let (mantissa, exponent) = parts(number);
    let mantissa = BigInt::from(mantissa);
    let length = i64::try_from(mantissa.bits()).expect("at most 53");
    // Between 1 and 2, or between 1/2 and 1 if it is nearer to 2.
    let fraction = Fixed(scaled(&mantissa, 256 - length + 1));
    let near_two = fraction.0 > (BigInt::from(3) << (BITS - 1));
    let (fraction, exponent) =
        if near_two { (Fixed(fraction.0 >> 1_u32), exponent + length) } else { (fraction, exponent + length - 1) };
    let one = Fixed::whole(1);
    let ratio = fraction.minus(&one).over(&fraction.plus(&one));
    let of_fraction = if ratio.is_zero() { ratio } else { twice_area_tangent(&ratio) };
    of_fraction.plus(&Fixed(&LN_2.0 * exponent))
}

/// A positive number to a power, neither of them special.
pub(super) fn power(base: f64, exponent: f64) -> Option<f64> {
    if exponent.fract() == 0.0 && (1.0..=64.0).contains(&exponent) {
        // An exact power, which may lie in the very middle between two doubles.
        let (mantissa, scale) = parts(base);
        let times = exponent as u32;
        let exact = BigInt::from(mantissa).pow(times);
        let shortened = exact.trailing_zeros().unwrap_or(0);
        if exact.bits() - shortened <= 53 {
            let place = scale * i64::from(times) + i64::try_from(exact.bits()).ok()?;
            if !(-1020..=1024).contains(&place) {
                return None;
            }
        }
        return rounded(&(exact << 64_u32), scale * i64::from(times) - 64);
    }
    let (number, halvings) = exponential(&logarithm(base).times(&of(exponent)));
    rounded(&number.0, halvings - 256)
}

/// The cube root of a finite double that is not zero.
pub(super) fn cube_root(number: f64) -> Option<f64> {
    let (mantissa, exponent) = parts(number);
    // The exponent must be a multiple of three, and the root needs bits enough.
    let shift = 300 + (exponent - 300).rem_euclid(3);
    let root = (BigInt::from(mantissa) << shift).cbrt();
    let exponent = (exponent - shift) / 3;
    // A root that is exact has nothing behind its bits.
    rounded(&(root << 1_u32), exponent - 1)
}

/// The hyperbolic tangent of a finite double.
pub(super) fn hyperbolic_tangent(number: f64) -> Option<f64> {
    if number.abs() < SMALL {
        return Some(number);
    }
    if number.abs() > 22.0 {
        return Some(number.signum());
    }
    let (grown, halvings) = exponential(&of(2.0 * number.abs()));
    let grown = Fixed(scaled(&grown.0, halvings));
    let one = Fixed::whole(1);
    rounded(&grown.minus(&one).over(&grown.plus(&one)).0, -256).map(|tangent| tangent.copysign(number))
}
