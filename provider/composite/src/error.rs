//! What a child's call may answer instead of success.

use std::error::Error as StdError;
use std::fmt;

/// Why a call of a child did not succeed.
///
/// The plain [`Display`](fmt::Display) is the outermost text; the alternate one (`{:#}`) is the whole chain of causes,
/// joined by `": "`.
pub struct Error {
    nature: Nature,
    cause: Box<dyn StdError + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    /// The call had no effect, or its effect doesn't matter.
    Failed,
    /// The call surely changed nothing.
    Refused,
    /// Others use the object; nothing was changed.
    InUse,
    /// Nobody can tell whether the call took effect.
    Lost,
    /// The child stopped at a safe point because it was asked to.
    Cancelled,
}

impl Error {
    /// A failure with a cause. The error is transparent: it displays and chains as `cause` does.
    pub fn new(cause: impl StdError + Send + Sync + 'static) -> Self {
        Self { nature: Nature::Failed, cause: Box::new(cause) }
    }

    /// A failure that is told by a text alone.
    pub fn message(text: impl Into<String>) -> Self {
        Self { nature: Nature::Failed, cause: text.into().into() }
    }

    /// Marks that the call may have taken effect: the connection dropped, the time was over, the service answered 500,
    /// or it says that the object already exists. After a lost `create`, `find` decides.
    #[must_use]
    pub fn lost(mut self) -> Self {
        self.nature = Nature::Lost;
        self
    }

    /// Marks that the call surely changed nothing. After a refused `delete` the object is as alive as before: who goes back
    /// to the old configuration keeps it.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.nature = Nature::Refused;
        self
    }

    /// Marks that others use the object, and that nothing was changed: what a `delete` may say that isn't to wait for them
    /// ([`Cx::may_stay`](crate::Cx::may_stay)).
    #[must_use]
    pub fn in_use(mut self) -> Self {
        self.nature = Nature::InUse;
        self
    }

    /// Marks that the child stopped at a safe point because [`Cx::cancel`](crate::Cx::cancel) was cancelled.
    #[must_use]
    pub fn cancelled(mut self) -> Self {
        self.nature = Nature::Cancelled;
        self
    }

    /// May the call have taken effect?
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.nature == Nature::Lost
    }

    /// Did the call surely change nothing?
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.nature, Nature::Refused | Nature::InUse)
    }

    /// Is the object used by others?
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.nature == Nature::InUse
    }

    /// Did the child stop because it was asked to?
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.nature == Nature::Cancelled
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cause)?;
        if f.alternate() {
            let mut next = self.cause.source();
            while let Some(cause) = next {
                write!(f, ": {cause}")?;
                next = cause.source();
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({self:#})", self.nature)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::num::ParseIntError);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("CreateRule")
        }
    }
    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn the_alternate_form_is_the_whole_chain() {
        let error = Error::new(Outer("x".parse::<u8>().unwrap_err()));
        assert_eq!(error.to_string(), "CreateRule");
        assert_eq!(format!("{error:#}"), "CreateRule: invalid digit found in string");
        assert_eq!(format!("{:?}", error.lost()), "Lost(CreateRule: invalid digit found in string)");
    }

    #[test]
    fn natures_are_told_apart() {
        let failed = Error::message("no");
        assert!(!failed.is_lost() && !failed.is_cancelled());
        assert!(Error::message("no").refused().is_refused() && !failed.is_refused());
        let in_use = Error::message("no").in_use();
        assert!(in_use.is_in_use() && in_use.is_refused() && !Error::message("no").refused().is_in_use());
        assert!(Error::message("no").lost().is_lost());
        assert!(Error::message("no").cancelled().is_cancelled());
    }
}
