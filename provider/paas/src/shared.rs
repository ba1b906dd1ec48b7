//! Small bridges between Terraform's values and the engine's.

use composite::Value;
use paas_aws::logs::RETENTION_DAYS;
use paas_aws::policies::Site;
use paas_aws::{Session, Tags};
use tfplugin::{Attr, Diagnostics, Path};

/// An attribute as the engine's input: unknown stays unknown, unset is `None`.
pub fn optional<T: Clone>(attr: &Attr<T>) -> Value<Option<T>> {
    match attr.settled() {
        Some(value) => Value::Known(value.cloned()),
        None => Value::Unknown,
    }
}

/// A required attribute, or one with a default, as the engine's input. Unset counts as unknown: the server fills
/// defaults before a plan.
pub fn required<T: Clone>(attr: &Attr<T>) -> Value<T> {
    attr.known().map_or(Value::Unknown, |value| Value::Known(value.clone()))
}

/// An environment's place in its account and region: what its policies name their objects by.
pub fn site(session: &Session, environment: &str) -> Site {
    Site {
        partition: session.partition.clone(),
        region: session.region.clone(),
        account_id: session.account_id.clone(),
        project: session.project.clone(),
        environment: environment.to_owned(),
    }
}

/// AWS counts in 32 bits; every number was held to its range at validate.
pub fn i32_of(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// The provider's `default_tags` under the resource's `tags`.
pub fn merge_tags(defaults: &Tags, tags: &Attr<Tags>) -> Attr<Tags> {
    match tags.settled() {
        None => Attr::Unknown,
        Some(own) => {
            let mut all = defaults.clone();
            all.extend(own.cloned().unwrap_or_default());
            Attr::Known(all)
        }
    }
}

/// EC2's limit is the lowest of the services used: 50 tags, of which four are the provider's own on some objects.
const MOST_TAGS: usize = 46;

/// The provider's own, unless set.
const NAME: &str = "Name";

/// EC2 takes any characters; IAM, S3, KMS and SSM take these.
fn is_of_tags(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

/// Reports tags that AWS or the provider keeps for itself, and those that some service would refuse.
pub fn validate_tags(path: &Path, tags: &Attr<Tags>, diagnostics: &mut Diagnostics) {
    let Some(tags) = tags.known() else { return };
    if tags.len() > MOST_TAGS {
        diagnostics.error(
            path.clone(),
            "Too many tags",
            format!(
                "{} tags are set; AWS takes 50 on one object, and the provider adds up to four.",
                tags.len()
            ),
        );
    }
    for (key, value) in tags {
        let why = if key.to_ascii_lowercase().starts_with("aws:") {
            "Tags that start with \"aws:\" are AWS's own."
        } else if key.starts_with("paas:") {
            "Tags that start with \"paas:\" say whose an object is and are set by the provider."
        } else if key.is_empty() || key.chars().count() > 128 {
            "A tag's key has 1 to 128 characters."
        } else if value.chars().count() > 256 {
            "A tag's value has at most 256 characters."
        } else if !key.chars().chain(value.chars()).all(is_of_tags) {
            "Keys and values of tags have letters, digits, spaces and _.:/=+-@ (the rule of IAM and S3)."
        } else if key != NAME && key.eq_ignore_ascii_case(NAME) {
            "IAM doesn't tell upper from lower case in keys, and the provider sets \"Name\". Write it so to set it yourself."
        } else if tags
            .keys()
            .take_while(|other| *other != key)
            .any(|other| other.to_lowercase() == key.to_lowercase())
        {
            "There is another key that differs in case only, and IAM takes both for the same."
        } else {
            continue;
        };
        diagnostics.error(path.clone().key(key.clone()), "Invalid tag", why);
    }
}

/// Reports a name that breaks the rules of [`paas_aws::names::refuse`].
pub fn validate_name(attribute: &str, name: &Attr<String>, longest: usize, diagnostics: &mut Diagnostics) {
    if let Some((name, why)) =
        name.known().and_then(|name| paas_aws::names::refuse(name, longest).map(|why| (name, why)))
    {
        diagnostics.error(attribute, "Invalid name", format!("{name:?} {why}."));
    }
}

/// Reports a number outside `range`.
pub fn validate_range(
    path: impl Into<Path>,
    value: &Attr<i64>,
    range: std::ops::RangeInclusive<i64>,
    diagnostics: &mut Diagnostics,
) {
    if let Some(n) = value.known().filter(|n| !range.contains(n)) {
        let detail = format!("{n} is not in {} to {}.", range.start(), range.end());
        diagnostics.error(path, "Value out of range", detail);
    }
}

/// Reports an empty text, and one with white space in it.
pub fn validate_filled(
    path: impl Into<Path>,
    value: &Attr<String>,
    is_not: &str,
    diagnostics: &mut Diagnostics,
) {
    if let Some(value) = value.known().filter(|value| value.is_empty() || value.contains(char::is_whitespace))
    {
        diagnostics.error(path, "Invalid value", format!("{value:?} {is_not}."));
    }
}

/// Reports a number of days for which CloudWatch Logs doesn't keep events.
pub fn validate_retention(path: impl Into<Path>, days: &Attr<i64>, diagnostics: &mut Diagnostics) {
    if let Some(days) = days.known().filter(|days| !RETENTION_DAYS.contains(days)) {
        let detail = format!(
            "CloudWatch Logs doesn't keep events for {days} days; it takes one of {RETENTION_DAYS:?}."
        );
        diagnostics.error(path, "Invalid retention", detail);
    }
}

/// Reports a text that is none of `choices`.
pub fn validate_choice(
    path: impl Into<Path>,
    value: &Attr<String>,
    choices: &[&str],
    diagnostics: &mut Diagnostics,
) {
    if let Some(text) = value.known().filter(|text| !choices.contains(&text.as_str())) {
        diagnostics.error(path, "Unknown choice", format!("{text:?} is none of {}.", choices.join(", ")));
    }
}
