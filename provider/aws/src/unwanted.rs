//! What somebody has set of an object although nothing is wanted there: by the service's own names, so that a plan shows it.

use std::collections::BTreeMap;

/// Values by the names of settings; always empty in what is wanted.
pub(crate) type Unwanted = BTreeMap<String, String>;

/// Those that have a value.
pub(crate) fn named<const N: usize>(all: [(&str, Option<String>); N]) -> Unwanted {
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// A value other than the wanted one.
pub(crate) fn other(is: Option<&str>, wanted: &str) -> Option<String> {
    is.filter(|is| *is != wanted).map(str::to_owned)
}

/// How many there are, where none are wanted.
pub(crate) fn many(count: usize) -> Option<String> {
    (count > 0).then(|| count.to_string())
}
