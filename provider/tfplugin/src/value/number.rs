use std::{cmp::Ordering, fmt};

/// A number of Terraform's language, which has one number type of arbitrary precision.
///
/// Kept in the narrowest exact form: an integer, else a float, else the decimal digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Number(Repr);

#[derive(Clone, Debug, PartialEq)]
enum Repr {
    Int(i64),
    Float(f64),
    Decimal(String),
}

impl Number {
    /// The number, if it is whole and within `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The number, rounded to the nearest float if need be.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            #[allow(clippy::cast_precision_loss, reason = "rounding is what this method promises")]
            Repr::Int(value) => *value as f64,
            Repr::Float(value) => *value,
            Repr::Decimal(digits) => digits.parse().unwrap_or(f64::NAN),
        }
    }

    /// From decimal digits, as Terraform sends what fits neither an integer nor a float.
    pub fn from_decimal(digits: &str) -> Option<Self> {
        if let Ok(value) = digits.parse::<i64>() {
            return Some(value.into());
        }
        let float: f64 = digits.parse().ok().filter(|float: &f64| float.is_finite())?;
        // exact only if printing the float gives the digits back
        Some(if format!("{float}") == digits { float.into() } else { Self(Repr::Decimal(digits.to_owned())) })
    }

    pub(crate) fn is_decimal(&self) -> Option<&str> {
        match &self.0 {
            Repr::Decimal(digits) => Some(digits),
            _ => None,
        }
    }

    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            _ => self
                .as_f64()
                .total_cmp(&other.as_f64())
                .then_with(|| self.to_string().cmp(&other.to_string())),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self(Repr::Decimal(value.to_string())), Self::from)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        // ±2^53: up to here every whole float is the integer that it looks like
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && value.abs() <= EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "whole and within ±2^53, checked above")]
            return Self(Repr::Int(value as i64));
        }
        Self(Repr::Float(value))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(value) => value.fmt(f),
            Repr::Float(value) => value.fmt(f),
            Repr::Decimal(digits) => f.write_str(digits),
        }
    }
}
