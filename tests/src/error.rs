//! What stops the harness itself: always one text that says what to do.

use std::fmt;

/// Something that the tests or the demo need isn't there. The text is for a person, in one line where it can be.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error that reads `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As `Display`: `unwrap` in a test then shows the text as it is.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
