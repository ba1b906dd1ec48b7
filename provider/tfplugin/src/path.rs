//! Places in a value.

use std::fmt;

/// A place in a configuration or state value, from the root: `Path::root().attribute("rule").index(0).attribute("port")`.
///
/// Elements of a set have no path of their own: a path ends at the set.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an object, by attribute name.
    Attribute(String),
    /// Into a list, by index from 0.
    Index(usize),
    /// Into a map, by key.
    Key(String),
}

impl Path {
    /// The whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// The attribute of this name under here.
    #[must_use]
    pub fn attribute(self, name: impl Into<String>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// The list element of this index under here.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// The map element of this key under here.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Is this the whole value?
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// The same place, seen from one level further out.
    pub(crate) fn under(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }
}

/// A top-level attribute.
impl From<&str> for Path {
    fn from(name: &str) -> Self {
        Self::root().attribute(name)
    }
}

/// A top-level attribute.
impl From<String> for Path {
    fn from(name: String) -> Self {
        Self::root().attribute(name)
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

/// As in Terraform's language: `rule[0].port`, `tags["Name"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if i == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}
