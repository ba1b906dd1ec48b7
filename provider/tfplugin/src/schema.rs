//! Schemas: what attributes there are, and how they behave. `#[derive(Attributes)]` makes them from structs.

use crate::{Type, Value};

/// The attributes of a resource, data source, ephemeral resource or provider, or of a nested attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// What it is, as Markdown.
    pub description: String,
    /// In the order of the docs' source.
    pub attributes: Vec<Attribute>,
}

/// One attribute of a [`Schema`].
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent flags of the protocol")]
pub struct Attribute {
    /// Its name in the configuration.
    pub name: String,
    /// What it is for, as Markdown.
    pub description: String,
    /// A plain type, or attributes of its own.
    pub kind: Kind,
    /// Must be set by the user.
    pub required: bool,
    /// May be set by the user.
    pub optional: bool,
    /// May be set by the provider.
    pub computed: bool,
    /// What it becomes where the user leaves it out. Such attributes are optional and computed for Terraform.
    pub default: Option<Value>,
    /// A change of it replaces the resource.
    pub replace: bool,
    /// Computed, and not affected by changes of other attributes.
    pub keep: bool,
    /// Hidden in Terraform's output.
    pub sensitive: bool,
    /// Sent with the configuration, never kept in plan or state (Terraform 1.11).
    pub write_only: bool,
    /// What to use instead.
    pub deprecated: Option<String>,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value of this type.
    Plain(Type),
    /// Attributes with flags of their own.
    Nested(Nesting, Schema),
}

/// How often the attributes of a nested attribute may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// Once: an object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

impl Schema {
    /// The type of values of this schema.
    pub fn ty(&self) -> Type {
        Type::object(self.attributes.iter().map(|attribute| (&attribute.name, attribute.kind.ty())))
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The object that only has defaults: every other attribute is null.
    pub fn defaults(&self) -> Value {
        let value = |attribute: &Attribute| attribute.default.clone().unwrap_or_default();
        Value::object(self.attributes.iter().map(|attribute| (&attribute.name, value(attribute))))
    }
}

impl Attribute {
    /// An attribute that nobody can set yet.
    pub fn new(name: impl Into<String>, kind: Kind, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            kind,
            required: false,
            optional: false,
            computed: false,
            default: None,
            replace: false,
            keep: false,
            sensitive: false,
            write_only: false,
            deprecated: None,
        }
    }
}

impl Kind {
    /// The type of the attribute's values.
    pub fn ty(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested(nesting, schema) => match nesting {
                Nesting::Single => schema.ty(),
                Nesting::List => Type::list(schema.ty()),
                Nesting::Set => Type::set(schema.ty()),
                Nesting::Map => Type::map(schema.ty()),
            },
        }
    }
}
