//! Fits arguments into a signature: finds what fills its holes.
//!
//! Each argument says something about the holes of its declared type. They are heard in turn until
//! nothing changes: a hole for a type widens to the common super type of all that want to fill it.
//! A lambda is asked for its result once the types of its parameters are known, and asked again if
//! they widen (`reduce(a, 0, (s, x) -> s + x, …)`). Then every argument must fit what came out.

use super::Type;
use super::coercion::{can_coerce, common_super_type, in_family_of};
use super::computed::computed;
use super::pattern::{Bindings, Pattern};
use super::signature::Signature;

/// How often the arguments are heard before a call counts as one that never settles.
const MOST_ROUNDS: usize = 16;

/// An argument as the solver sees it.
pub(super) enum Actual<'a> {
    /// A value of this type.
    Type(Type),
    /// A lambda.
    Lambda(Lambda<'a>),
}

impl Actual<'_> {
    /// The type of a value; `None` for a lambda.
    pub(super) fn ty(&self) -> Option<Type> {
        match self {
            Actual::Type(ty) => Some(ty.clone()),
            Actual::Lambda(_) => None,
        }
    }

    /// Whether this is a value of which the type, or part of it, is not known.
    pub(super) fn is_opaque(&self) -> bool {
        matches!(self, Actual::Type(ty) if ty.is_opaque())
    }
}

/// A lambda whose body is typed when the types of its parameters are known.
pub(super) struct Lambda<'a> {
    /// How many parameters it has.
    pub(super) parameters: usize,
    /// Types the body.
    pub(super) result: &'a mut dyn FnMut(&[Type]) -> Option<Type>,
    /// What it answered before: bodies nest, and each is asked several times.
    pub(super) answers: Vec<(Vec<Type>, Option<Type>)>,
}

impl Lambda<'_> {
    /// The type of its body for these types of its parameters.
    pub(super) fn result(&mut self, parameters: &[Type]) -> Option<Type> {
        if parameters.len() != self.parameters {
            return None;
        }
        if let Some((_, answer)) = self.answers.iter().find(|(asked, _)| asked == parameters) {
            return answer.clone();
        }
        let answer = (self.result)(parameters);
        self.answers.push((parameters.to_vec(), answer.clone()));
        answer
    }
}

/// A signature whose holes are filled.
#[derive(Debug, Clone)]
pub(super) struct Bound<'s> {
    /// The signature.
    pub(super) signature: &'s Signature,
    /// The types of the arguments after coercion.
    pub(super) arguments: Vec<Type>,
    /// The type of the result; `None` if its numbers make no type, as `char(65540)`.
    pub(super) result: Option<Type>,
}

/// Whether the arguments may be coerced on the way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Every argument has exactly the type that comes out.
    Exact,
    /// Implicit coercions are allowed.
    Coerced,
}

/// Fits the arguments into the signature; `None` if they do not fit.
pub(super) fn bind<'s>(signature: &'s Signature, actuals: &mut [Actual<'_>], fit: Fit) -> Option<Bound<'s>> {
    let declared = signature.expanded(actuals.len())?;
    let mut solver = Solver { signature, bindings: Bindings::default(), changed: false };
    let mut settled = false;
    for _ in 0..MOST_ROUNDS {
        solver.changed = false;
        for (pattern, actual) in declared.clone().zip(actuals.iter_mut()) {
            solver.hear(pattern, actual)?;
        }
        if !solver.changed {
            settled = true;
            break;
        }
    }
    if !settled {
        return None;
    }
    let arguments = declared.map(|pattern| pattern.filled(&solver.bindings)).collect::<Option<Vec<_>>>()?;
    for (argument, actual) in arguments.iter().zip(actuals) {
        let fits = match actual {
            Actual::Type(ty) => match fit {
                Fit::Exact => ty == argument,
                Fit::Coerced => can_coerce(ty, argument),
            },
            Actual::Lambda(lambda) => match argument {
                Type::Function(parameters, result) => {
                    lambda.result(parameters).is_some_and(|answer| answer == **result || answer.is_opaque())
                }
                _ => false,
            },
        };
        if !fits {
            return None;
        }
    }
    solver.compute_numbers();
    let result = signature.result.filled(&solver.bindings);
    Some(Bound { signature, arguments, result })
}

struct Solver<'s> {
    signature: &'s Signature,
    bindings: Bindings,
    changed: bool,
}

