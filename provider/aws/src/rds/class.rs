//! Names of DB instance classes.

/// Why `class` can't be the class of a MySQL instance; `None` if its form is right: `db.<family>.<size>`, as in
/// `db.t4g.micro` or `db.r7g.16xlarge`. Whether the region offers it only RDS can tell.
#[must_use]
pub fn refuse(class: &str) -> Option<String> {
    let Some(rest) = class.strip_prefix("db.") else {
        return Some(format!("must start with \"db.\", such as \"db.t4g.micro\"; is {class:?}"));
    };
    if rest == "serverless" {
        return Some("\"db.serverless\" is a class of Aurora's, and this is RDS for MySQL".into());
    }
    let right = rest.split_once('.').is_some_and(|(family, size)| is_family(family) && is_size(size));
    (!right)
        .then(|| format!("must have the form \"db.<family>.<size>\", such as \"db.r7g.large\"; is {class:?}"))
}

/// `t4g`, `m6gd`, `x2iedn`: letters, a generation, letters.
fn is_family(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_size(text: &str) -> bool {
    let of_xlarge = |n: &str| n.is_empty() || (!n.starts_with('0') && n.bytes().all(|b| b.is_ascii_digit()));
    matches!(text, "micro" | "small" | "medium" | "large" | "metal")
        || text.strip_suffix("xlarge").is_some_and(of_xlarge)
}

#[test]
fn classes_have_a_form() {
    for class in ["db.t4g.micro", "db.m5.large", "db.r6gd.2xlarge", "db.x2iedn.32xlarge", "db.r7i.xlarge"] {
        assert_eq!(refuse(class), None, "{class}");
    }
    for (class, says) in [
        ("t4g.micro", "start with"),
        ("db.serverless", "Aurora"),
        ("db.t4g", "form"),
        ("db.t4g.tiny", "form"),
        ("db.T4g.micro", "form"),
        ("db.large.r7g", "form"),
        ("db.r5b.2xlarge.tpc2.mem4x", "form"),
        ("", "start with"),
    ] {
        let why = refuse(class).unwrap_or_else(|| panic!("{class} was accepted"));
        assert!(why.contains(says), "{class}: {why}");
    }
}
