//! What is refused, where, and in which words; and what isn't.

use super::*;
use std::fmt::Write;

type Change = fn(&mut GitlabWebhookModel);

fn repository(tenant: &str, kind: &str) -> Repository {
    Repository { tenant: tenant.into(), kind: kind.into() }
}

fn one(path: &str, tenant: &str, kind: &str) -> Attr<BTreeMap<String, Repository>> {
    BTreeMap::from([(path.to_owned(), repository(tenant, kind))]).into()
}

fn set(patterns: &[&str]) -> Attr<BTreeSet<String>> {
    patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<BTreeSet<_>>().into()
}

fn map(branch: &str, environment: &str) -> Attr<BTreeMap<String, String>> {
    BTreeMap::from([(branch.to_owned(), environment.to_owned())]).into()
}

fn sound() -> GitlabWebhookModel {
    GitlabWebhookModel {
        gitlab_host: "gitlab.example.com".into(),
        repositories: one("shops/acme", "acme", "software"),
        allowed_repositories: set(&["shops/*"]),
        ..GitlabWebhookModel::default()
    }
}

/// What the configuration is told, one line per error: `path: text`.
fn told(change: impl FnOnce(&mut GitlabWebhookModel)) -> String {
    let mut config = sound();
    change(&mut config);
    let mut diagnostics = Diagnostics::new();
    gitlab_webhook(&config, &mut diagnostics);
    diagnostics.iter().fold(String::new(), |mut all, one| {
        let path = one.path.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(all, "{path}: {}", one.detail);
        all
    })
}

#[test]
fn what_is_left_out_or_not_known_yet_is_right() {
    assert_eq!(told(|_| {}), "");
    let unknown = told(|w| {
        w.gitlab_host = Attr::Unknown;
        w.branches = Attr::Unknown;
        w.repositories = Attr::Unknown;
        w.allowed_repositories = Attr::Unknown;
        (w.token_wo, w.token_wo_version) = (Attr::Unknown, 1.into());
        w.credentials_secret_arn = Attr::Unknown;
    });
    assert_eq!(unknown, "");
}

#[test]
fn what_gitlab_and_aws_take_is_taken() {
    let changes: [Change; 11] = [
        |w| w.gitlab_host = "gitlab.example.com:8443".into(),
        |w| w.gitlab_host = "http://10.0.0.7:8080".into(),
        |w| w.gitlab_host = "https://GitLab".into(),
        |w| w.branches = map("release/2026", "production"),
        |w| w.branches = map("größe", "dev"),
        |w| w.allowed_repositories = set(&["*"]),
        |w| w.allowed_repositories = set(&["shops/acme"]),
        |w| {
            w.repositories = Attr::Null;
            w.naming_rule = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)".into();
        },
        |w| (w.token_wo, w.token_wo_version) = ("0123456789abcdef".into(), 1.into()),
        |w| (w.credentials_wo, w.credentials_wo_version) = ("glpat-x".into(), 0.into()),
        |w| {
            w.credentials_secret_arn =
                "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:team/gitlab-AbCdEf".into();
        },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        assert_eq!(told(change), "", "number {n}");
    }
}