impl Solver<'_> {
    fn hear(&mut self, pattern: &Pattern, actual: &mut Actual<'_>) -> Option<()> {
        match (pattern, actual) {
            (Pattern::Function(parameters, result), Actual::Lambda(lambda)) => {
                let types = parameters.iter().map(|parameter| parameter.filled(&self.bindings));
                let Some(parameters) = types.collect::<Option<Vec<_>>>() else {
                    // Another argument may yet fill these holes; if none does, the call fits nothing.
                    return Some(());
                };
                let answer = lambda.result(&parameters)?;
                self.fill(result, &answer)
            }
            (pattern, Actual::Type(ty)) => self.fill(pattern, ty),
            (_, Actual::Lambda(_)) => None,
        }
    }

    /// Fills the pattern's holes so that the type fits it, if it can; `None` if it cannot.
    fn fill(&mut self, pattern: &Pattern, actual: &Type) -> Option<()> {
        match (pattern, actual) {
            (Pattern::Concrete(_), _) => Some(()),
            (Pattern::Variable(name), _) => {
                let wanted = match self.bindings.types.get(name) {
                    Some(bound) => common_super_type(bound, actual)?,
                    None => actual.clone(),
                };
                let needs = self.signature.needs.get(name);
                if !needs.into_iter().flatten().all(|need| need.is_met_by(&wanted)) {
                    return None;
                }
                if self.bindings.types.get(name) != Some(&wanted) {
                    self.bindings.types.insert(name.clone(), wanted);
                    self.changed = true;
                }
                Some(())
            }
            (Pattern::Numbered(numbered), _) => {
                let own = in_family_of(actual, &numbered.member)?;
                let own_numbers: Vec<_> = numbered.numbers_in(&own).collect();
                let so_far = numbered.filled(|hole| {
                    let own = own_numbers.iter().find(|(name, _)| *name == hole).map(|(_, number)| *number);
                    self.bindings.numbers.get(hole).copied().or(own)
                })?;
                let wanted = common_super_type(&so_far, actual)?;
                for (hole, number) in numbered.numbers_in(&wanted) {
                    if self.bindings.numbers.insert(hole.to_owned(), number) != Some(number) {
                        self.changed = true;
                    }
                }
                Some(())
            }
            (Pattern::Array(element), Type::Array(actual)) => self.fill(element, actual),
            (Pattern::Array(element), Type::Unknown) => self.fill(element, actual),
            (Pattern::Map(key, value), Type::Map(actual_key, actual_value)) => {
                self.fill(key, actual_key)?;
                self.fill(value, actual_value)
            }
            (Pattern::Map(key, value), Type::Unknown) => {
                self.fill(key, actual)?;
                self.fill(value, actual)
            }
            (Pattern::Row(fields), Type::Row(actuals)) if fields.len() == actuals.len() => {
                fields.iter().zip(actuals.iter()).try_for_each(|((_, field), actual)| self.fill(field, &actual.ty))
            }
            (Pattern::Row(fields), Type::Unknown) => fields.iter().try_for_each(|(_, field)| self.fill(field, actual)),
            (Pattern::Function(parameters, result), Type::Function(actual_parameters, actual_result))
                if parameters.len() == actual_parameters.len() =>
            {
                let asked = parameters.iter().zip(actual_parameters.iter());
                for (parameter, actual) in asked {
                    self.fill(parameter, actual)?;
                }
                self.fill(result, actual_result)
            }
            _ => None,
        }
    }

    /// Fills the holes of the result that no argument fills.
    fn compute_numbers(&mut self) {
        let Signature { name, arguments_text, result, .. } = self.signature;
        for hole in result.number_variables() {
            if !self.bindings.numbers.contains_key(hole)
                && let Some(number) = computed(name, arguments_text, hole, &self.bindings)
            {
                self.bindings.numbers.insert(hole.to_owned(), number);
            }
        }
    }
}
