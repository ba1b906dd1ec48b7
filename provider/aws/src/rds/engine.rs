//! MySQL's versions as RDS counts them: `8.4` is a major version, `8.4.5` a minor one of it.

/// The family of parameter groups that fits a version: `mysql8.4` for `8.4` and `8.4.5`. `None` if it is no version
/// that RDS for MySQL could have: two or three numbers, the third perhaps followed by RDS's own suffix
/// (`5.7.44-rds.20240808`).
#[must_use]
pub fn family(engine_version: &str) -> Option<String> {
    let (major, minor, _) = parse(engine_version)?;
    Some(format!("{}{major}.{minor}", super::ENGINE))
}

/// Whether `text`, a version or the beginning of one, is fulfilled by the `real` one: `8.4` by `8.4.5`, and not by
/// `8.40.1`.
pub(super) fn fits(text: &str, real: &str) -> bool {
    real.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

/// Whether `wanted` is of an older major version than `has`, or an older minor version of the same: RDS takes no way
/// back in place. `8.4` is no step back from `8.4.5`.
#[must_use]
pub fn is_downgrade(wanted: &str, has: &str) -> bool {
    match (parse(wanted), parse(has)) {
        (Some(wanted), Some(has)) if wanted.2.is_none() || has.2.is_none() => {
            (wanted.0, wanted.1) < (has.0, has.1)
        }
        (Some(wanted), Some(has)) => wanted < has,
        _ => false,
    }
}

/// Whether the way from `has` to `wanted` is an upgrade of the major version, which RDS makes only when it is told so.
#[must_use]
pub fn is_major_upgrade(wanted: &str, has: &str) -> bool {
    match (parse(wanted), parse(has)) {
        (Some(wanted), Some(has)) => (wanted.0, wanted.1) > (has.0, has.1),
        _ => false,
    }
}

/// Orders versions: the newest is the greatest.
pub(super) fn order(version: &str) -> Option<impl Ord + use<>> {
    parse(version)
}

/// Major and minor version in MySQL's sense, which are RDS's major version, and the patch.
fn parse(version: &str) -> Option<(u32, u32, Option<u32>)> {
    let mut parts = version.splitn(3, '.');
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
    let patch = match parts.next() {
        None => None,
        Some(text) => {
            let (patch, suffix) = text.split_once('-').unwrap_or((text, "rds"));
            Some(number(patch).filter(|_| !suffix.is_empty())?)
        }
    };
    Some((major, minor, patch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_the_major_version() {
        for (version, expected) in [
            ("8.4", Some("mysql8.4")),
            ("8.4.5", Some("mysql8.4")),
            ("8.0.36", Some("mysql8.0")),
            ("5.7.44-rds.20240808", Some("mysql5.7")),
            ("8", None),
            ("8.", None),
            ("8.4.", None),
            ("8.4.x", None),
            ("8.4.5-", None),
            ("latest", None),
            ("+8.4", None),
            ("", None),
        ] {
            assert_eq!(family(version).as_deref(), expected, "{version:?}");
        }
    }

    #[test]
    fn a_version_is_fulfilled_by_what_begins_with_it() {
        for (text, real, expected) in [
            ("8.4", "8.4.5", true),
            ("8.4.5", "8.4.5", true),
            ("8.4", "8.40.1", false),
            ("8.4.5", "8.4.51", false),
            ("5.7.44", "5.7.44-rds.20240808", true),
            ("8.4.5", "8.4", false),
        ] {
            assert_eq!(fits(text, real), expected, "{text} by {real}");
        }
    }

    #[test]
    fn steps_up_and_down() {
        for (wanted, has, down, major) in [
            ("8.4", "8.0.36", false, true),
            ("8.4.5", "8.4.3", false, false),
            ("8.4", "8.4.5", false, false),
            ("8.4.3", "8.4.5", true, false),
            ("8.0", "8.4.5", true, false),
            ("8.0.99", "8.4", true, false),
            ("8.10.1", "8.9.1", false, true),
            ("9.0", "8.4.5", false, true),
        ] {
            assert_eq!(is_downgrade(wanted, has), down, "down from {has} to {wanted}");
            assert_eq!(is_major_upgrade(wanted, has), major, "up from {has} to {wanted}");
        }
    }
}
