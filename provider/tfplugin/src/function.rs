//! Provider-defined functions (Terraform 1.8): `provider::NAME::function(…)`.

use crate::{Type, Value};

/// A pure function. Terraform calls it while it evaluates expressions, before the provider is configured too.
pub trait Function: Send + Sync + 'static {
    /// Its name in `provider::PROVIDER::NAME`.
    const NAME: &'static str;

    /// Parameters, result and documentation.
    fn signature(&self) -> Signature;

    /// Computes the result. `arguments` has one value per parameter, then the variadic ones.
    ///
    /// # Errors
    /// A text for the user, and the argument that it is about.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// Parameters, result and documentation of a [`Function`].
#[derive(Clone, Debug)]
pub struct Signature {
    /// What it does, in one line of plain text.
    pub summary: String,
    /// What it does, as Markdown.
    pub description: String,
    /// In their order.
    pub parameters: Vec<Parameter>,
    /// What may follow them any number of times.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
}

/// A parameter of a [`Function`].
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, for documentation and errors.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// What it is, as Markdown.
    pub description: String,
    /// Takes null. Otherwise Terraform refuses null.
    pub allow_null: bool,
    /// Takes unknown values. Otherwise Terraform doesn't call the function and takes the result as unknown.
    pub allow_unknown: bool,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown values.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty,
            description: description.into(),
            allow_null: false,
            allow_unknown: false,
        }
    }
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong, for the user.
    pub text: String,
    /// The argument that it is about, counted from 0.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// An error about no argument in particular.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// An error about the argument at this position, counted from 0.
    pub fn argument(position: i64, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(position) }
    }
}
