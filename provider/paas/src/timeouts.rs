//! The `timeouts` of a resource.

use std::time::Duration;
use tfplugin::{Attr, Attributes, Diagnostics, Path};

/// How long the provider waits for AWS before it gives up; what exists by then is kept in the state.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Timeouts {
    /// For creating, such as `"30m"`.
    #[attr(optional)]
    pub create: Attr<String>,
    /// For updating in place, an instance refresh included.
    #[attr(optional)]
    pub update: Attr<String>,
    /// For destroying.
    #[attr(optional)]
    pub delete: Attr<String>,
}

/// What a time-out is for.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    /// Nothing was there before.
    Create,
    /// Something was.
    Update,
    /// Nothing is to be left.
    Delete,
}

const DEFAULT: Duration = Duration::from_mins(40);
const SHORTEST: Duration = Duration::from_secs(1);

impl Timeouts {
    /// The time for `operation`; 40 minutes unless set.
    #[must_use]
    pub fn of(&self, operation: Operation) -> Duration {
        let set = match operation {
            Operation::Create => &self.create,
            Operation::Update => &self.update,
            Operation::Delete => &self.delete,
        };
        set.known().and_then(|text| parse(text).ok()).unwrap_or(DEFAULT)
    }

    /// Reports what isn't a duration.
    pub fn validate(&self, diagnostics: &mut Diagnostics) {
        for (name, value) in [("create", &self.create), ("update", &self.update), ("delete", &self.delete)] {
            if let Some(Err(why)) = value.known().map(|text| parse(text)) {
                diagnostics.error(
                    Path::root().attribute("timeouts").attribute(name),
                    "Invalid duration",
                    why,
                );
            }
        }
    }
}

fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration >= SHORTEST => Ok(duration),
        _ => Err(format!(
            "{text:?} is not a duration of at least a second, such as \"90s\", \"30m\" or \"1h30m\"."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_refused() {
        let timeouts = Timeouts { create: "1h30m".into(), update: Attr::Unknown, delete: "soon".into() };
        assert_eq!(timeouts.of(Operation::Create), Duration::from_mins(90));
        assert_eq!(timeouts.of(Operation::Update), DEFAULT);
        let mut diagnostics = Diagnostics::new();
        timeouts.validate(&mut diagnostics);
        assert_eq!(diagnostics.len(), 1);
        assert!(diagnostics.to_string().contains("\"soon\" is not a duration"), "{diagnostics}");
    }
}
