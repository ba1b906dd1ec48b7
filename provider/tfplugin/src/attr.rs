//! The value of one attribute.

/// The value of an attribute: known, not set, or not known yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr<T> {
    /// Set, and known.
    Known(T),
    /// Not set.
    #[default]
    Null,
    /// Known after apply only.
    Unknown,
}

impl<T> Attr<T> {
    /// The value, where there is a known one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, where there is a known one.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Is there a known value?
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Is it not set?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Is it not known yet?
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The same over a reference.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Known(value) => Attr::Known(value),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// Changes a known value; null stays null, unknown stays unknown.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Known(value) => Attr::Known(f(value)),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// The known value, else `other`.
    pub fn unwrap_or(self, other: T) -> T {
        self.into_known().unwrap_or(other)
    }

    /// The known value, else the type's default.
    pub fn unwrap_or_default(self) -> T
    where
        T: Default,
    {
        self.into_known().unwrap_or_default()
    }

    /// `None` while unknown; else `Some` of what it is, null being `None`.
    pub fn settled(&self) -> Option<Option<&T>> {
        match self {
            Self::Known(value) => Some(Some(value)),
            Self::Null => Some(None),
            Self::Unknown => None,
        }
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// `None` is null.
impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}