#[allow(clippy::too_many_lines, reason = "a table is as long as its rows")]
#[test]
fn what_would_never_work_is_refused_with_its_path() {
    let changes: [(Change, &str, &str); 46] = [
        (|w| w.name = "GitLab".into(), "name", "lower-case"),
        (|w| w.name = "a-name-of-17-char".into(), "name", "1 to 16 characters"),
        (|w| w.gitlab_host = "ssh://gitlab.example.com".into(), "gitlab_host", "neither \"https://\""),
        (|w| w.gitlab_host = "gitlab.example.com/".into(), "gitlab_host", "a slash at the end"),
        (|w| w.gitlab_host = "example.com/gitlab".into(), "gitlab_host", "has a path"),
        (|w| w.gitlab_host = "gitlab example".into(), "gitlab_host", "is not a host"),
        (|w| w.gitlab_host = "user@gitlab".into(), "gitlab_host", "is not a host"),
        (|w| w.gitlab_host = "".into(), "gitlab_host", "is not a host"),
        (|w| w.gitlab_host = "gitlab.example.com:443".into(), "gitlab_host", "443 is the usual port"),
        (|w| w.gitlab_host = "http://gitlab.example.com:80".into(), "gitlab_host", "80 is the usual port"),
        (|w| w.gitlab_host = "gitlab.example.com:0".into(), "gitlab_host", "is not a port"),
        (|w| w.gitlab_host = "gitlab.example.com:70000".into(), "gitlab_host", "is not a port"),
        (|w| w.branches = BTreeMap::new().into(), "branches", "Name one."),
        (|w| w.branches = map("a b", "dev"), "branches[\"a b\"]", "not a branch's name"),
        (
            |w| w.branches = map("refs/heads/dev", "dev"),
            "branches[\"refs/heads/dev\"]",
            "without \"refs/heads/\"",
        ),
        (|w| w.branches = map("a..b", "dev"), "branches[\"a..b\"]", "not a branch's name"),
        (|w| w.branches = map("", "dev"), "branches[\"\"]", "not a branch's name"),
        (|w| w.branches = map("dev", "Dev"), "branches[\"dev\"]", "lower-case"),
        (
            |w| {
                let many = (0..21).map(|n| (format!("branch-{n}"), format!("env-{n}")));
                w.branches = many.collect::<BTreeMap<_, _>>().into();
            },
            "branches",
            "21 environments are named",
        ),
        (
            |w| {
                (w.allowed_repositories, w.repositories) = (set(&[]), Attr::Null);
                w.naming_rule = "(?P<tenant>a)/(?P<kind>b)".into();
            },
            "allowed_repositories",
            "Name one",
        ),
        (
            |w| w.allowed_repositories = set(&["shops/*", "shops"]),
            "allowed_repositories",
            "\"shops\" is no pattern",
        ),
        (
            |w| w.allowed_repositories = set(&["shops/*", "a/?"]),
            "allowed_repositories",
            "\"a/?\" is no pattern",
        ),
        (
            |w| w.allowed_repositories = set(&["shops/*", "/a/*"]),
            "allowed_repositories",
            "\"/a/*\" is no pattern",
        ),
        (|w| w.repositories = Attr::Null, "repositories", "Set repositories, naming_rule, or both"),
        (
            |w| w.repositories = one("shops/acme.git", "acme", "software"),
            "repositories[\"shops/acme.git\"]",
            "no \".git\"",
        ),
        (
            |w| w.repositories = one("acme", "acme", "software"),
            "repositories[\"acme\"]",
            "not a repository's path",
        ),
        (
            |w| w.repositories = one("shops/../acme", "acme", "software"),
            "repositories[\"shops/../acme\"]",
            "not a repository's path",
        ),
        (
            |w| w.repositories = one("other/acme", "acme", "software"),
            "repositories[\"other/acme\"]",
            "None of allowed_repositories fits",
        ),
        (
            |w| w.repositories = one("shops/acme", "Acme", "software"),
            "repositories[\"shops/acme\"].tenant",
            "lower-case",
        ),
        (
            |w| w.repositories = one("shops/acme", "nat", "software"),
            "repositories[\"shops/acme\"].tenant",
            "part of the environment itself",
        ),
        (
            |w| w.repositories = one("shops/acme", "acme", "docs"),
            "repositories[\"shops/acme\"].kind",
            "none of software, infrastructure",
        ),
        (
            |w| {
                let many = (0..80).map(|n| (format!("shops/tenant-{n}"), repository("acme", "software")));
                w.repositories = many.collect::<BTreeMap<_, _>>().into();
            },
            "repositories",
            "and Lambda has 4096 for all of them. Have a naming_rule",
        ),
        (
            |w| {
                w.tags =
                    (0..12).map(|n| (format!("tag-{n}"), "x".repeat(256))).collect::<BTreeMap<_, _>>().into();
                w.naming_rule = format!("(?P<tenant>{})(?P<kind>y)", "x".repeat(400)).into();
            },
            "repositories",
            "the record, which has room for 3400",
        ),
        (|w| w.naming_rule = "(?P<tenant>a)".into(), "naming_rule", "no group \"kind\""),
        (|w| w.naming_rule = "(?=a)".into(), "naming_rule", "no look-around"),
        (|w| w.token_wo = "0123456789abcdef".into(), "token_wo", "set token_wo_version, too"),
        (|w| w.token_wo_version = 1.into(), "token_wo_version", "There is no value of this version"),
        (
            |w| (w.token_wo, w.token_wo_version) = ("short".into(), 1.into()),
            "token_wo",
            "at least 16 characters",
        ),
        (
            |w| (w.signing_token_wo, w.signing_token_wo_version) = ("0123456789abcdef".into(), 1.into()),
            "signing_token_wo",
            "\"whsec_\" and the base64",
        ),
        (
            |w| (w.credentials_wo, w.credentials_wo_version) = ("{}".into(), 1.into()),
            "credentials_wo",
            "username and password",
        ),
        (
            |w| (w.credentials_wo, w.credentials_wo_version) = ("glpat-x".into(), (-1).into()),
            "credentials_wo_version",
            "-1 is not in 0 to",
        ),
        (
            |w| w.credentials_secret_arn = "gitlab".into(),
            "credentials_secret_arn",
            "is not the ARN of a secret",
        ),
        (
            |w| {
                (w.credentials_wo, w.credentials_wo_version) = ("glpat-x".into(), 1.into());
                w.credentials_secret_arn =
                    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:gitlab-AbCdEf".into();
            },
            "credentials_secret_arn",
            "a secret of your own",
        ),
        (|w| w.throttling_rate_limit = 0.into(), "throttling_rate_limit", "1 to 10000"),
        (|w| w.throttling_burst_limit = 5001.into(), "throttling_burst_limit", "1 to 5000"),
        (|w| w.build_timeout = 4.into(), "build_timeout", "5 to 480"),
    ];
    for (change, path, says) in changes {
        let told = told(change);
        assert_eq!(told.lines().count(), 1, "{path}: {told}");
        assert!(told.starts_with(&format!("{path}: ")) && told.contains(says), "{path} {says}: {told}");
    }
}

#[test]
fn no_text_quotes_a_secret() {
    let secret = "s3cr3t with spaces";
    let told = told(|w| {
        (w.token_wo, w.token_wo_version) = (secret.into(), 1.into());
        (w.signing_token_wo, w.signing_token_wo_version) = (secret.into(), 1.into());
        (w.credentials_wo, w.credentials_wo_version) = (format!("{{{secret}").into(), 1.into());
    });
    assert_eq!(told.lines().count(), 3, "{told}");
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[test]
fn a_star_stands_for_any_text() {
    for (pattern, path, fits) in [
        ("shops/*", "shops/a/b", true),
        ("*", "a/b", true),
        ("shops/*-web", "shops/acme-web", true),
        ("shops/*-web", "shops/acme-web-2", false),
        ("*/web", "shops/web", true),
        ("shops/acme", "shops/acme", true),
        ("shops/acme", "shops/acme2", false),
        ("shops/*b*b", "shops/abb", true),
        ("shops/*b*b", "shops/ab", false),
        ("*s*", "shops/a", true),
        // Patterns of many stars are no slower.
        ("*a*a*a*a*a*a*a*b", &"a".repeat(255), false),
    ] {
        assert_eq!(like(pattern, path), fits, "{pattern} {path}");
    }
}
