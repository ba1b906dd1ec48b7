//! Names of AWS objects: readable, unique, and within each service's limit.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// ELBv2: load balancer and target group names.
pub const ELB_NAME: usize = 32;
/// IAM: role and instance profile names.
pub const ROLE_NAME: usize = 64;
/// S3 bucket names; they are global, so they carry the account and the region.
pub const BUCKET_NAME: usize = 63;

/// The first `length` hexadecimal digits of a SHA-256 over `parts`, each ended by a zero byte so that
/// `["ab", "c"]` and `["a", "bc"]` differ.
#[must_use]
pub fn digest<S: AsRef<[u8]>>(parts: &[S], length: usize) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_ref());
        hasher.update([0]);
    }
    let mut hex = String::with_capacity(64);
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.truncate(length);
    hex
}

/// Joins `parts` with hyphens. Where the result is longer than `limit`, it is cut and ended by a digest of the
/// whole, so that two long names that start alike stay apart.
#[must_use]
pub fn fit(limit: usize, parts: &[&str]) -> String {
    let whole = parts.join("-");
    if whole.len() <= limit {
        return whole;
    }
    let tail = digest(&[&whole], 6);
    let head = whole[..limit - tail.len() - 1].trim_end_matches('-');
    format!("{head}-{tail}")
}

/// A name with a digest of what can't be changed in place: the replacement gets another name, so it can be made
/// before the old one is deleted.
#[must_use]
pub fn versioned(limit: usize, parts: &[&str], fixed: &[&str]) -> String {
    let tail = digest(fixed, 6);
    format!("{}-{tail}", fit(limit - tail.len() - 1, parts))
}

/// Why `name` can't be the name of an environment or a tenant; `None` if it can.
///
/// They become parts of target group, bucket, role and parameter names: lower-case letters, digits and single
/// hyphens, a letter first, no hyphen last, `max` characters at most.
#[must_use]
pub fn refuse(name: &str, max: usize) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > max {
        Some(format!("must have 1 to {max} characters, has {}", name.len()))
    } else if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        Some(format!("must hold only lower-case letters, digits and hyphens, has {c:?}"))
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Some("must start with a letter".into())
    } else if name.ends_with('-') || name.contains("--") {
        Some("must not end with a hyphen or hold two in a row".into())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        assert_eq!(fit(32, &["paas", "dev"]), "paas-dev");
        let a = fit(32, &["production", "a-very-long-tenant-name-1"]);
        let b = fit(32, &["production", "a-very-long-tenant-name-2"]);
        assert_ne!(a, b);
        assert!(a.len() <= 32 && a.starts_with("production-a-very-long"), "{a}");
        assert!(!fit(10, &["abc", "defghijk"]).contains("--"));
    }

    #[test]
    fn a_versioned_name_changes_with_what_is_fixed() {
        let one = versioned(ELB_NAME, &["dev", "acme"], &["vpc-1", "80"]);
        assert_ne!(one, versioned(ELB_NAME, &["dev", "acme"], &["vpc-1", "8080"]));
        assert!(one.starts_with("dev-acme-") && one.len() <= ELB_NAME);
    }

    #[test]
    fn names_that_break_a_rule_say_which() {
        for (name, says) in [
            ("", "1 to 12"),
            ("a-name-too-long", "1 to 12"),
            ("Dev", "lower-case"),
            ("de_v", "'_'"),
            ("1dev", "start with a letter"),
            ("dev-", "end with a hyphen"),
            ("d--v", "two in a row"),
        ] {
            let why = refuse(name, 12).unwrap_or_else(|| panic!("{name} was accepted"));
            assert!(why.contains(says), "{name}: {why}");
        }
        assert_eq!(refuse("dev-1", 12), None);
    }
}
